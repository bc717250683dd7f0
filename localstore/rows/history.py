"""History: every change of every row, newest first, and what changed since somebody last looked."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    ENTITIES,
    VENDOR,
    WORK_ITEM,
    Entity,
)
from localstore.errors import NotFound
from localstore.ids import full_ref, short_ref
from localstore.models import Page
from localstore.paging import listing, read_cursor, write_cursor
from localstore.rows.lookup import ARCHIVE, locate, ref_of
from localstore.values import Row, Value, from_json, text_of, to_json, without_nulls

_COLUMNS = "seq, change_id, entity, entity_id, version, changed_at, changed_by, replica_id, changes"


def head(connection: sqlite3.Connection) -> int:
    """The sequence number of the newest entry; 0 when there is none."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM history").fetchone()[0])


def list_history(connection: sqlite3.Connection, key: str | None, page: Page) -> Row:
    """One page of changes, newest first: of one row, or of everything.

    Raises:
        NotFound: no row is called `key`. InvalidArguments: a cursor of another list.
    """
    row_id = None if key is None else _any_id(connection, key)
    question: list[Value] = ["history", row_id]
    where, bound = ("entity_id = ?", [row_id]) if row_id else ("TRUE", [])
    counted = connection.execute(f"SELECT count(*) FROM history WHERE {where}", bound)
    total = int(counted.fetchone()[0])
    before = 1 << 62
    if page.cursor is not None:
        position = read_cursor(question, page.cursor)
        before = position[0] if position and isinstance(position[0], int) else 0
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE {where} AND seq < ? ORDER BY seq DESC LIMIT ?",
        [*bound, before, page.limit + 1],
    ).fetchall()
    entries = [_entry(stored) for stored in found[: page.limit]]
    name_rows(connection, entries)
    cursor = None
    if len(found) > page.limit:
        cursor = write_cursor(question, [found[page.limit - 1][0]])
    return listing([*entries], total, cursor)


def changes_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[Row]:
    """The changes after a sequence number, oldest first, with the row's ref and name but not the
    values."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    ).fetchall()
    entries = [{**_entry(stored), "seq": int(stored[0])} for stored in found]
    name_rows(connection, entries)
    for entry in entries:
        entry.pop("changes")
    return entries


def entries_since(
    connection: sqlite3.Connection, condition: str, bound: Sequence[str | int], limit: int
) -> list[Row]:
    """The newest `limit` entries under a condition of ours, newest first, rows named."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM history WHERE {condition} ORDER BY seq DESC LIMIT ?",
        [*bound, limit],
    ).fetchall()
    return [_entry(stored) for stored in found]


def name_rows(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Give each entry the ref and the title or name of its row, as they are now."""
    for entity, tables in _NAMED.items():
        ids = {text_of(entry, "id") for entry in entries if entry["entity"] == entity}
        names: dict[str, tuple[str, str]] = {}
        for table, label in tables if ids else ():
            found = connection.execute(
                f"SELECT id, ref, {label} FROM {table} "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (to_json([*sorted(ids)]),),
            )
            names |= {row_id: (short_ref(ref), label) for row_id, ref, label in found}
        for entry in entries:
            if entry["entity"] == entity and text_of(entry, "id") in names:
                entry["ref"], entry["title"] = names[text_of(entry, "id")]
    _name_edges(connection, entries)
    _name_conflicts(connection, entries)


def _name_edges(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Say of each dependency's entry which items it is between."""
    for entry in entries:
        if entry["entity"] != DEPENDENCY.name:
            continue
        stored = connection.execute(
            "SELECT source_id, dependency_type, target_id FROM dependencies WHERE id = ?",
            (text_of(entry, "id"),),
        ).fetchone()
        if stored is not None:
            source, kind, target = map(str, stored)
            entry["title"] = edge_in_words(
                ref_of(connection, source), kind, ref_of(connection, target)
            )


def _name_conflicts(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Say of each conflict's entry which field of which row it is over."""
    for entry in entries:
        if entry["entity"] != CONFLICT.name:
            continue
        stored = connection.execute(
            "SELECT ref, entity, entity_id, field FROM conflicts WHERE id = ?",
            (text_of(entry, "id"),),
        ).fetchone()
        if stored is not None:
            ref, entity, row_id, field = map(str, stored)
            about: Row = {"entity": entity, "entity_id": row_id, "field": field}
            item = ref_of(connection, row_id) if entity == WORK_ITEM.name else ""
            entry["ref"], entry["title"] = short_ref(ref), conflict_in_words(about, item)


def conflict_in_words(conflict: Row, item: str) -> str:
    """What a conflict is over, as people are told: entity, entity_id, field; `item` is the ref of
    a work item that it is about."""
    field, entity = text_of(conflict, "field"), ENTITIES[text_of(conflict, "entity")]
    if entity is CONFIGURATION:
        return f"{field} of the configuration"
    return (
        f"{field} of {item or short_ref(full_ref(entity.letter, text_of(conflict, 'entity_id')))}"
    )


def edge_in_words(source: str, kind: str, target: str) -> str:
    """How a dependency of a stored type between two refs is named to people."""
    return f"{source} {'is related to' if kind == 'related' else kind} {target}"


_NAMED = {
    "work_item": ((WORK_ITEM.table, "title"), (ARCHIVE, "title")),
    "vendor": ((VENDOR.table, "name"),),
    "enhancement": (("enhancements", "title"),),
    "deployment": (("deployments", "coalesce(commit_hash, substr(deployed_at, 1, 10))"),),
}


def _entry(stored: tuple[str | int, ...]) -> Row:
    _, change_id, entity, entity_id, version, changed_at, changed_by, replica_id, changes = stored
    told = from_json(str(changes))
    pair = told.get("report_layout") if isinstance(told, dict) else None
    if isinstance(told, dict) and isinstance(pair, list):
        # Whole files of text, that no tool shows.
        sizes = (f"{len(text)} characters" if isinstance(text, str) else text for text in pair)
        told["report_layout"] = [*sizes]
    return without_nulls(
        {
            "change_id": change_id,
            "entity": entity,
            "id": entity_id,
            "version": version,
            "changed_at": changed_at,
            "changed_by": changed_by,
            "replica_id": replica_id,
            "changes": told,
        }
    )


def _any_id(connection: sqlite3.Connection, key: str) -> str:
    """The id of a row of any entity that `key` names; a vendor's name is tried last."""
    for entity in (WORK_ITEM, *_addressable(), VENDOR):
        found = locate(connection, entity, key)
        if found is not None:
            return found.row_id
    raise NotFound("row", key, hint="get_history takes an id, a ref or a vendor's name")


def _addressable() -> list[Entity]:
    unnamed = ("work_item", "vendor")
    return [entity for name, entity in ENTITIES.items() if name not in unnamed]
