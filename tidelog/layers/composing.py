"""The layers of one place, put together for a server or for one command."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from localstore.errors import Busy, Unavailable
from localstore.store import Store
from localstore.values import Row
from tidelog.layers.chain import Chain, LowerLayers
from tidelog.layers.from_files import FromFiles
from tidelog.layers.from_git import FromGit
from tidelog.layers.from_hub import FromHub
from tidelog.layers.local import LocalStore
from tidelog.layers.rooms import Rooms
from tidelog.opening import Setting, opened
from tidelog.wiring import now, open_store

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
"""How long a call of a server waits for one layer; what takes longer goes on without it."""


@asynccontextmanager
async def layered(
    setting: Setting, *, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Chain]:
    """The layers for a server; nothing is opened before it is asked for."""
    place, settings = setting.place, setting.settings.values
    local = LocalStore(setting, lambda: open_store(place, settings), monotonic)
    chain = Chain(local, _lower(setting, monotonic, PATIENCE_SECONDS))
    try:
        yield chain
    finally:
        await chain.close()


async def read(setting: Setting, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
    """Ask once, as a command does: the store as `opened` opens it, else what stands in for it.

    Returns what `call` returns, and where it is from, as `LowerLayers.read` says.

    Raises: what `call` raises. Unavailable, Busy: as `LowerLayers.read`.
    """
    try:
        async with opened(setting) as store:
            return await call(store), {}
    except (Busy, Unavailable) as failure:
        if not setting.place.home.is_dir():
            raise
        lower = _lower(setting, time.monotonic, None)
        try:
            return await lower.read(call, failure)
        finally:
            await lower.close()


def _lower(
    setting: Setting, monotonic: Callable[[], float], patience_seconds: float | None
) -> LowerLayers:
    rooms = Rooms(setting.settings.values.archive_after_days)
    sources = (
        FromHub(setting, rooms, monotonic),
        FromGit(setting, rooms),
        FromFiles(setting, rooms),
    )
    return LowerLayers(setting.place, sources, rooms, clock=now, patience_seconds=patience_seconds)
