"""How rows are called when people are told of them: by ref and by title or name."""

import sqlite3
from collections.abc import Sequence

from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    ENTITIES,
    VENDOR,
    WORK_ITEM,
)
from localstore.ids import full_ref, short_ref
from localstore.rows.lookup import ARCHIVE
from localstore.rows.tree import rows_anywhere
from localstore.values import Row, text_of, to_json

_TITLE_LENGTH = 60
"""Characters of a title inside a sentence."""


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


def edges_in_words(
    connection: sqlite3.Connection, ids: Sequence[str], *, titled: bool = False
) -> dict[str, str]:
    """Dependencies as people are told of them, `T-7F3KQ blocks T-9XYZK`, by id; `titled` adds the
    titles of their ends."""
    if not ids:
        return {}
    found = connection.execute(
        "SELECT id, source_id, dependency_type, target_id FROM dependencies "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (to_json([*ids]),),
    ).fetchall()
    ends = sorted({str(end) for each in found for end in (each[1], each[3])})
    names = items_in_words(connection, ends, titled=titled)
    return {
        str(row_id): edge_in_words(names.get(source, source), str(kind), names.get(target, target))
        for row_id, source, kind, target in found
    }


def items_in_words(
    connection: sqlite3.Connection, ids: Sequence[str], *, titled: bool
) -> dict[str, str]:
    """Work items, active or archived, by their refs, or as `T-7F3KQ "Fix dates"`; by id."""
    return {
        row_id: short_ref(text_of(row, "ref")) + (f" {_in_quotes(row)}" if titled else "")
        for row_id, row in rows_anywhere(connection, ids, ["ref", "title"]).items()
    }


def _in_quotes(row: Row) -> str:
    title = " ".join(text_of(row, "title").split())
    return f'"{title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1] + "…"}"'


def _name_edges(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Say of each dependency's entry which items it is between."""
    about = [entry for entry in entries if entry["entity"] == DEPENDENCY.name]
    names = edges_in_words(connection, sorted({text_of(entry, "id") for entry in about}))
    for entry in about:
        if text_of(entry, "id") in names:
            entry["title"] = names[text_of(entry, "id")]


def _name_conflicts(connection: sqlite3.Connection, entries: Sequence[Row]) -> None:
    """Say of each conflict's entry which field of which row it is over, and whose its sides are."""
    about = [entry for entry in entries if entry["entity"] == CONFLICT.name]
    if not about:
        return
    columns = ["id", "ref", "entity", "entity_id", "field", "local_by", "remote_by"]
    found = connection.execute(
        f"SELECT {', '.join(columns)} FROM conflicts WHERE id IN (SELECT value FROM json_each(?))",
        (to_json([text_of(entry, "id") for entry in about]),),
    )
    known = {str(stored[0]): CONFLICT.decode(columns, stored) for stored in found}
    over = sorted({text_of(row, "entity_id") for row in known.values()})
    names = edges_in_words(connection, over) | items_in_words(connection, over, titled=False)
    for entry in about:
        row = known.get(text_of(entry, "id"))
        if row is not None:
            entry["ref"] = short_ref(text_of(row, "ref"))
            entry["title"] = conflict_in_words(row, names.get(text_of(row, "entity_id"), ""))
            if row["local_by"] and row["remote_by"]:
                entry["sides"] = [row["local_by"], row["remote_by"]]


def conflict_in_words(conflict: Row, name: str) -> str:
    """What a conflict is over, as people are told: entity, entity_id, field; `name` is what a work
    item (its ref) or a dependency (its ends) that it is about is called."""
    field, entity = text_of(conflict, "field"), ENTITIES[text_of(conflict, "entity")]
    if entity is CONFIGURATION:
        return f"{field} of the configuration"
    return (
        f"{field} of {name or short_ref(full_ref(entity.letter, text_of(conflict, 'entity_id')))}"
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
