"""Filling a new store with rows and a history that were written elsewhere, stamps unchanged."""

import sqlite3
from collections.abc import Iterable
from itertools import chain

from localstore.differences import changes_between
from localstore.entities import CONFIGURATION, ENTITIES, STAMP, WORK_ITEM, Entity
from localstore.errors import InvalidArguments
from localstore.ids import CONFIGURATION_ID
from localstore.rows.checks import row_checks
from localstore.rows.configuration import FIRST_CHANGE_ID
from localstore.rows.lookup import ARCHIVE, fetch
from localstore.values import Row, Value, from_json, mapping_of, number_of, text_of, to_json
from localstore.writing import Stamp, record, store

UNSTORABLE = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
    TypeError,
    ValueError,
    OverflowError,
)
"""What SQLite and its binding raise for a row with a missing, doubled or impossible value."""


def load(
    connection: sqlite3.Connection, rows: Iterable[tuple[Entity, Row]], history: Iterable[Row]
) -> None:
    """Fill a store that holds nothing but the configuration row it was born with.

    Rows are whole, as `states.rows_of` gives them, in any order; what is derived is computed.
    History entries are as in `states.State.entry` and keep their order. A row whose last change has
    no entry gets one, so that its history is whole. Does not commit.

    Raises:
        InvalidArguments: the store is not new; a row or an entry cannot be stored; or together they
            do not make a sound store. The transaction must not be committed then.
    """
    _expect_new(connection)
    connection.execute("DELETE FROM history")
    for entity, row in rows:
        try:
            _load_row(connection, entity, row)
        except UNSTORABLE as failure:
            raise _refusal("rows", entity.name, row, failure) from failure
    for entry in history:
        try:
            _load_entry(connection, entry)
        except UNSTORABLE as failure:
            raise _refusal("history", text_of(entry, "entity"), entry, failure) from failure
    tell_untold(connection)
    for check in row_checks(connection):
        if check["ok"] is not True:
            raise InvalidArguments("rows", f"{check['check']}: {check['found']}")


def _expect_new(connection: sqlite3.Connection) -> None:
    changed = connection.execute(
        "SELECT 1 FROM history WHERE change_id <> ? LIMIT 1", (FIRST_CHANGE_ID,)
    ).fetchone()
    if changed is not None:
        raise InvalidArguments(
            "store", "holds rows already", hint="load into a new store, then replace this one"
        )


def _load_row(connection: sqlite3.Connection, entity: Entity, row: Row) -> None:
    names = ("id", *(field.name for field in entity.fields), *STAMP)
    whole: Row = {name: row.get(name) for name in names} | {"base_change_id": None}
    if entity is CONFIGURATION:
        if row.get("id") != CONFIGURATION_ID:
            raise ValueError("the configuration has one id everywhere")
        connection.execute("DELETE FROM configuration WHERE change_id = ?", (FIRST_CHANGE_ID,))
    away = entity is WORK_ITEM and row.get("archived_at") is not None
    store(connection, entity, whole, table=ARCHIVE if away else "")


def _load_entry(connection: sqlite3.Connection, entry: Row) -> None:
    parents = entry.get("parents")
    if entry.get("entity") not in ENTITIES:
        raise ValueError(f"there is no entity {entry.get('entity')!r}")
    connection.execute(
        "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
        " replica_id, parents, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry.get(name) for name in ("change_id", "entity", "id", "version")),
            *(entry.get(name) for name in ("changed_at", "changed_by", "replica_id")),
            to_json(parents) if parents else None,
            to_json(mapping_of(entry, "changes")),
        ),
    )


def tell_untold(connection: sqlite3.Connection) -> None:
    """Give each row whose last change is not in history the entry of that change."""
    (replica_id,) = connection.execute("SELECT value FROM meta WHERE key = 'replica_id'").fetchone()
    tables = [(entity, entity.table) for entity in ENTITIES.values()] + [(WORK_ITEM, ARCHIVE)]
    untold = [
        connection.execute(
            f"SELECT updated_at, id, ?, ? FROM {table} r "
            "WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.change_id = r.change_id)",
            (entity.name, table),
        )
        for entity, table in tables
    ]
    for _, row_id, name, table in sorted(chain.from_iterable(untold)):
        entity = ENTITIES[name]
        row = fetch(connection, entity, row_id, table=table)
        if row is not None:
            _tell(connection, entity, row, str(replica_id))


def _tell(connection: sqlite3.Connection, entity: Entity, row: Row, replica_id: str) -> None:
    """Record the row's last change as what differs from where its history ends."""
    told: Row = {}
    parents: list[str] = []
    found = connection.execute(
        "SELECT change_id, changes FROM history WHERE entity_id = ? ORDER BY seq",
        (text_of(row, "id"),),
    )
    for change_id, changes in found.fetchall():
        parents = [str(change_id)]
        _apply(told, from_json(str(changes)))
    stamp = Stamp(
        text_of(row, "updated_by"),
        text_of(row, "updated_at"),
        replica_id,
        lambda: text_of(row, "change_id"),
    )
    record(
        connection, entity, row, changes_between(entity, told, row), stamp=stamp, parents=parents
    )


def _apply(row: Row, changes: Value) -> None:
    """Take `row` on by the new values of some changes."""
    for name, pair in changes.items() if isinstance(changes, dict) else ():
        new = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
        field, dot, key = name.partition(".")
        row[field] = mapping_of(row, field) | {key: new} if dot else new


def _refusal(field: str, entity: str, row: Row, failure: Exception) -> InvalidArguments:
    about = f"{entity.replace('_', ' ')} {text_of(row, 'id')}".strip()
    version = f" at version {number_of(row, 'version')}" if field == "history" else ""
    return InvalidArguments(field, f"{about}{version} cannot be stored: {failure}")
