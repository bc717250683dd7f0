"""Taking in what the hub has: new rows, newer rows, and rows that were changed here as well."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from localstore.ancestry import Graph, ancestors
from localstore.entities import ENTITIES, WORK_ITEM, Entity
from localstore.exchange import HubPage, off_the_wire
from localstore.rows.configuration import FIRST_REPLICA
from localstore.rows.history import head
from localstore.rows.lineage import graph_of
from localstore.rows.lookup import ARCHIVE, fetch, tables_of
from localstore.rows.merging import merge_into
from localstore.rows.sync_place import meet_replicas, move_cursor
from localstore.values import Row, Value, text_of, to_json
from localstore.writing import Stamp, overwrite_all, store_all


@dataclass(frozen=True, slots=True)
class Applied:
    """What one page did here: rows taken from the hub, rows merged with it, conflicts noted; and
    the head of history before and after."""

    taken: int
    merged: int
    conflicts: int
    heads: tuple[int, int]


_ENTRY = ("change_id", "entity", "id", "version", "changed_at", "changed_by", "replica_id")


class _Here(NamedTuple):
    """Where a row is here, and its change and base."""

    table: str
    change_id: str
    base_change_id: str | None


def apply_page(connection: sqlite3.Connection, page: HubPage, stamp: Stamp) -> Applied:
    """Take in a page of the hub's, and move the cursor to where it ends. Does not commit.

    Rows and entries of an entity this version does not know are left to a newer one.
    """
    before = head(connection)
    entries = [each for each in page.entries if each["entity"] in ENTITIES]
    append_entries(connection, entries)
    meet_replicas(connection, {text_of(each, "replica_id") for each in entries} - {FIRST_REPLICA})
    taken = merged = conflicts = 0
    for entity in ENTITIES.values():
        arrived = [_as_kept(entity, each.row) for each in page.rows if each.entity == entity.name]
        here = _here(connection, entity, [text_of(row, "id") for row in arrived])
        fresh: list[Row] = []
        newer: list[Row] = []
        for row in arrived:
            known = here.get(text_of(row, "id"))
            if known is None:
                fresh.append(row)
            elif row["change_id"] == known.change_id:
                _rebase(connection, known.table, row)
            elif known.change_id == known.base_change_id:
                newer.append(row)
            elif row["change_id"] != known.base_change_id:
                graph = graph_of(connection, entity, text_of(row, "id"))
                if _has_seen(graph, known.change_id, text_of(row, "change_id")):
                    _rebase(connection, known.table, row)
                elif _has_seen(graph, text_of(row, "change_id"), known.change_id):
                    newer.append(row)
                else:
                    local = fetch(connection, entity, text_of(row, "id"), table=known.table) or {}
                    result, noted = merge_into(
                        connection, entity, local, row, graph=graph, stamp=stamp
                    )
                    put(connection, entity, [result], {text_of(row, "id"): known.table})
                    merged, conflicts = merged + 1, conflicts + noted
        _put_fresh(connection, entity, fresh)
        put(connection, entity, newer, {row_id: each.table for row_id, each in here.items()})
        taken += len(fresh) + len(newer)
    move_cursor(connection, page.cursor, page.head, page.seen)
    return Applied(taken, merged, conflicts, (before, head(connection)))


def put(
    connection: sqlite3.Connection, entity: Entity, rows: Sequence[Row], tables: Mapping[str, str]
) -> None:
    """Put rows in the place of those with their ids, which stand in `tables`; one whose place is in
    the archive now, or no longer is, changes tables."""
    staying: dict[str, list[Row]] = {}
    for row in rows:
        row_id = text_of(row, "id")
        source, target = tables[row_id], table_of(entity, row)
        if source != target:
            store_all(connection, entity, [row], table=target)
            connection.execute(f"DELETE FROM {source} WHERE id = ?", (row_id,))
        else:
            staying.setdefault(target, []).append(row)
    for table, members in staying.items():
        overwrite_all(connection, entity, members, table=table)


def table_of(entity: Entity, row: Row) -> str:
    """The table a row belongs in."""
    away = entity is WORK_ITEM and row.get("archived_at") is not None
    return ARCHIVE if away else entity.table


def append_entries(connection: sqlite3.Connection, entries: Iterable[Row]) -> None:
    """Append history entries the hub has; one that is here already is now known to be there too."""
    connection.executemany(
        "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
        " replica_id, parents, changes, at_hub) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) "
        "ON CONFLICT (change_id) DO UPDATE SET at_hub = 1 WHERE at_hub = 0",
        map(_stored_entry, entries),
    )


def _stored_entry(entry: Row) -> tuple[Value, ...]:
    return (
        *(entry[name] for name in _ENTRY),
        to_json(entry["parents"]) if entry.get("parents") else None,
        entry["changes"],
    )


def _as_kept(entity: Entity, row: Row) -> Row:
    return off_the_wire(entity, row) | {"base_change_id": row["change_id"]}


def _here(connection: sqlite3.Connection, entity: Entity, ids: Sequence[str]) -> dict[str, _Here]:
    tables = tables_of(entity)
    wanted: list[Value] = [*ids]
    return {
        str(row_id): _Here(table, str(change_id), base)
        for table in (tables if ids else ())
        for row_id, change_id, base in connection.execute(
            f"SELECT id, change_id, base_change_id FROM {table} "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (to_json(wanted),),
        )
    }


def _rebase(connection: sqlite3.Connection, table: str, row: Row) -> None:
    """What is here grew from what the hub has, or is just that."""
    connection.execute(
        f"UPDATE {table} SET base_change_id = ? WHERE id = ?",
        (text_of(row, "change_id"), text_of(row, "id")),
    )


def _has_seen(graph: Graph, later: str, earlier: str) -> bool:
    return earlier in ancestors(graph, later)


def _put_fresh(connection: sqlite3.Connection, entity: Entity, rows: Sequence[Row]) -> None:
    by_table: dict[str, list[Row]] = {}
    for row in rows:
        by_table.setdefault(table_of(entity, row), []).append(row)
    for table, members in by_table.items():
        store_all(connection, entity, members, table=table)
