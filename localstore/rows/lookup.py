"""Finding one row by what people call it: an id, a ref, or a vendor's name."""

import hashlib
import sqlite3
from dataclasses import dataclass

from localstore.entities import VENDOR, WORK_ITEM, Entity
from localstore.errors import Duplicate, InvalidArguments, NotFound
from localstore.ids import is_id, is_ref, name_key, short_ref
from localstore.models import Command
from localstore.text import check_text
from localstore.values import Row, Value, text_of, to_json
from localstore.writing import columns_of

ARCHIVE = "archived_work_items"

_HINTS = {
    "work_item": "list_work_items (or `tidelog status`) shows the refs there are",
    "vendor": "list_vendors shows the names there are",
    "deployment": "list_deployments shows the refs there are",
    "enhancement": "list_enhancements shows the refs there are",
    "conflict": "list_conflicts shows the refs there are",
}


def tables_of(entity: Entity) -> tuple[str, ...]:
    """The tables that hold rows of an entity."""
    return (entity.table, ARCHIVE) if entity is WORK_ITEM else (entity.table,)


def fetch(
    connection: sqlite3.Connection, entity: Entity, row_id: str, *, table: str = ""
) -> Row | None:
    """The row with that id from the entity's table, or from `table` of the same shape."""
    columns = columns_of(entity)
    stored = connection.execute(
        f"SELECT {', '.join(columns)} FROM {table or entity.table} WHERE id = ?", (row_id,)
    ).fetchone()
    return None if stored is None else entity.decode(columns, stored)


def find(connection: sqlite3.Connection, entity: Entity, key: str, *, field: str = "id") -> Row:
    """The row that `key` names: an id, a whole ref or the shown part of one in any case, or,
    for vendors, a name in any spelling.

    Raises:
        NotFound: nothing has that name, or it is in the archive. InvalidArguments: a ref that
            several rows share; `candidates` tells them apart.
    """
    found = locate(connection, entity, key, field=field)
    row = None
    if found is not None and found.table == entity.table:
        row = fetch(connection, entity, found.row_id)
    if row is None:
        raise _missing(entity, key, archived=found is not None)
    return row


@dataclass(frozen=True, slots=True)
class Located:
    """Where a row is."""

    row_id: str
    table: str


def locate(
    connection: sqlite3.Connection, entity: Entity, key: str, *, field: str = "id"
) -> Located | None:
    """Where the row is that `key` names, the archive included, or None.

    Raises:
        InvalidArguments: no text at all, or a ref that several rows share.
    """
    text = key.strip()
    check_text(field, text)
    tables = [WORK_ITEM.table, ARCHIVE] if entity is WORK_ITEM else [entity.table]
    found = None
    if is_id(text.lower()):
        found = _one(connection, tables, "id = ?", [text.lower()])
    if found is None and entity is VENDOR:
        found = _one(connection, tables, "name_key = ?", [name_key(text)])
    if found is None and is_ref(text.upper()):
        found = _by_ref(connection, entity, tables, text.upper(), field=field)
    return found


def ref_of(connection: sqlite3.Connection, row_id: str) -> str:
    """The shown ref of a work item, active or archived; its id when there is no such row."""
    for table in (WORK_ITEM.table, ARCHIVE):
        stored = connection.execute(f"SELECT ref FROM {table} WHERE id = ?", (row_id,)).fetchone()
        if stored is not None:
            return short_ref(str(stored[0]))
    return row_id


def _one(
    connection: sqlite3.Connection, tables: list[str], condition: str, bound: list[str]
) -> Located | None:
    for table in tables:
        stored = connection.execute(
            f"SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT 1", bound
        ).fetchone()
        if stored is not None:
            return Located(str(stored[0]), table)
    return None


def _by_ref(
    connection: sqlite3.Connection, entity: Entity, tables: list[str], ref: str, *, field: str
) -> Located | None:
    label = "name" if entity is VENDOR else "title" if "title" in columns_of(entity) else "ref"
    stored = [
        (Located(str(row_id), table), longer, title)
        for table in tables
        for row_id, longer, title in connection.execute(
            f"SELECT id, ref, {label} FROM {table} WHERE ref >= ? AND ref < ? ORDER BY ref LIMIT 6",
            (ref, ref + "~"),
        )
    ]
    if len(stored) > 1:
        candidates: list[Value] = [
            {"ref": longer, "id": found.row_id, "title": title} for found, longer, title in stored
        ]
        refusal = InvalidArguments(
            field,
            f"{ref} is the beginning of {len(stored)} refs",
            hint="send one of the longer refs in `candidates`",
        )
        refusal.details["candidates"] = candidates
        raise refusal
    return stored[0][0] if stored else None


def _missing(entity: Entity, key: str, *, archived: bool) -> NotFound:
    hint = _HINTS.get(entity.name, "")
    if archived:
        hint = "it is in the archive: query_archived_work_items shows it, "
        hint += "archive_work_items with restore=[id] brings it back"
    return NotFound(entity.name, key, hint=hint)


def remembered(
    connection: sqlite3.Connection, entity: Entity, client_ref: str | None, request: Command
) -> Row | None:
    """The row that an earlier create with this `client_ref` made, if there was one.

    Raises:
        Duplicate: that create asked for something else; answering with its row would lose this.
    """
    if client_ref is None:
        return None
    stored = connection.execute(
        "SELECT entity_id, request FROM client_refs WHERE client_ref = ? AND entity = ?",
        (client_ref, entity.name),
    ).fetchone()
    if stored is None:
        return None
    row = fetch(connection, entity, stored[0])
    if row is None and entity is WORK_ITEM:
        row = fetch(connection, entity, stored[0], table=ARCHIVE)
    if row is not None and stored[1] == _digest(request):
        return row
    existing: Row = {"id": stored[0]}
    if row is not None:
        existing |= {
            "ref": short_ref(text_of(row, "ref")),
            "title": row.get("title") or row.get("name"),
        }
    raise Duplicate(
        f"client_ref {client_ref!r} was used for another {entity.name.replace('_', ' ')}",
        existing=existing,
        hint="nothing was created; send this one with a client_ref of its own",
    )


def remember(
    connection: sqlite3.Connection,
    entity: Entity,
    client_ref: str | None,
    request: Command,
    *,
    row_id: str,
) -> None:
    """Keep a create's `client_ref` in the transaction that created its row. Does not commit."""
    if client_ref is not None:
        connection.execute(
            "INSERT INTO client_refs (client_ref, entity, entity_id, request) VALUES (?, ?, ?, ?)",
            (client_ref, entity.name, row_id, _digest(request)),
        )


def _digest(request: Command) -> str:
    """What makes two creates the same request."""
    return hashlib.sha256(to_json(request.model_dump(mode="json")).encode()).hexdigest()
