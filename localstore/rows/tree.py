"""The tree of work items: the way up, the ways down, and what moving a subtree would do."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import WORK_ITEM
from localstore.errors import InvalidArguments
from localstore.rows.lookup import ARCHIVE, find, ref_of
from localstore.rules import check_place
from localstore.values import Row, text_of, to_json

_MANY = 64
"""More than any valid path is long: stops a walk on a damaged tree that runs in a circle."""

_NEW = "the new item"
"""How a refusal calls an item that it keeps from being made."""


def ancestor_ids(connection: sqlite3.Connection, row_id: str) -> list[str]:
    """The ids above a row, root first, itself excluded. Reads archived parents too."""
    found = connection.execute(
        """
        WITH RECURSIVE up (id, parent_id, height) AS (
            SELECT id, parent_id, 0 FROM work_items WHERE id = :id
            UNION ALL
            SELECT id, parent_id, 0 FROM archived_work_items WHERE id = :id
            UNION ALL
            SELECT p.id, p.parent_id, up.height + 1 FROM up JOIN work_items p ON p.id = up.parent_id
            WHERE up.height < :many
            UNION ALL
            SELECT p.id, p.parent_id, up.height + 1
            FROM up JOIN archived_work_items p ON p.id = up.parent_id WHERE up.height < :many
        )
        SELECT id FROM up WHERE height > 0 ORDER BY height DESC
        """,
        {"id": row_id, "many": _MANY},
    )
    return [str(ancestor) for (ancestor,) in found]


def subtree(
    connection: sqlite3.Connection,
    row_id: str,
    *,
    max_depth: int = _MANY,
    live: bool = True,
    table: str = WORK_ITEM.table,
) -> list[tuple[str, str, int]]:
    """The rows below a row as (id, parent id, levels below), nearest first, then oldest first; each
    once, and never the row itself.

    `live` leaves out deleted rows and with them what hangs below.
    """
    alive = "AND c.deleted_at IS NULL" if live else ""
    found = connection.execute(
        f"""
        WITH RECURSIVE down (id, parent_id, depth, created_at) AS (
            SELECT c.id, c.parent_id, 1, c.created_at FROM {table} c
            WHERE c.parent_id = :id AND :depth > 0 {alive}
            UNION ALL
            SELECT c.id, c.parent_id, down.depth + 1, c.created_at
            FROM down JOIN {table} c ON c.parent_id = down.id
            WHERE down.depth < :depth {alive}
        )
        SELECT id, parent_id, depth FROM down ORDER BY depth, created_at, id
        """,
        {"id": row_id, "depth": max_depth},
    )
    # Rows pulled from others may close a circle until the hub opens it: there a row is met again.
    first: dict[str, tuple[str, str, int]] = {}
    for child, parent, depth in found:
        if child != row_id:
            first.setdefault(str(child), (str(child), str(parent), int(depth)))
    return [*first.values()]


def descendants(table: str, row_id: str) -> tuple[str, list[str]]:
    """A SELECT of the ids below a row, and what is bound to it; for the archive it also follows the
    ways that lead through active rows."""
    tables = (table,) if table == WORK_ITEM.table else (table, WORK_ITEM.table)
    first = " UNION ALL ".join(f"SELECT id FROM {each} WHERE parent_id = ?" for each in tables)
    more = " ".join(
        f"UNION ALL SELECT c.id FROM down JOIN {each} c ON c.parent_id = down.id" for each in tables
    )
    query = f"WITH RECURSIVE down (id) AS ({first} {more}) SELECT id FROM down"
    return query, [row_id] * len(tables)


def rows_by_id(
    connection: sqlite3.Connection, ids: Sequence[str], columns: Sequence[str], *, table: str = ""
) -> dict[str, Row]:
    """The given columns of many work items at once, by id."""
    wanted = ["id", *(column for column in columns if column != "id")]
    found = connection.execute(
        f"SELECT {', '.join(wanted)} FROM {table or WORK_ITEM.table} "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (to_json(list(ids)),),
    )
    return {str(stored[0]): WORK_ITEM.decode(wanted, stored) for stored in found}


def rows_anywhere(
    connection: sqlite3.Connection, ids: Sequence[str], columns: Sequence[str]
) -> dict[str, Row]:
    """As `rows_by_id`, of active and archived work items alike."""
    found = rows_by_id(connection, ids, columns) if ids else {}
    missing = [row_id for row_id in ids if row_id not in found]
    return found | (rows_by_id(connection, missing, columns, table=ARCHIVE) if missing else {})


def new_parent(connection: sqlite3.Connection, key: str) -> Row:
    """The row that may become a parent.

    Raises:
        NotFound: there is none. InvalidArguments: it is deleted.
    """
    parent = find(connection, WORK_ITEM, key, field="parent_id")
    if parent.get("deleted_at") is not None:
        raise InvalidArguments(
            "parent_id",
            f"{ref_of(connection, text_of(parent, 'id'))} is deleted",
            hint="choose a living parent, or bring it back with deleted=false first",
        )
    return parent


def check_move(connection: sqlite3.Connection, row_id: str, parent_id: str) -> None:
    """Check that a row, with all below it, may hang under a parent; it need not be there yet.

    Raises:
        CycleError, TooDeep: as `rules.check_place` says.
    """

    def ref(member: str) -> str:
        named = ref_of(connection, member)
        return _NEW if named == member else named

    above = [*ancestor_ids(connection, parent_id), parent_id]
    check_place(
        row_id,
        above=above,
        below=_longest_way_down(connection, row_id),
        ref=ref,
    )


def _longest_way_down(connection: sqlite3.Connection, row_id: str) -> list[str]:
    """The path to the deepest row below, deleted and archived rows included: each of them must have
    a place to come back to."""
    active = subtree(connection, row_id, live=False)
    below = list(active)
    for top, _, depth in [(row_id, "", 0), *active]:
        put_away = subtree(connection, top, live=False, table=ARCHIVE)
        below += [(child, parent, depth + levels) for child, parent, levels in put_away]
    if not below:
        return []
    parents = {child: parent for child, parent, _ in below}
    deepest, _, _ = max(below, key=lambda each: each[2])
    way = [deepest]
    while parents[way[-1]] != row_id:
        way.append(parents[way[-1]])
    return way[::-1]
