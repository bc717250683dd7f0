"""Taking over what older files hold, in one transaction that stands or falls with its checks."""

import sqlite3

from localstore.opened import OpenedStore
from localstore.planned import Planner
from localstore.rows import importing
from localstore.values import Row
from localstore.writing import Stamp


class _NotKept(Exception):
    """Ends the transaction of an import that must leave nothing; carries its outcome."""

    def __init__(self, outcome: Row) -> None:
        super().__init__("rolled back")
        self.outcome = outcome


class ImportOperations(OpenedStore):
    """Import of older status files."""

    async def import_rows(self, planner: Planner, *, who: str, dry_run: bool = False) -> Row:
        """Write every row of a plan that is not there yet, each with its history entry, and the
        report's layout; then compare the store with the source.

        The answer tells `ok`, `reconciliation`, `lines`, `skipped`, `flagged`, how many rows were
        `added` and how many earlier ones `changed`. When `ok` is false, and with `dry_run`,
        everything was rolled back. What `planner` raises is raised again; nothing was written then.
        """

        def change(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            outcome = importing.import_rows(connection, planner, stamp)
            if dry_run or outcome["ok"] is not True:
                raise _NotKept(outcome)
            return outcome

        try:
            return await self._write(who, change)
        except _NotKept as rolled_back:
            return rolled_back.outcome
