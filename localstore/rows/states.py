"""Rows as their changes left them: what a snapshot of each moment is made from.

History keeps differences only, so a state is reached backwards: from the row as it is now, by
undoing every change that came after.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from localstore.entities import (
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENTITIES,
    STAMP,
    WORK_ITEM,
    Entity,
    letter_of,
)
from localstore.ids import full_ref, short_ref
from localstore.rows.history import conflict_in_words, edge_in_words
from localstore.rows.lookup import ARCHIVE
from localstore.rows.tree import rows_anywhere
from localstore.values import Row, Value, from_json, mapping_of, text_of, to_json, without_nulls

_ENTRY = (
    "seq, change_id, entity, entity_id, version, changed_at, changed_by, replica_id, parents, "
    "changes"
)
_ITEMS_NAMED = {DEPENDENCY.name: ("source_id", "target_id"), CONFLICT.name: ("entity_id",)}
_Named: TypeAlias = tuple[str, str]
"""A row's entity and id."""


@dataclass(frozen=True, slots=True)
class State:
    """One row exactly as one change left it.

    `entry` is the change: change_id, entity, id, version, changed_at, changed_by, replica_id,
    parents (a list), changes, ref, and the title or name the row had then, where it has one.
    `row` is whole: id, every field, version, change_id, created and updated; null-free. States
    share the values that no change touched: nobody may alter them in place.
    """

    seq: int
    entity: Entity
    entry: Row
    row: Row


def states_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[State]:
    """What the changes after a sequence number left, oldest first, at most `limit` of them.

    Entries of a row that is no longer there are left out.
    """
    found = connection.execute(
        f"SELECT {_ENTRY} FROM history WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    if not found:
        return []
    rows = _rows_now(connection, {(str(each[2]), str(each[3])) for each in found})
    refs = {(name, row_id): _ref(ENTITIES[name], row) for (name, row_id), row in rows.items()}
    _undo_later(connection, rows, int(found[-1][0]))
    states = []
    for each in reversed(found):
        named = str(each[2]), str(each[3])
        if named in rows:
            entry = _entry(each)
            entry["ref"] = refs[named]
            entity = ENTITIES[named[0]]
            row = _stamped(rows[named], entry)
            rows[named] = _before(row, mapping_of(entry, "changes"))
            states.append(State(int(each[0]), entity, entry, row))
    _entitle(connection, states)
    return states[::-1]


def row_at(
    connection: sqlite3.Connection, entity: Entity, row_id: str, change_id: str
) -> Row | None:
    """The row as that change left it; None when the change is not in the row's history."""
    row = _rows_now(connection, {(entity.name, row_id)}).get((entity.name, row_id))
    found = connection.execute(
        f"SELECT {_ENTRY} FROM history WHERE entity_id = ? AND entity = ? ORDER BY seq DESC",
        (row_id, entity.name),
    )
    for each in found:
        if row is None:
            break
        entry = _entry(each)
        row = _stamped(row, entry)
        if entry["change_id"] == change_id:
            return row
        row = _before(row, mapping_of(entry, "changes"))
    return None


def seq_of(connection: sqlite3.Connection, change_id: str) -> int | None:
    """The sequence number of a change in this file; None when it is not in its history."""
    found = connection.execute(
        "SELECT seq FROM history WHERE change_id = ?", (change_id,)
    ).fetchone()
    return None if found is None else int(found[0])


def rows_of(connection: sqlite3.Connection, entity: Entity) -> Iterator[Row]:
    """Every whole row of an entity, the archive included, by id; of the shape of `State.row`."""
    columns = _columns(entity)
    every = " UNION ALL ".join(f"SELECT {', '.join(columns)} FROM {t}" for t in _tables(entity))
    for stored in connection.execute(f"{every} ORDER BY id"):
        yield without_nulls(entity.decode(columns, stored))


def _columns(entity: Entity) -> list[str]:
    """What makes a row the same everywhere: refs are derived, and the base is this replica's."""
    stamp = (name for name in STAMP if name != "base_change_id")
    return ["id", *(field.name for field in entity.fields), *stamp]


def _tables(entity: Entity) -> tuple[str, ...]:
    return (entity.table, ARCHIVE) if entity is WORK_ITEM else (entity.table,)


def _rows_now(connection: sqlite3.Connection, wanted: Iterable[_Named]) -> dict[_Named, Row]:
    """The rows as they are, by entity and id; one that is nowhere is left out."""
    ids: dict[str, list[Value]] = {}
    for name, row_id in wanted:
        ids.setdefault(name, []).append(row_id)
    rows: dict[_Named, Row] = {}
    for name, members in ids.items():
        entity = ENTITIES[name]
        columns = _columns(entity)
        for table in _tables(entity):
            found = connection.execute(
                f"SELECT {', '.join(columns)} FROM {table} "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (to_json(members),),
            )
            for stored in found:
                rows[name, str(stored[0])] = without_nulls(entity.decode(columns, stored))
    return rows


def _undo_later(connection: sqlite3.Connection, rows: dict[_Named, Row], seq: int) -> None:
    """Take the rows back to that sequence number.

    A field then had the old value of the first change after it. Read as a stream: what is kept
    grows with the rows, not with their histories.
    """
    found = connection.execute(
        "SELECT entity, entity_id, changes FROM history "
        "WHERE entity_id IN (SELECT value FROM json_each(?)) AND seq > ? ORDER BY entity_id, seq",
        (to_json([row_id for _, row_id in rows]), seq),
    )
    earlier: dict[_Named, dict[str, Value]] = {}
    for name, row_id, changes in found:
        known = earlier.setdefault((str(name), str(row_id)), {})
        changed = from_json(str(changes))
        for field, pair in changed.items() if isinstance(changed, dict) else ():
            known.setdefault(field, pair)
    for named, changes in earlier.items():
        if named in rows:
            rows[named] = _before(rows[named], changes)


def _before(row: Row, changes: Mapping[str, Value]) -> Row:
    """The row without some changes: each field, or key of a mapping, has its old value again."""
    earlier = dict(row)
    touched: dict[str, Row] = {}
    for name, pair in changes.items():
        old = pair[0] if isinstance(pair, list) and pair else None
        field, dot, key = name.partition(".")
        if dot:
            mapping = touched.setdefault(field, dict(mapping_of(row, field)))
            _put(mapping, key, old)
        else:
            _put(earlier, field, old)
    for field, mapping in touched.items():
        _put(earlier, field, mapping or None)
    return earlier


def _put(row: Row, name: str, value: Value) -> None:
    if value is None:
        row.pop(name, None)
    else:
        row[name] = value


def _stamped(row: Row, entry: Row) -> Row:
    """The row with the stamp of the change that left it so."""
    if row.get("change_id") == entry["change_id"]:
        return row
    return row | {
        "version": entry["version"],
        "change_id": entry["change_id"],
        "updated_at": entry["changed_at"],
        "updated_by": entry["changed_by"],
    }


def _entry(stored: Sequence[str | int | None]) -> Row:
    _, change_id, entity, entity_id, version, changed_at, changed_by, replica, parents, changes = (
        stored
    )
    return {
        "change_id": change_id,
        "entity": entity,
        "id": entity_id,
        "version": version,
        "changed_at": changed_at,
        "changed_by": changed_by,
        "replica_id": replica,
        "parents": from_json(str(parents)) if parents else [],
        "changes": from_json(str(changes)),
    }


def _ref(entity: Entity, row: Row) -> str:
    return short_ref(full_ref(letter_of(entity, row), text_of(row, "id")))


def _entitle(connection: sqlite3.Connection, states: Sequence[State]) -> None:
    """Give each entry the title or name of its row at that moment."""
    ends = {
        text_of(state.row, end)
        for state in states
        for end in _ITEMS_NAMED.get(state.entity.name, ())
    }
    items = rows_anywhere(connection, sorted(ends), ["item_type"])
    refs = {row_id: _ref(WORK_ITEM, row) for row_id, row in items.items()}
    for state in states:
        title = _title(state.entity, state.row, refs)
        if title:
            state.entry["title"] = title


def _title(entity: Entity, row: Row, refs: Mapping[str, str]) -> str:
    if entity is DEPENDENCY:
        source, target = text_of(row, "source_id"), text_of(row, "target_id")
        kind = text_of(row, "dependency_type")
        return edge_in_words(refs.get(source, source), kind, refs.get(target, target))
    if entity is CONFLICT:
        return conflict_in_words(row, refs.get(text_of(row, "entity_id"), ""))
    if entity is DEPLOYMENT:
        return text_of(row, "commit_hash") or text_of(row, "deployed_at")[:10]
    return text_of(row, "title") or text_of(row, "name")
