"""A project that nothing was ever written for: empty to read, and begun by its first write.

A client may start a server in every folder it is opened in. Only where somebody keeps something
does a store appear, or where a hub is set, which may have the project already.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from localstore.store import Store
from localstore.values import Row
from mcp_server.layers import Layers
from tidelog.beginning import is_project_folder, make_store, name_for, no_project_folder
from tidelog.layers.rooms import Rooms
from tidelog.opening import Setting, is_begun

T = TypeVar("T")


@asynccontextmanager
async def begun_by_writing(setting: Setting, layers: Layers) -> AsyncIterator[Layers]:
    """`layers`, or before there is a store at the setting's place what answers for it till then.

    Raises: Unavailable: a hub is set, and the store it would be fetched into cannot be made.
    """
    place, settings = setting.place, setting.settings.values
    if settings.hub is not None and not is_begun(place) and is_project_folder(place):
        await make_store(place, settings)
    rooms = Rooms(settings.archive_after_days)
    try:
        yield layers if is_begun(place) else _Unbegun(setting, layers, rooms)
    finally:
        await rooms.close()


class _Unbegun:
    def __init__(self, setting: Setting, layers: Layers, rooms: Rooms) -> None:
        self._setting = setting
        self._layers = layers
        self._rooms = rooms
        self._empty: Store | None = None
        self._one_at_a_time = asyncio.Lock()

    async def read(self, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
        """As `Layers.read`. Where nothing can be begun, that is the warning."""
        if is_begun(self._setting.place):
            return await self._layers.read(call)
        async with self._one_at_a_time:
            if self._empty is None:
                self._empty = await self._nothing()
        return await call(self._empty), self._told()

    async def write(self, call: Callable[[Store], Awaitable[Row]]) -> tuple[Row, Row]:
        """As `Layers.write`, after making the store. What an empty one refuses makes none.

        Raises: Unavailable: it cannot be made, or nobody would want it here; nothing was made.
        """
        async with self._one_at_a_time:
            if not is_begun(self._setting.place):
                if not is_project_folder(self._setting.place):
                    raise no_project_folder(self._setting.place)
                trial = await self._nothing()
                try:
                    await call(trial)
                finally:
                    await self._rooms.discard(trial)
                await make_store(self._setting.place, self._setting.settings.values)
        return await self._layers.write(call)

    async def _nothing(self) -> Store:
        return await self._rooms.new(name_for(self._setting.place))

    def _told(self) -> Row:
        if is_project_folder(self._setting.place):
            return {}
        refusal = no_project_folder(self._setting.place)
        return {"source": "local", "warning": f"{refusal.message}; {refusal.hint}"}
