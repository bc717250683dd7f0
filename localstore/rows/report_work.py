"""The open work of the report."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from localstore.entities import WORK_ITEM
from localstore.ids import short_ref
from localstore.rows.lookup import ARCHIVE
from localstore.rows.report_tree import in_tree_order
from localstore.values import Row, Value, text_of, to_json

ITEMS_SHOWN = 1_000
LINKS_SHOWN = 20
"""How many vendors, work items or blockers one entry names."""

_OPEN = ("planned", "active", "blocked")
_COLUMNS = (
    "id",
    "ref",
    "item_type",
    "title",
    "status",
    "priority",
    "assignee",
    "parent_id",
    "created_at",
)


def open_work(connection: sqlite3.Connection) -> Row:
    """The open work items, each before what is below it, and how many there are.

    At most 1,000, the latest changed ones, each with its parent's title and what blocks it.
    """
    rows = _latest_open(connection)
    above = _ancestors(connection, rows)
    held = blockers(connection, rows)
    reasons = _reasons(connection, rows)
    titles = {row_id: row["title"] for row_id, row in (*rows.items(), *above.items())}
    items: list[Value] = []
    for row in in_tree_order(rows, above):
        row_id, parent_id = str(row.pop("id")), str(row.pop("parent_id"))
        row["ref"] = short_ref(str(row["ref"]))
        if row["assignee"] is None:
            del row["assignee"]
        if parent_id in titles:
            row["parent"] = titles[parent_id]
        if row_id in reasons:
            row["blocked_reason"] = reasons[row_id]
        if row_id in held:
            row["blocked_by"] = held[row_id]
        items.append(row)
    return {"total": _open_total(connection), "items": items}


def _open_total(connection: sqlite3.Connection) -> int:
    (total,) = connection.execute(
        "SELECT coalesce(sum(n), 0) FROM item_counts WHERE status IN (?, ?, ?)", _OPEN
    ).fetchone()
    return int(total)


def _latest_open(connection: sqlite3.Connection) -> dict[str, Row]:
    """The open items by id; the latest changed ones when there are more than are shown."""
    # The index alone says which they are; only those are read.
    each = (
        "SELECT * FROM (SELECT rowid AS place, updated_at, id FROM work_items "
        "WHERE deleted_at IS NULL AND status = ? ORDER BY updated_at DESC, id DESC LIMIT ?)"
    )
    bound = [value for status in _OPEN for value in (status, ITEMS_SHOWN)]
    found = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM work_items WHERE rowid IN (SELECT place FROM "
        f"({' UNION ALL '.join([each] * len(_OPEN))}) "
        "ORDER BY updated_at DESC, id DESC LIMIT ?)",
        (*bound, ITEMS_SHOWN),
    )
    return {stored[0]: dict(zip(_COLUMNS, stored, strict=True)) for stored in found}


def _ancestors(connection: sqlite3.Connection, rows: dict[str, Row]) -> dict[str, Row]:
    """What stands above the rows and is not among them, closed and archived items too."""
    above: dict[str, Row] = {}
    wanted = _parents(rows.values(), rows)
    while wanted:
        found = titled(connection, wanted)
        above |= found
        wanted = _parents(found.values(), rows | above)
    return above


def _parents(rows: Iterable[Row], known: Mapping[str, Row]) -> list[str]:
    parents = {text_of(row, "parent_id") for row in rows} - {""}
    return sorted(parents - known.keys())


def titled(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Row]:
    """The refs, titles and parents of work items, wherever they are kept."""
    columns = ["id", "ref", "title", "parent_id"]
    wanted = to_json([*ids])
    found: dict[str, Row] = {}
    for table in (ARCHIVE, WORK_ITEM.table):
        stored = connection.execute(
            f"SELECT {', '.join(columns)} FROM {table} "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        found |= {str(each[0]): dict(zip(columns, each, strict=True)) for each in stored}
    return found


def blockers(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Row]:
    """For each of the items that waits, how many hold it back and the first of those by ref."""
    found = connection.execute(
        "SELECT target_id, source_id FROM open_blockers "
        "WHERE target_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
        (to_json([*ids]),),
    ).fetchall()
    sources: dict[str, list[str]] = {}
    for target, source in found:
        sources.setdefault(str(target), []).append(str(source))
    shown = {source for each in sources.values() for source in each[:LINKS_SHOWN]}
    named = titled(connection, sorted(shown)) if shown else {}
    return {target: links(each, named) for target, each in sources.items()}


def links(ids: Sequence[str], named: Mapping[str, Row]) -> Row:
    """How many work items there are, and the first of them by ref and title."""
    items: list[Value] = [
        {"ref": short_ref(text_of(named[row_id], "ref")), "title": named[row_id]["title"]}
        for row_id in ids[:LINKS_SHOWN]
        if row_id in named
    ]
    return {"total": len(ids), "items": items}


def _reasons(connection: sqlite3.Connection, rows: Mapping[str, Row]) -> dict[str, str]:
    """Why blocked items say they are blocked."""
    blocked: list[Value] = [row_id for row_id, row in rows.items() if row["status"] == "blocked"]
    found = connection.execute(
        "SELECT id, json_extract(metadata, '$.blocked_reason') FROM work_items "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (to_json(blocked),),
    )
    return {str(row_id): reason for row_id, reason in found if isinstance(reason, str)}
