"""Conflicts: both sides changed one field; the value that lost waits here for a decision."""

import sqlite3
from collections.abc import Callable

from localstore.entities import CONFLICT, DEPENDENCY, ENHANCEMENT, ENTITIES, VENDOR, WORK_ITEM, Kind
from localstore.errors import InvalidArguments
from localstore.fields import Keep
from localstore.ids import short_ref
from localstore.models import (
    ConfigurationPatch,
    EnhancementPatch,
    Page,
    VendorPatch,
    WorkItemPatch,
)
from localstore.rows import configuration, edges, enhancements, items, vendors
from localstore.rows.history import name_rows
from localstore.rows.lookup import find
from localstore.rows.pages import listed, page_of
from localstore.text import check_value
from localstore.validation import validate
from localstore.values import Row, Value, number_of, parse_moment, text_of, texts_of
from localstore.writing import Stamp, insert, public, update


def note(connection: sqlite3.Connection, fields: Row, stamp: Stamp) -> Row:
    """Record an open conflict: entity, entity_id, field, base, local, remote, kept, replicas.

    Does not commit.
    """
    known: Row = {"id": stamp.new_id(), "status": "open", "noticed_at": stamp.now}
    return insert(connection, CONFLICT, known | fields, stamp)


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
    field = text_of(conflict, "field")
    decided = _decided(conflict, keep, value, ENTITIES[text_of(conflict, "entity")].kind_of(field))
    changed = _CHANGES[text_of(conflict, "entity")](connection, conflict, decided, stamp)
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


def _change_item(
    connection: sqlite3.Connection, conflict: Row, decided: Value, stamp: Stamp
) -> Row:
    row = find(connection, WORK_ITEM, text_of(conflict, "entity_id"))
    field = text_of(conflict, "field")
    if field == "deleted_at":
        field, decided = "deleted", decided is not None and _moment(decided)
    patch = validate(WorkItemPatch, _patch(field, decided))
    return items.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)[0]


def _change_vendor(
    connection: sqlite3.Connection, conflict: Row, decided: Value, stamp: Stamp
) -> Row:
    row = find(connection, VENDOR, text_of(conflict, "entity_id"))
    field = text_of(conflict, "field")
    patch = validate(VendorPatch, _patch("new_name" if field == "name" else field, decided))
    return vendors.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)[0]


def _change_enhancement(
    connection: sqlite3.Connection, conflict: Row, decided: Value, stamp: Stamp
) -> Row:
    row = find(connection, ENHANCEMENT, text_of(conflict, "entity_id"))
    patch = validate(EnhancementPatch, _patch(text_of(conflict, "field"), decided))
    return enhancements.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)[0]


def _change_configuration(
    connection: sqlite3.Connection, conflict: Row, decided: Value, stamp: Stamp
) -> Row:
    row = configuration.current(connection)
    patch = validate(ConfigurationPatch, _patch(text_of(conflict, "field"), decided))
    return configuration.change(connection, _version(row), patch, stamp=stamp)[0]


def _change_dependency(
    connection: sqlite3.Connection, conflict: Row, decided: Value, stamp: Stamp
) -> Row:
    row = find(connection, DEPENDENCY, text_of(conflict, "entity_id"))
    removed = decided is not None and _moment(decided)
    return edges.set_stored(connection, row, stamp, removed=removed)


_CHANGES: dict[str, Callable[[sqlite3.Connection, Row, Value, Stamp], Row]] = {
    "work_item": _change_item,
    "vendor": _change_vendor,
    "enhancement": _change_enhancement,
    "configuration": _change_configuration,
    "dependency": _change_dependency,
}
"""How a decision becomes an ordinary change, by entity; deployments are never edited."""


def _patch(field: str, decided: Value) -> Row:
    """The patch that gives a field the decided value; null empties it."""
    if decided is None:
        return {"clear": [field]}
    if field.startswith("metadata."):
        return {"metadata": {field.removeprefix("metadata."): decided}}
    return {field: decided}


def _moment(decided: Value) -> bool:
    """Whether a decided `deleted_at` is a time, which is all that a deletion needs to know."""
    try:
        parse_moment(str(decided))
    except (ValueError, OverflowError):
        raise InvalidArguments(
            "value", "must be an ISO 8601 time, or null", example="2026-03-14T09:30:00Z"
        ) from None
    return True


def _version(row: Row) -> int:
    return number_of(row, "version")
