"""How a row is written: its state, its stamp and its history entry, in the caller's transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from localstore.differences import changes_between
from localstore.entities import AS_JSON, STAMP, VENDOR, WORK_ITEM, Entity, encoded, letter_of
from localstore.errors import VersionConflict
from localstore.ids import IdSource, full_ref, name_key, short_ref
from localstore.schema import SEARCHED
from localstore.text import words_in
from localstore.values import Row, Value, number_of, text_of, to_json, without_nulls

_NOT_SHOWN = ("change_id", "base_change_id", "report_layout")
"""The layout is a file's worth of text: whoever wants it reads the report."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changes something, when, on which replica, and where its change ids come from."""

    who: str
    now: str
    replica_id: str
    new_id: IdSource


def insert(connection: sqlite3.Connection, entity: Entity, fields: Row, stamp: Stamp) -> Row:
    """Write a new row at version 1 with its history entry and return it whole.

    `fields` holds the id and the entity's own fields; absent ones are empty. Does not commit.
    """
    change_id = stamp.new_id()
    row: Row = {field.name: _or_null(fields.get(field.name)) for field in entity.fields}
    row |= {
        "id": fields["id"],
        "version": 1,
        "change_id": change_id,
        "base_change_id": None,
        "created_at": stamp.now,
        "created_by": stamp.who,
        "updated_at": stamp.now,
        "updated_by": stamp.who,
    }
    ref = store(connection, entity, row)
    record(connection, entity, row, changes_between(entity, {}, row), stamp=stamp, parents=[])
    return row | {"ref": ref}


def store(connection: sqlite3.Connection, entity: Entity, row: Row, *, table: str = "") -> str:
    """Write a new row with the stamp it carries into the entity's table, or into `table` of the
    same shape, with all that is derived from it, but no history. Returns its ref. Does not commit.
    """
    store_all(connection, entity, [row], table=table)
    return full_ref(letter_of(entity, row), text_of(row, "id"))


def store_all(
    connection: sqlite3.Connection, entity: Entity, rows: Sequence[Row], *, table: str = ""
) -> None:
    """As `store`, for many rows of one entity; what triggers derive is derived for all at once."""
    table = table or entity.table
    at_once = table in SEARCHED and len(rows) > 1
    if at_once:
        connection.execute(
            f"INSERT INTO loading SELECT ?, coalesce(max(rowid), 0) FROM {table}", (table,)
        )
    columns = _stored_columns(entity)
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        _stored(entity, rows),
    )
    if at_once:
        connection.execute("DELETE FROM loading")


def overwrite_all(
    connection: sqlite3.Connection, entity: Entity, rows: Sequence[Row], *, table: str = ""
) -> None:
    """Put whole rows, with the stamps they carry, in the place of those with their ids; no
    history. Does not commit."""
    # ?1 is the id, the first of a row's columns.
    assignments = ", ".join(
        f"{name} = ?{place}" for place, name in enumerate(_stored_columns(entity), 1) if place > 1
    )
    connection.executemany(
        f"UPDATE {table or entity.table} SET {assignments} WHERE id = ?1",
        _stored(entity, rows),
    )


def _stored_columns(entity: Entity) -> tuple[str, ...]:
    """Every column of a row in one fixed order, the id first; the derived ones come last."""
    derived = {WORK_ITEM.name: ("search_text",), VENDOR.name: ("name_key",)}.get(entity.name, ())
    return ("id", *(field.name for field in entity.fields), *STAMP, "ref", *derived)


def _stored(entity: Entity, rows: Sequence[Row]) -> Iterator[tuple[Value, ...]]:
    """Each row as it stands in those columns, null where it has nothing."""
    given = ("id", *(field.name for field in entity.fields), *STAMP)
    encoders = [
        (given.index(field.name), field.kind) for field in entity.fields if field.kind in AS_JSON
    ]
    for row in rows:
        values = [row.get(name) for name in given]
        for place, kind in encoders:
            if values[place] is not None:
                values[place] = encoded(kind, values[place])
        yield (*values, *_derived(entity, row).values())


def update(
    connection: sqlite3.Connection,
    entity: Entity,
    old: Row,
    fields: Row,
    *,
    stamp: Stamp,
    table: str = "",
) -> tuple[Row, list[str]]:
    """Write changed fields over `old`, in the entity's table or in `table` of the same shape, with
    the next version; return the row and what changed.

    A change that changes nothing writes nothing: same version, empty list. Does not commit.
    """
    given: Row = {name: _or_null(value) for name, value in fields.items()}
    changes = changes_between(entity, old, old | given)
    if not changes:
        return old, []
    change_id = stamp.new_id()
    written: Row = {name: value for name, value in given.items() if _touched(name, changes)}
    written |= {
        "version": number_of(old, "version") + 1,
        "change_id": change_id,
        "updated_at": stamp.now,
        "updated_by": stamp.who,
    }
    new = old | written
    columns = entity.encode(written) | _derived(entity, new, only=set(written))
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(
        f"UPDATE {table or entity.table} SET {assignments} WHERE id = :id",
        columns | {"id": text_of(old, "id")},
    )
    record(connection, entity, new, changes, stamp=stamp, parents=[text_of(old, "change_id")])
    return new, list(changes)


def record(
    connection: sqlite3.Connection,
    entity: Entity,
    row: Row,
    changes: dict[str, list[Value]],
    *,
    stamp: Stamp,
    parents: list[str],
) -> None:
    """Append the history entry of the row's present change. Does not commit."""
    told: Row = {name: list(pair) for name, pair in changes.items()}
    grown_from: list[Value] = list(parents)
    connection.execute(
        "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
        " replica_id, parents, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            text_of(row, "change_id"),
            entity.name,
            text_of(row, "id"),
            number_of(row, "version"),
            stamp.now,
            stamp.who,
            stamp.replica_id,
            to_json(grown_from) if grown_from else None,
            to_json(told),
        ),
    )


def expect_version(entity: Entity, row: Row, version: int) -> None:
    """Optimistic locking: the caller must have read the row as it is now.

    Raises:
        VersionConflict: it has another version; carries the current row. Nothing was written.
    """
    if number_of(row, "version") != version:
        current = public(row) | {"ref": short_ref(text_of(row, "ref"))}
        raise VersionConflict(entity.name, expected=version, current=current)


def public(row: Row) -> Row:
    """A row as callers see it: without nulls, the stamp's change ids and the report's layout."""
    return without_nulls({name: value for name, value in row.items() if name not in _NOT_SHOWN})


def columns_of(entity: Entity) -> list[str]:
    """The columns that make a whole row, in one fixed order."""
    return ["id", "ref", *(field.name for field in entity.fields), *STAMP]


def _or_null(value: Value) -> Value:
    """Empty text, lists and mappings are one and the same as absent ones."""
    return None if value in ("", [], {}) else value


def _touched(name: str, changes: dict[str, list[Value]]) -> bool:
    return name in changes or any(changed.startswith(name + ".") for changed in changes)


def _derived(
    entity: Entity, row: Row, only: set[str] | None = None
) -> dict[str, str | int | float | None]:
    """The columns computed from others; `only` those whose sources are among the written fields."""
    derived: dict[str, str | int | float | None] = {}
    if only is None:
        derived["ref"] = full_ref(letter_of(entity, row), text_of(row, "id"))
    if entity is WORK_ITEM and (only is None or "metadata" in only):
        derived["search_text"] = words_in(row.get("metadata")) or None
    if entity is VENDOR and (only is None or "name" in only):
        derived["name_key"] = name_key(text_of(row, "name"))
    return derived
