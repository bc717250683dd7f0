"""Rows against their histories: what is in both places, and must be the same in both.

Every value of a row stands in its history too, on other pages of the file: in the entry that wrote
it, and once more, as the old value, in the entry that changed it. Where the two differ one of them
is not what was written, whichever it is, and however sound each looks by itself.
"""

import heapq
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from localstore.ancestry import Change, apply_changes, first_parents
from localstore.differences import changes_between
from localstore.entities import ENTITIES, VENDOR, Entity, Kind, letter_of
from localstore.ids import full_ref, is_id, name_key
from localstore.rows.lookup import tables_of
from localstore.rows.rewinding import columns_of_state, parents_of
from localstore.values import Row, Value, from_json, mapping_of, text_of, to_json


def untrue_rows(connection: sqlite3.Connection) -> list[str]:
    """The ids, in their order, of the rows that are not what their history tells; of those whose
    history contradicts itself; and of those that are found by another name than they should.

    Of a row whose history has lost its beginning only what is told is compared. A row from which
    history has gone on is behind, but for a pull that is under way: there its state comes with a
    later page. Reads everything once, row by row.
    """
    (pulling,) = connection.execute("SELECT cursor < coalesce(hub_head, 0) FROM sync").fetchone()
    return [
        text_of(row, "id")
        for entity, row, derived, told in _beside_their_histories(connection)
        if derived != _derived(entity, row)
        or not _is_told(entity, row, told)
        or (not pulling and _is_behind(row, told))
    ]


class _Entry(NamedTuple):
    """A history entry, as it is stored."""

    entity_id: str
    change_id: str
    version: int
    changed_at: str
    changed_by: str
    parents: str | None
    changes: str


def _beside_their_histories(
    connection: sqlite3.Connection,
) -> Iterator[tuple[Entity, Row, Row, list[_Entry]]]:
    found = connection.execute(
        f"SELECT {', '.join(_Entry._fields)} FROM history ORDER BY entity_id, seq"
    )
    histories = groupby(map(_Entry._make, found), key=attrgetter("entity_id"))
    streams = (
        _stored(connection, entity, table)
        for entity in ENTITIES.values()
        for table in tables_of(entity)
    )
    entries: list[_Entry] = []
    at = ""
    for entity, row, derived in heapq.merge(*streams, key=lambda each: text_of(each[1], "id")):
        while at < text_of(row, "id"):
            at, group = next(histories, ("~", iter(())))
            entries = list(group)
        yield entity, row, derived, entries if at == row["id"] else []


def _stored(
    connection: sqlite3.Connection, entity: Entity, table: str
) -> Iterator[tuple[Entity, Row, Row]]:
    columns = columns_of_state(entity)
    others = ["ref", *(["name_key"] if entity is VENDOR else [])]
    found = connection.execute(f"SELECT {', '.join([*columns, *others])} FROM {table} ORDER BY id")
    for stored in found:
        row = entity.decode(columns, stored[: len(columns)])
        yield entity, row, dict(zip(others, stored[len(columns) :], strict=True))


def _derived(entity: Entity, row: Row) -> Row:
    """What a row is found by, nothing for an id that is none; the text that is searched is checked
    with its index."""
    if not is_id(text_of(row, "id")):
        return {}
    ref: Row = {"ref": full_ref(letter_of(entity, row), text_of(row, "id"))}
    return ref | {"name_key": name_key(text_of(row, "name"))} if entity is VENDOR else ref


def _mapping(text: str) -> Row:
    value = from_json(text)
    return value if isinstance(value, dict) else {}


def _is_told(entity: Entity, row: Row, entries: list[_Entry]) -> bool:
    last = text_of(row, "change_id")
    graph = {
        each.change_id: Change(parents_of(each.parents), _mapping(each.changes)) for each in entries
    }
    line = first_parents(graph, last)
    if not line:
        return True  # a row without the entry of its last change is a finding of another check
    is_whole = not graph[line[-1]].parents
    told: Row = {}
    for change_id in reversed(line):
        changes = graph[change_id].changes
        if not _continues(entity, told, changes, is_whole=is_whole):
            return False
        apply_changes(told, changes)
    stamp = row["version"], row["updated_at"], row["updated_by"]
    signed = {each.change_id: (each.version, each.changed_at, each.changed_by) for each in entries}
    return signed[last] == stamp and not _differs(entity, told, row, is_whole=is_whole)


def _is_behind(row: Row, entries: list[_Entry]) -> bool:
    last = text_of(row, "change_id")
    return any(each.parents is not None and last in parents_of(each.parents) for each in entries)


def _continues(entity: Entity, told: Row, changes: Mapping[str, Value], *, is_whole: bool) -> bool:
    """Whether the old values of some changes are those that were told until then."""
    for name, pair in changes.items():
        field, dot, key = name.partition(".")
        known = mapping_of(told, field).get(key) if dot else told.get(field)
        if not _same(entity, field, known, _old(pair)) and (is_whole or known is not None):
            return False
    return True


def _old(pair: Value) -> Value:
    return pair[0] if isinstance(pair, list) and len(pair) == 2 else None


def _same(entity: Entity, field: str, one: Value, other: Value) -> bool:
    """Whether two values, of a mapping's key those of the key, are the same to a history."""
    if one == other:
        return True
    if entity.kind_of(field) is Kind.MAP and not (
        isinstance(one, dict) and isinstance(other, dict)
    ):
        return to_json(one) == to_json(other)
    return not changes_between(entity, {field: one}, {field: other})


def _differs(entity: Entity, told: Row, row: Row, *, is_whole: bool) -> bool:
    names = [field.name for field in entity.fields]
    if all(told.get(name) == row.get(name) for name in names):
        return False
    changes = changes_between(entity, told, row)
    return any(is_whole or old is not None for old, _ in changes.values())
