"""What this replica has for the hub: which rows, in which order, and what of each."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from localstore.ancestry import first_parents
from localstore.entities import CONFLICT, DEPENDENCY, ENTITIES, VENDOR, WORK_ITEM, Entity
from localstore.exchange import EXTRA, Name, PushedRow, on_the_wire
from localstore.ids import name_key
from localstore.rows.lineage import graph_of
from localstore.rows.lookup import ARCHIVE, tables_of
from localstore.rows.sync_place import DIRTY, change_of
from localstore.values import (
    Row,
    Value,
    format_moment,
    from_json,
    parse_moment,
    text_of,
    to_json,
)
from localstore.writing import columns_of

REFUSED_FOR = timedelta(hours=1)
"""How long a row the hub could not take is left out, unless it changes."""

_STAMP = ("version", "created_at", "created_by", "updated_at", "updated_by")
_ENTRY = (
    "change_id",
    "version",
    "changed_at",
    "changed_by",
    "replica_id",
    "parents",
    "changes",
)
_READ_AT_ONCE = 100
_ROW_BYTES = 400


class Offer(NamedTuple):
    """Rows to push, and how many of the names asked for were looked at for them."""

    rows: list[PushedRow]
    looked_at: int


def dirty_names(connection: sqlite3.Connection, now: str) -> list[Name]:
    """The rows to push: conflicts, so that nobody sees a merged row whose conflict is yet to come;
    work items from the roots down, then deletions from the leaves up; then all else, edges last.
    Rows the hub lately refused as they are are left out."""
    names = _names_of(connection, CONFLICT) + _items_in_order(connection)
    for entity in ENTITIES.values():
        if entity not in (CONFLICT, WORK_ITEM, DEPENDENCY):
            names += _names_of(connection, entity)
    names += _names_of(connection, DEPENDENCY)
    lately = format_moment(parse_moment(now) - REFUSED_FOR)
    refused = connection.execute(
        "SELECT entity, entity_id, change_id FROM refused WHERE refused_at > ?", (lately,)
    ).fetchall()
    left_out = {
        Name(entity, row_id)
        for entity, row_id, change_id in refused
        if change_of(connection, entity, row_id) == (change_id, True)
    }
    return [name for name in names if name not in left_out] if left_out else names


def offer(connection: sqlite3.Connection, names: Sequence[Name], limit_bytes: int) -> Offer:
    """As many of the first of `names` as make about `limit_bytes`; those that are clean by now are
    passed over. At least one name is looked at."""
    rows: list[PushedRow] = []
    size = looked_at = 0
    for start in range(0, len(names), _READ_AT_ONCE):
        group = names[start : start + _READ_AT_ONCE]
        stored = _dirty_rows(connection, group)
        entries = _unsent_entries(connection, [name.row_id for name in stored])
        for name in group:
            if rows and size >= limit_bytes:
                return Offer(rows, looked_at)
            looked_at += 1
            if name in stored:
                row, told = stored[name], entries.get(name, [])
                rows.append(_pushed(connection, name, row, [entry for entry, _ in told]))
                size += _ROW_BYTES + sum(length for _, length in told)
    return Offer(rows, looked_at)


def _pushed(
    connection: sqlite3.Connection, name: Name, row: Row, entries: Sequence[Row]
) -> PushedRow:
    entity = ENTITIES[name.entity]
    base = row.get("base_change_id")
    return PushedRow(
        name=name,
        change_id=text_of(row, "change_id"),
        base_change_id=base if isinstance(base, str) else None,
        stamp={field: row[field] for field in _STAMP},
        fields=_fields(connection, entity, row, entries),
        entries=tuple(entries),
    )


def _fields(
    connection: sqlite3.Connection, entity: Entity, row: Row, entries: Sequence[Row]
) -> Row:
    """What the hub needs to make this row of its own: what changed since the base."""
    every: Row = {field.name: row.get(field.name) for field in entity.fields}
    if not row.get("base_change_id"):
        fields: Row = {field: value for field, value in every.items() if value is not None}
    else:
        changed = _changed_since(connection, entity, row, entries)
        fields = {name: every[name] for name in every if changed is None or name in changed}
    if entity is VENDOR and "name" in fields:
        fields["name_key"] = name_key(text_of(row, "name"))
    if fields.get(EXTRA) is None:
        fields.pop(EXTRA, None)
    return on_the_wire(fields)


def _changed_since(
    connection: sqlite3.Connection, entity: Entity, row: Row, entries: Sequence[Row]
) -> set[str] | None:
    """The fields touched since the base; None when the base is not on the row's own line."""
    base = text_of(row, "base_change_id")
    if len(entries) == 1 and _first_parent(entries[0]) == base:
        line: list[Mapping[str, Value]] = [_told(entries[0])]
    else:
        graph = graph_of(connection, entity, text_of(row, "id"))
        ids = first_parents(graph, text_of(row, "change_id"))
        if base not in ids:
            return None
        line = [graph[each].changes for each in ids[: ids.index(base)]]
    return {name.partition(".")[0] for changes in line for name in changes}


def _told(entry: Row) -> Row:
    changes = from_json(text_of(entry, "changes"))
    return changes if isinstance(changes, dict) else {}


def _first_parent(entry: Row) -> Value:
    parents = entry.get("parents")
    return parents[0] if isinstance(parents, list) and parents else None


def _dirty_rows(connection: sqlite3.Connection, names: Sequence[Name]) -> dict[Name, Row]:
    wanted: dict[str, list[Value]] = {}
    for name in names:
        wanted.setdefault(name.entity, []).append(name.row_id)
    rows: dict[Name, Row] = {}
    for entity_name, ids in wanted.items():
        entity = ENTITIES[entity_name]
        columns = columns_of(entity)
        for table in tables_of(entity):
            found = connection.execute(
                f"SELECT {', '.join(columns)} FROM {table} "
                f"WHERE {DIRTY} AND id IN (SELECT value FROM json_each(?))",
                (to_json(ids),),
            )
            for stored in found:
                row = entity.decode(columns, stored)
                rows[Name(entity_name, text_of(row, "id"))] = row
    return rows


def _unsent_entries(
    connection: sqlite3.Connection, ids: Sequence[str]
) -> dict[Name, list[tuple[Row, int]]]:
    """The entries the hub may lack, oldest first, each with the length of what it tells."""
    wanted: list[Value] = [*ids]
    found = connection.execute(
        f"SELECT entity, entity_id, {', '.join(_ENTRY)} FROM history "
        "WHERE entity_id IN (SELECT value FROM json_each(?)) AND at_hub = 0 ORDER BY seq",
        (to_json(wanted),),
    )
    entries: dict[Name, list[tuple[Row, int]]] = {}
    for entity, entity_id, *stored in found:
        entry: Row = dict(zip(_ENTRY, stored, strict=True))
        entry["parents"] = from_json(stored[-2]) if stored[-2] else []
        told = entries.setdefault(Name(entity, entity_id), [])
        told.append((entry, len(stored[-1])))
    return entries


def _names_of(connection: sqlite3.Connection, entity: Entity) -> list[Name]:
    found = connection.execute(f"SELECT id FROM {entity.table} WHERE {DIRTY} ORDER BY change_id")
    return [Name(entity.name, str(row_id)) for (row_id,) in found]


def _items_in_order(connection: sqlite3.Connection) -> list[Name]:
    found = [
        each
        for table in (WORK_ITEM.table, ARCHIVE)
        for each in connection.execute(
            f"SELECT id, parent_id, deleted_at IS NOT NULL FROM {table} WHERE {DIRTY}"
        )
    ]
    parents = {str(row_id): str(parent) for row_id, parent, _ in found}
    depths: dict[str, int] = {}
    for row_id in parents:
        way: list[str] = []
        at = row_id
        while at in parents and at not in depths and at not in way:
            way.append(at)
            at = parents[at]
        depth = depths.get(at, -1)
        for each in reversed(way):
            depth += 1
            depths[each] = depth
    living = [row_id for row_id, _, deleted in found if not deleted]
    deleted = [row_id for row_id, _, deleted in found if deleted]
    living.sort(key=lambda each: depths[each])
    deleted.sort(key=lambda each: -depths[each])
    return [Name(WORK_ITEM.name, row_id) for row_id in (*living, *deleted)]
