"""The hub's rows as a store: pulled as a replica pulls them, and nothing is ever pushed."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from localstore.errors import TidelogError, Unavailable
from localstore.models import Page
from localstore.rows.views import to_the_second
from localstore.store import Store
from localstore.values import rows_of, text_of
from tidelog.hub_address import find_hub, project_at_hub
from tidelog.layers.copies import Copy
from tidelog.layers.known import Known, known_of
from tidelog.layers.rooms import Rooms
from tidelog.naming import noted_name
from tidelog.opening import Setting

if TYPE_CHECKING:
    from syncd.linking import Link

ANSWER_SECONDS = 3.0
"""How long one question to the hub may take, connecting included."""
SILENCE_SECONDS = 15.0
"""How long a hub that did not answer is not asked again."""


class FromHub:
    """A copy of the store's project on its hub, kept up to date by one question each time."""

    name = "hub"
    title = "the hub"

    def __init__(self, setting: Setting, rooms: Rooms, monotonic: Callable[[], float]) -> None:
        self._setting = setting
        self._rooms = rooms
        self._monotonic = monotonic
        self._link: Link | None = None
        self._store: Store | None = None
        self._known = Known()
        self._refusal: tuple[TidelogError, float] | None = None

    async def refresh(self) -> Copy:
        """Pull what is new.

        Raises:
            Unavailable: no hub is set, or which of its projects this is is not known. SyncError: it
                does not answer, or says no; then it is left alone for some seconds.
        """
        from syncd.hub import HubUnreachable, HubWentBack

        if self._refusal is not None and self._monotonic() < self._refusal[1]:
            raise self._refusal[0]
        self._refusal = None
        try:
            return await self._pulled()
        except HubUnreachable as failure:
            self._refusal = failure, self._monotonic() + SILENCE_SECONDS
            await self.close()
            raise
        except HubWentBack:
            store, self._store = self._store, None
            if store is not None:
                await self._rooms.discard(store)
            raise

    async def close(self) -> None:
        """Leave the hub."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _pulled(self) -> Copy:
        from syncd.rounds import pull_round
        from tidelog.reaching import connect

        setting = self._setting
        address = find_hub(setting)
        if address is None:
            raise Unavailable("none is set")
        known = self._known = await self._look()
        if not known.project_id:
            raise Unavailable("which of its projects this is, nothing here tells")
        if self._link is None:
            self._link = await connect(address, timeout_seconds=ANSWER_SECONDS)
        if self._store is None:
            store = await self._rooms.new(known.name)
            await store.join(known.project_id)
            self._store = store
        moved = await pull_round(self._store, self._link)
        if moved.pulled:
            await self._store.note_replicas(await self._link.replica_names(known.project_id))
        return Copy(self._store, await newest_change(self._store))

    async def _look(self) -> Known:
        """Which project this is: as the store tells, if it can be read, else as joining noted."""
        if self._known.project_id:
            return self._known
        place = self._setting.place
        known = await asyncio.to_thread(known_of, place.store)
        name = known.name or noted_name(place) or place.project_folder.name
        return Known(name, known.project_id or project_at_hub(place))


async def newest_change(store: Store) -> str:
    """When the newest change in a store was made, in UTC, to the second; empty without any."""
    items = rows_of(await store.history(None, Page(limit=1)), "items")
    return str(to_the_second(text_of(items[0], "changed_at"))) if items else ""
