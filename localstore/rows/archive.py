"""The archive: old closed work leaves the active table and can come back."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import WORK_ITEM
from localstore.errors import InvalidArguments, NotFound
from localstore.ids import short_ref
from localstore.rows.lookup import ARCHIVE, locate
from localstore.rows.tree import ancestor_ids, rows_by_id, subtree
from localstore.values import Row, text_of
from localstore.writing import Stamp, columns_of, update

_PAGE = 200
_CLOSED = ("completed", "cancelled")


def archive_older(
    connection: sqlite3.Connection, cutoff: str, stamp: Stamp, *, limit: int
) -> tuple[list[Row], bool]:
    """Move closed items last changed before `cutoff`, with their whole subtrees, oldest first.

    An item moves only when everything below it is closed and as old. Stops once `limit` items have
    moved; a subtree is never split.
    Returns the moved rows and whether more may be waiting. Does not commit.
    """
    moved: list[Row] = []
    seen: set[str] = set()
    position = ("", "")
    while len(moved) < limit:
        candidates = connection.execute(
            "SELECT id, updated_at FROM work_items WHERE (deleted_at IS NOT NULL "
            "OR status IN ('completed', 'cancelled')) AND updated_at < ? "
            "AND (updated_at, id) > (?, ?) ORDER BY updated_at, id LIMIT ?",
            (cutoff, *position, _PAGE),
        ).fetchall()
        for row_id, _ in candidates:
            if row_id not in seen and len(moved) < limit:
                moved += _move_out(connection, str(row_id), cutoff, stamp=stamp, seen=seen)
        if len(candidates) < _PAGE:
            return moved, len(moved) >= limit
        position = (candidates[-1][1], candidates[-1][0])
    return moved, True


def bring_back(connection: sqlite3.Connection, keys: Sequence[str], stamp: Stamp) -> list[Row]:
    """Move archived items back, each with its archived ancestors and its archived subtree.

    Raises:
        NotFound: a key is not in the archive. InvalidArguments: it hangs below a deleted item. In
            both cases none is moved. Does not commit.
    """
    wanted: dict[str, Row] = {}
    for key in keys:
        found = locate(connection, WORK_ITEM, key, field="restore")
        if found is None or found.table != ARCHIVE:
            raise NotFound(
                "archived_work_item", key, hint="query_archived_work_items shows what is there"
            )
        wanted |= _family(connection, found.row_id)
    return [
        _move(connection, row, {"archived_at": None}, target=WORK_ITEM.table, stamp=stamp)
        for row in wanted.values()
    ]


def _family(connection: sqlite3.Connection, row_id: str) -> dict[str, Row]:
    """The archived rows that come back with one of them, parents first.

    Living rows below a deleted one stay: they would come back out of everyone's reach.
    """
    above = ancestor_ids(connection, row_id)
    below = [child for child, _, _ in subtree(connection, row_id, live=False, table=ARCHIVE)]
    columns = columns_of(WORK_ITEM)
    known = rows_by_id(connection, above, columns)
    archived = rows_by_id(connection, [*above, row_id, *below], columns, table=ARCHIVE)
    deleted = ""
    for member in (*above, row_id):
        row = (known | archived)[member]
        if row.get("deleted_at") is not None:
            deleted = short_ref(text_of(row, "ref"))
        elif deleted and member in archived:
            raise InvalidArguments(
                "restore",
                f"{short_ref(text_of(row, 'ref'))} hangs below {deleted}, which is deleted",
                hint="bring that one back first (update_work_item with deleted=false)",
            )
    family = {up: archived[up] for up in above if up in archived} | {row_id: archived[row_id]}
    for child in below:
        parent = family.get(text_of(archived[child], "parent_id"))
        if parent is not None and _may_hang_below(archived[child], parent):
            family[child] = archived[child]
    return family


def _may_hang_below(child: Row, parent: Row) -> bool:
    return child.get("deleted_at") is not None or parent.get("deleted_at") is None


def _move_out(
    connection: sqlite3.Connection, row_id: str, cutoff: str, *, stamp: Stamp, seen: set[str]
) -> list[Row]:
    family = [row_id, *(child for child, _, _ in subtree(connection, row_id, live=False))]
    rows = rows_by_id(connection, family, columns_of(WORK_ITEM))
    if not all(_is_over(row, cutoff) for row in rows.values()):
        return []
    seen.update(family)
    return [
        _move(
            connection,
            rows[member],
            {"archived_at": stamp.now},
            target=ARCHIVE,
            stamp=stamp,
        )
        for member in family
        if member in rows
    ]


def _is_over(row: Row, cutoff: str) -> bool:
    closed = row.get("deleted_at") is not None or row.get("status") in _CLOSED
    return closed and text_of(row, "updated_at") < cutoff


def _move(
    connection: sqlite3.Connection, row: Row, fields: Row, *, target: str, stamp: Stamp
) -> Row:
    """Move one row between the two tables as one versioned change."""
    columns = ", ".join([*columns_of(WORK_ITEM), "search_text"])
    row_id = text_of(row, "id")
    source = WORK_ITEM.table if target == ARCHIVE else ARCHIVE
    if target == ARCHIVE:
        row, _ = update(connection, WORK_ITEM, row, fields, stamp=stamp)
    connection.execute(
        f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} WHERE id = ?", (row_id,)
    )
    connection.execute(f"DELETE FROM {source} WHERE id = ?", (row_id,))
    if target == WORK_ITEM.table:
        row, _ = update(connection, WORK_ITEM, row, fields, stamp=stamp)
    return row
