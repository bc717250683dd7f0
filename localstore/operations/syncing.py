"""Operations that a sync round stands on."""

import sqlite3
from collections.abc import Mapping, Sequence

from localstore.exchange import HubPage, Name, PushedRow, Receipt
from localstore.opened import OpenedStore
from localstore.rows import pulling, purged, pushing, receipts, sync_place
from localstore.values import Row
from localstore.writing import Stamp

_SYNC = "tidelog"
_AT_IT = ("online", "offline")
"""What only a daemon that is at work can be."""


class SyncOperations(OpenedStore):
    """What goes to a hub and what comes from it, each step one transaction."""

    async def sync_place(self) -> sync_place.SyncPlace:
        """The project on the hub, how far it is read, and the newest commit seen."""
        return await self._read(sync_place.place)

    async def join(self, project_id: str) -> None:
        """Belong to that project from now on; another one before it is forgotten."""
        await self._write(_SYNC, lambda c, _: sync_place.join(c, project_id))

    async def forget_hub(self) -> None:
        """Take the hub for one that knows nothing of us: all is offered, and pulled, again."""
        await self._write(_SYNC, lambda c, _: sync_place.forget(c))

    async def apply_page(self, page: HubPage) -> pulling.Applied:
        """Take in a page of the hub's, with its cursor: new rows, newer rows, merges, conflicts,
        and, at the head, what became of rows that the hub has purged."""
        return await self._write(_SYNC, lambda c, stamp: purged.take_in(c, page, stamp))

    async def dirty_names(self) -> list[Name]:
        """The rows to push, parents before children, deletions from the leaves up."""
        now = self._now()
        return await self._read(lambda c: pushing.dirty_names(c, now))

    async def count_dirty(self) -> int:
        """How many rows the hub has not seen as they are now."""
        return await self._read(sync_place.count_dirty)

    async def pushed_rows(self, names: Sequence[Name], limit_bytes: int) -> pushing.Offer:
        """What to push of the first of `names`, about `limit_bytes` of it; at least one name is
        looked at."""
        return await self._read(lambda c: pushing.offer(c, names, limit_bytes))

    async def apply_receipt(
        self, sent: Sequence[PushedRow], receipt: Receipt, *, repair: bool = False
    ) -> receipts.Acknowledged:
        """Write down what the hub said to a push; with `repair`, undo what it rejected."""
        return await self._write(
            _SYNC, lambda c, stamp: receipts.acknowledge(c, sent, receipt, stamp, mend=repair)
        )

    async def refuse(self, row: PushedRow, reason: str) -> None:
        """Note that the hub cannot take a row; it is left out until it changes, or for an hour."""
        await self._write(_SYNC, lambda c, stamp: receipts.refuse(c, row, reason, stamp.now))

    async def sync_status(self) -> Row:
        """How far this replica is from its hub; without one, what would go there. Where no daemon
        is at it (`StoreOptions.is_kept`), `state` is stopped, whatever was noted last."""
        told = await self._read(lambda c: sync_place.status(c, self.replica_id))
        if told.get("state") in _AT_IT and not self.options.is_kept():
            told["state"] = "stopped"
            del told["state_since"]
        return told

    async def note_sync(
        self, state: str, *, hub: str | None = None, error: str | None = None
    ) -> None:
        """Remember how sync stands; what is remembered already is not written again."""
        known = await self._read(lambda c: sync_place.is_noted(c, state, hub=hub, error=error))
        if known:
            return

        def note(connection: sqlite3.Connection, stamp: Stamp) -> None:
            sync_place.note_state(connection, state, hub=hub, error=error, now=stamp.now)

        await self._write(_SYNC, note)

    async def unnamed_replicas(self) -> list[str]:
        """The replicas whose changes are here, and whose machines' names are not."""
        return await self._read(sync_place.unnamed_replicas)

    async def note_replicas(self, names: Mapping[str, str]) -> None:
        """Remember what people call the machines of replicas, by replica id."""
        await self._write(_SYNC, lambda c, _: sync_place.name_replicas(c, names))
