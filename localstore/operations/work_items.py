"""Operations on work items and the edges between them."""

import sqlite3
from collections.abc import Sequence
from datetime import timedelta

from localstore.entities import WORK_ITEM
from localstore.errors import InvalidArguments
from localstore.fields import (
    DependencyType,
    Detail,
)
from localstore.models import (
    BulkOperation,
    Page,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
)
from localstore.opened import OpenedStore
from localstore.rows import (
    archive,
    bulk,
    edges,
    items,
    listing,
    views,
)
from localstore.rows.lookup import ARCHIVE, fetch, find, locate
from localstore.values import Row, Value, format_moment
from localstore.writing import Stamp


class WorkItemOperations(OpenedStore):
    """Creating, changing, finding, linking, archiving work items."""

    async def create_work_item(
        self, item: WorkItemCreate, *, who: str, client_ref: str | None = None
    ) -> Row:
        """Create a work item; the same `client_ref` again returns the first one.

        Raises: InvalidArguments, NotFound, TooDeep, Duplicate.
        """
        return await self._write(
            who,
            lambda c, stamp: views.written(c, items.create(c, item, stamp, client_ref=client_ref)),
        )

    async def update_work_item(
        self, key: str, version: int, patch: WorkItemPatch, *, who: str
    ) -> Row:
        """Change a work item that is still at `version`; the answer names what `changed`.

        Raises: NotFound, VersionConflict, InvalidArguments, CycleError, TooDeep.
        """

        def change(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            row, changed = items.change(connection, key, version, patch, stamp=stamp)
            return views.written(connection, row) | {"changed": [*changed]}

        return await self._write(who, change)

    async def work_item(self, key: str, *, detail: Detail = "summary", max_depth: int = 5) -> Row:
        """A work item, active or archived, with ancestors, children and dependencies.

        Raises: NotFound, InvalidArguments (an ambiguous ref).
        """

        def read(connection: sqlite3.Connection) -> Row:
            found = locate(connection, WORK_ITEM, key)
            row = None
            if found is not None and found.table == ARCHIVE:
                row = fetch(connection, WORK_ITEM, found.row_id, table=ARCHIVE)
            return views.in_tree(
                connection,
                row or find(connection, WORK_ITEM, key),
                whole=detail == "full",
                max_depth=max_depth,
                archived=row is not None,
            )

        return await self._read(read)

    async def list_work_items(self, filters: WorkItemFilter, page: Page) -> Row:
        """One page of work items that pass the filters.

        Raises: InvalidArguments, NotFound.
        """
        return await self._read(lambda c: listing.list_items(c, filters, page))

    async def bulk(self, operations: Sequence[BulkOperation], *, who: str) -> Row:
        """Many creates, updates and edges, all or none; later ones name new items `@client_ref`.

        Raises: whatever the first failing operation raises, with its place in `operations`.
        """
        return await self._write(who, lambda c, stamp: bulk.apply(c, operations, stamp))

    async def set_dependency(
        self,
        source: str,
        target: str,
        dependency_type: DependencyType,
        *,
        who: str,
        remove: bool = False,
    ) -> Row:
        """Draw or remove an edge between two items; twice is once.

        Raises: NotFound, InvalidArguments, CycleError.
        """
        return await self._write(
            who,
            lambda c, stamp: edges.set_edge(
                c, source, target, dependency_type, stamp=stamp, remove=remove
            ),
        )

    async def archive(
        self, *, who: str, older_than_days: int | None = None, limit: int = 500
    ) -> Row:
        """Move closed work untouched for `older_than_days` (default: the option) to the archive.

        One batch of about `limit` items; `more` says that another may be waiting.

        Raises: InvalidArguments (an absurd age).
        """
        days = self.options.archive_after_days if older_than_days is None else older_than_days
        try:
            cutoff = format_moment(self._clock() - timedelta(days=days))
        except OverflowError:
            raise InvalidArguments("older_than_days", "reaches beyond the calendar") from None

        def move(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            moved, more = archive.archive_older(connection, cutoff, stamp, limit=limit)
            shown: list[Value] = [views.summary(row) for row in moved[:25]]
            return {"archived": len(moved), "items": shown, "more": more}

        return await self._write(who, move)

    async def restore_archived(self, keys: Sequence[str], *, who: str) -> Row:
        """Bring archived items back, each with its archived ancestors and subtree.

        Raises: NotFound.
        """

        def move(connection: sqlite3.Connection, stamp: Stamp) -> Row:
            moved = archive.bring_back(connection, keys, stamp)
            return {"restored": len(moved), "items": [views.summary(row) for row in moved[:25]]}

        return await self._write(who, move)

    async def archived_work_items(self, filters: WorkItemFilter, page: Page) -> Row:
        """One page of archived work items. Raises: InvalidArguments, NotFound."""
        return await self._read(lambda c: listing.list_items(c, filters, page, archived=True))
