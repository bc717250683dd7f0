"""Operations that look at the project as a whole: history, status, sync, checks."""

from typing import Literal

from localstore.fields import (
    ConflictStatus,
    ItemStatus,
    Keep,
)
from localstore.models import (
    Page,
    WorkItemFilter,
)
from localstore.opened import OpenedStore
from localstore.rows import (
    board,
    changes,
    checks,
    conflicts,
    history,
    mending,
    resolving,
    status,
    suggestions,
)
from localstore.values import Row, Value


class OversightOperations(OpenedStore):
    """What happened, how things stand, what needs a decision."""

    async def history(self, key: str | None, page: Page) -> Row:
        """One page of changes, newest first: of the row called `key`, or of everything.

        Raises: NotFound, InvalidArguments.
        """
        return await self._read(lambda c: history.list_history(c, key, page))

    async def status(self, since: str | None = None, *, shown: int = status.SHOWN) -> Row:
        """The whole project's status; with `since` (a time or an answer's token) what changed.

        A token of another store, such as one that stood in for this one, gets the whole status too:
        what has changed since then cannot be told here.

        At most `shown` items stand in each of its lists, with the totals beside them.

        Raises: InvalidArguments.
        """
        now = self._now()
        if since is None or changes.is_of_another_store(since, self.replica_id):
            return await self._read(
                lambda c: status.project_status(c, now, self.replica_id, shown=shown)
            )
        return await self._read(
            lambda c: changes.changes_since(c, since, now, self.replica_id, shown=shown)
        )

    async def board(self, filters: WorkItemFilter, *, shown: int) -> Row:
        """The work that passes the filters, in columns by status, with what stands around it.

        See `rows.board.board` for its shape. Raises: InvalidArguments, NotFound.
        """
        now = self._now()
        return await self._read(
            lambda c: board.board(c, filters, now, self.replica_id, shown=shown)
        )

    async def board_column(self, filters: WorkItemFilter, status_: ItemStatus, page: Page) -> Row:
        """One page of the cards in one column of that. Raises: InvalidArguments, NotFound."""
        return await self._read(lambda c: board.column(c, filters, status_, page))

    async def conflicts(self, status_: ConflictStatus | None, page: Page) -> Row:
        """One page of conflicts, oldest first. Raises: InvalidArguments."""
        return await self._read(lambda c: conflicts.list_conflicts(c, status_, page))

    async def conflict(self, key: str) -> Row:
        """One conflict with everything known of it. Raises: NotFound, InvalidArguments."""
        return await self._read(lambda c: conflicts.one(c, key))

    async def resolve_conflict(self, key: str, keep: Keep, value: Value, *, who: str) -> Row:
        """Decide a conflict; the row changes as by any edit. Raises: NotFound, InvalidArguments."""
        return await self._write(
            who, lambda c, stamp: resolving.resolve(c, key, keep, value, stamp=stamp)
        )

    async def head(self) -> int:
        """The sequence number of the newest history entry of this file."""
        return await self._read(history.head)

    async def changes_after(self, seq: int, limit: int = 500) -> list[Row]:
        """The changes after a sequence number, oldest first: entity, id, ref, title, version."""
        return await self._read(lambda c: history.changes_after(c, seq, limit))

    async def suggestions(
        self, what: Literal["assignee", "label", "vendor", "work_item"], prefix: str
    ) -> list[str]:
        """At most 100 known values that begin with `prefix` in any case, the usual ones first."""
        return await self._read(lambda c: suggestions.suggest(c, what, prefix))

    async def check(self) -> list[Row]:
        """Every check of the file and of what is derived from it. Changes nothing."""
        return await self._writer.read(checks.all_checks)

    async def expect_free(self) -> None:
        """Wait for the write lock as a write does, and write nothing. Raises: Busy, Unavailable."""
        await self._write("tidelog", lambda _c, _stamp: None)

    async def mend(self) -> None:
        """Build indexes, full text, counts and blockers anew from the rows, in one transaction.

        Raises: Unavailable: the store does not pass every check then; it is as it was. Busy.
        """
        await self._write("tidelog", lambda c, _: mending.mend(c))

    async def size(self) -> tuple[int, int]:
        """How many rows there are, the archive included, and how many changes of them."""
        return await self._read(status.size)

    async def project(self) -> str:
        """What the project is called; empty when nobody has named it."""
        return await self._read(status.project_name)

    async def set_project(self, name: str) -> None:
        """Name the project this store tracks."""
        await self._write(
            "tidelog",
            lambda c, _: c.execute(
                "INSERT INTO meta (key, value) VALUES ('project', ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (name,),
            ),
        )
