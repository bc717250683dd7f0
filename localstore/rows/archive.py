"""The archive: old closed work leaves the active table and can come back."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import WORK_ITEM
from localstore.errors import NotFound
from localstore.rows.lookup import ARCHIVE, fetch, find_id
from localstore.rows.tree import ancestor_ids, rows_by_id, subtree
from localstore.values import Row, text_of
from localstore.writing import Stamp, columns_of, update

_PAGE = 200
_CLOSED = ("completed", "cancelled")


def archive_older(
    connection: sqlite3.Connection, cutoff: str, stamp: Stamp, *, limit: int
) -> tuple[list[Row], bool]:
    """Move closed items last changed before `cutoff`, with their whole subtrees, oldest first.

    An item moves only when everything below it is closed and as old. A cancelled item that still
    holds open work back stays. Stops once `limit` items have moved; a subtree is never split.
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
        NotFound: a key is not in the archive; then none is moved. Does not commit.
    """
    wanted: list[str] = []
    for key in keys:
        row_id = find_id(connection, WORK_ITEM, key, field="restore", table=ARCHIVE)
        if row_id is None:
            raise NotFound(
                "archived_work_item", key, hint="query_archived_work_items shows what is there"
            )
        wanted += [*ancestor_ids(connection, row_id), row_id, *_archived_below(connection, row_id)]
    return [
        _move(connection, row, {"archived_at": None}, target=WORK_ITEM.table, stamp=stamp)
        for row_id in dict.fromkeys(wanted)
        if (row := fetch(connection, WORK_ITEM, row_id, table=ARCHIVE)) is not None
    ]


def _move_out(
    connection: sqlite3.Connection, row_id: str, cutoff: str, *, stamp: Stamp, seen: set[str]
) -> list[Row]:
    family = [row_id, *(child for child, _, _ in subtree(connection, row_id, live=False))]
    rows = rows_by_id(connection, family, columns_of(WORK_ITEM))
    if not all(_is_over(connection, row, cutoff) for row in rows.values()):
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


def _is_over(connection: sqlite3.Connection, row: Row, cutoff: str) -> bool:
    deleted = row.get("deleted_at") is not None
    if text_of(row, "updated_at") >= cutoff or not (deleted or row.get("status") in _CLOSED):
        return False
    holding = connection.execute(
        "SELECT 1 FROM open_blockers o JOIN work_items w ON w.id = o.target_id "
        "WHERE o.source_id = ? AND w.deleted_at IS NULL "
        "AND w.status NOT IN ('completed', 'cancelled') LIMIT 1",
        (text_of(row, "id"),),
    ).fetchone()
    return holding is None


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


def _archived_below(connection: sqlite3.Connection, row_id: str) -> list[str]:
    found = connection.execute(
        f"""
        WITH RECURSIVE down (id, depth) AS (
            SELECT id, 1 FROM {ARCHIVE} WHERE parent_id = ?
            UNION ALL
            SELECT c.id, down.depth + 1 FROM down JOIN {ARCHIVE} c ON c.parent_id = down.id
            WHERE down.depth < 64
        )
        SELECT id FROM down ORDER BY depth
        """,
        (row_id,),
    )
    return [str(child) for (child,) in found]
