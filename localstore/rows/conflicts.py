"""Conflicts: both sides changed one field; the value that lost waits here for a decision."""

import sqlite3

from localstore.entities import CONFLICT, ENTITIES, Kind
from localstore.errors import InvalidArguments
from localstore.fields import Keep
from localstore.ids import short_ref
from localstore.models import Page
from localstore.rows.history import name_rows
from localstore.rows.lookup import fetch, find
from localstore.rows.pages import listed, page_of
from localstore.rows.patching import set_fields
from localstore.text import check_value
from localstore.values import Row, Value, text_of, texts_of
from localstore.writing import Stamp, insert, public, update

_TOLD_APART_BY = ("entity_id", "field", "base", "local", "remote")


def note(connection: sqlite3.Connection, fields: Row, stamp: Stamp) -> Row:
    """Record an open conflict: entity, entity_id, field, base, local, remote, kept, replicas.

    Does not commit.
    """
    known: Row = {"id": stamp.new_id(), "status": "open", "noticed_at": stamp.now}
    return insert(connection, CONFLICT, known | fields, stamp)


def note_once(connection: sqlite3.Connection, fields: Row, stamp: Stamp) -> Row:
    """As `note`, unless one with the same three values is open already: then that one."""
    wanted = CONFLICT.encode({name: fields.get(name) for name in _TOLD_APART_BY})
    known = connection.execute(
        "SELECT id FROM conflicts WHERE status = 'open' AND "
        + " AND ".join(f"{name} IS :{name}" for name in wanted),
        wanted,
    ).fetchone()
    row = None if known is None else fetch(connection, CONFLICT, known[0])
    return row if row is not None else note(connection, fields, stamp)


def list_conflicts(connection: sqlite3.Connection, status: str | None, page: Page) -> Row:
    """One page of conflicts, oldest first."""
    where, bound = ("status = ?", [status]) if status else ("TRUE", [])
    found = page_of(
        connection, CONFLICT, page, order=("noticed_at", "id"), where=where, bound=bound
    )
    return listed(found, [whole(connection, row) for row in found[0]])


def count_open(connection: sqlite3.Connection) -> int:
    """How many conflicts wait for a decision."""
    found = connection.execute("SELECT count(*) FROM conflicts WHERE status = 'open'")
    return int(found.fetchone()[0])


def resolve(
    connection: sqlite3.Connection, key: str, keep: Keep, value: Value, *, stamp: Stamp
) -> Row:
    """Decide a conflict; the decision is an ordinary change of the row, recorded in its history.

    `keep` is "local", "remote", "both" (text and lists) or "value", which takes `value`.

    Raises:
        NotFound: no such conflict or row. InvalidArguments: it is resolved already.
        TidelogError: whatever an update to that value raises. Nothing is written then.
    """
    conflict = find(connection, CONFLICT, key)
    if conflict.get("status") != "open":
        raise InvalidArguments(
            "id",
            f"{short_ref(text_of(conflict, 'ref'))} was resolved by "
            f"{text_of(conflict, 'resolved_by')}",
            hint="change the row itself if that decision was wrong",
        )
    field, entity = text_of(conflict, "field"), ENTITIES[text_of(conflict, "entity")]
    decided = _decided(conflict, keep, value, entity.kind_of(field))
    row_id = text_of(conflict, "entity_id")
    changed, _ = set_fields(connection, entity, row_id, {field: decided}, stamp=stamp)
    resolution: Row = {
        "status": "resolved",
        "resolved_at": stamp.now,
        "resolved_by": stamp.who,
        "resolution": keep,
        "kept": decided,
    }
    resolved, _ = update(connection, CONFLICT, conflict, resolution, stamp=stamp)
    return whole(connection, resolved) | {"row_version": changed["version"]}


def whole(connection: sqlite3.Connection, row: Row) -> Row:
    """A conflict with the ref and title of the row it is about."""
    about: Row = {"entity": row["entity"], "id": row["entity_id"]}
    name_rows(connection, [about])
    shown = public(row) | {"ref": short_ref(text_of(row, "ref")), "about": about}
    shown.pop("entity_id", None)
    return shown


def _decided(conflict: Row, keep: Keep, value: Value, kind: Kind) -> Value:
    if keep == "value":
        check_value("value", value)
        return value
    if keep != "both":
        return conflict.get(keep)
    if kind is Kind.SET:
        return [*dict.fromkeys([*texts_of(conflict, "remote"), *texts_of(conflict, "local")])]
    if kind is Kind.TEXT:
        parts = [text_of(conflict, side) for side in ("remote", "local")]
        return "\n\n".join(part for part in parts if part)
    raise InvalidArguments(
        "keep", "both is for text and lists", hint='send "local", "remote" or "value"'
    )
