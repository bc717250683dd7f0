"""Operations that snapshots, restoring and hand-edited files stand on."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from localstore.entities import Entity
from localstore.opened import OpenedStore
from localstore.replacing import replace_content
from localstore.rows import edits, loading, states
from localstore.values import Row


class SnapshotOperations(OpenedStore):
    """Whole rows out of the store and back into it."""

    async def states_after(self, seq: int, limit: int = 500) -> list[states.State]:
        """What the changes after a sequence number left, oldest first, at most `limit`."""
        return await self._read(lambda c: states.states_after(c, seq, limit))

    async def left_behind(self, seq: int) -> list[tuple[Entity, Row]]:
        """The rows with changes after `seq` that stand as an earlier change left them."""
        return await self._read(lambda c: states.left_behind(c, seq))

    async def row_at(self, entity: Entity, row_id: str, change_id: str) -> Row | None:
        """The row as that change left it; None when the change is not in the row's history."""
        return await self._read(lambda c: states.row_at(c, entity, row_id, change_id))

    async def seq_of(self, change_id: str) -> int | None:
        """The sequence number of a change in this file; None when it is not in its history."""
        return await self._read(lambda c: states.seq_of(c, change_id))

    async def rows_of(self, entity: Entity) -> list[Row]:
        """Every whole row of an entity, the archive included, by id, null-free."""
        return await self._read(lambda c: list(states.rows_of(c, entity)))

    async def apply_edit(
        self, entity: Entity, row_id: str, edited: Row, *, base: Row, who: str
    ) -> Row:
        """Bring a person's edit of the file of a row in; `base` is what the file was made from.

        Returns ref, version, `changed` and the refs of `conflicts`. Raises: InvalidArguments, or
        what an update of the row raises.
        """
        return await self._write(
            who,
            lambda c, stamp: edits.apply_edit(c, entity, row_id, edited, base=base, stamp=stamp),
        )

    async def load(self, rows: Iterable[tuple[Entity, Row]], history: Iterable[Row]) -> None:
        """Fill this new store with whole rows and their history, stamps unchanged.

        Raises: InvalidArguments: the store is not new, or these do not make a sound one.
        """
        await self._write("tidelog", lambda c, _: loading.load(c, rows, history))

    async def replace_with(self, other: Path, *, set_aside: Path | None = None) -> None:
        """Take over all that the store file `other` holds; the project's name stays. What was here
        at that very moment is in the file `set_aside` then.

        Whoever has this store open sees the new content at once. This becomes a new replica.
        Raises: Unavailable: `other` is missing, damaged, no store or from a newer tidelog; or this
            one cannot be copied. Busy.
        """
        replica_id = self._new_id()
        await asyncio.to_thread(
            replace_content,
            self.path,
            other,
            replica_id=replica_id,
            busy_timeout_seconds=self.options.busy_timeout_seconds,
            durable=self.options.durable,
            set_aside=set_aside,
        )
        self.replica_id = replica_id
