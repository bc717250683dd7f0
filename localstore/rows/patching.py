"""How decided values of a row's fields become one ordinary change of it, under every rule."""

import sqlite3
from collections.abc import Callable
from typing import TypeAlias

from localstore.entities import CONFIGURATION, ENHANCEMENT, VENDOR, WORK_ITEM, Entity
from localstore.errors import InvalidArguments
from localstore.models import (
    Command,
    ConfigurationEdit,
    EnhancementPatch,
    VendorPatch,
    WorkItemPatch,
)
from localstore.rows import configuration, edges, enhancements, items, vendors
from localstore.rows.lookup import find
from localstore.validation import validate
from localstore.values import Row, Value, number_of, parse_moment, text_of
from localstore.writing import Stamp

PATCHES: dict[str, type[Command]] = {
    "work_item": WorkItemPatch,
    "vendor": VendorPatch,
    "enhancement": EnhancementPatch,
    "configuration": ConfigurationEdit,
}
"""The command that changes a row of each entity; an edge is drawn or removed, and that is all."""

CLEARABLE: dict[str, tuple[str, ...]] = {
    "work_item": items.CLEARABLE,
    "vendor": vendors.CLEARABLE,
    "enhancement": enhancements.CLEARABLE,
    "configuration": configuration.CLEARABLE_BY_HAND,
}
"""What may be emptied, beside keys of metadata."""

_Changed: TypeAlias = tuple[Row, list[str]]


def set_fields(
    connection: sqlite3.Connection, entity: Entity, row_id: str, values: Row, *, stamp: Stamp
) -> tuple[Row, list[str]]:
    """Give fields of a row these values, all in one change; return the row and what changed.

    `values` go by field, and by `metadata.KEY` for one key; null empties. Does not commit.

    Raises:
        InvalidArguments: rows of this entity, or this field of theirs, are never changed.
        NotFound: there is no such row, or it is in the archive.
        TidelogError: whatever an update to those values raises. Nothing is written then.
    """
    change = _CHANGES.get(entity.name)
    if change is None:
        raise InvalidArguments(
            "entity", f"a {entity.name} is never changed", hint="record another one"
        )
    return change(connection, find(connection, entity, row_id), values, stamp)


def patch_of(entity: Entity, values: Row) -> Row:
    """The arguments of the command that gives a row of `entity` those values.

    Raises:
        InvalidArguments: a `deleted_at` that is no time.
    """
    patch: Row = {}
    metadata: Row = {}
    clear: list[Value] = []
    for name, value in values.items():
        if name == "deleted_at" and entity is WORK_ITEM:
            patch["deleted"] = is_removal(value)
        elif value is None:
            clear.append(name)
        elif name.startswith("metadata."):
            metadata[name.removeprefix("metadata.")] = value
        else:
            patch["new_name" if entity is VENDOR and name == "name" else name] = value
    return (
        patch | ({"metadata": metadata} if metadata else {}) | ({"clear": clear} if clear else {})
    )


def is_removal(deleted_at: Value) -> bool:
    """Whether a decided `deleted_at` removes its row: it is a time, and which does not matter.

    Raises:
        InvalidArguments: it is neither null nor a time.
    """
    if deleted_at is None:
        return False
    try:
        parse_moment(str(deleted_at))
    except (ValueError, OverflowError):
        raise InvalidArguments(
            "deleted_at", "must be an ISO 8601 time, or null", example="2026-03-14T09:30:00Z"
        ) from None
    return True


def _change_item(connection: sqlite3.Connection, row: Row, values: Row, stamp: Stamp) -> _Changed:
    patch = validate(WorkItemPatch, patch_of(WORK_ITEM, values))
    return items.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)


def _change_vendor(connection: sqlite3.Connection, row: Row, values: Row, stamp: Stamp) -> _Changed:
    patch = validate(VendorPatch, patch_of(VENDOR, values))
    return vendors.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)


def _change_enhancement(
    connection: sqlite3.Connection, row: Row, values: Row, stamp: Stamp
) -> _Changed:
    patch = validate(EnhancementPatch, patch_of(ENHANCEMENT, values))
    return enhancements.change(connection, text_of(row, "id"), _version(row), patch, stamp=stamp)


def _change_configuration(
    connection: sqlite3.Connection, row: Row, values: Row, stamp: Stamp
) -> _Changed:
    patch = validate(ConfigurationEdit, patch_of(CONFIGURATION, values))
    return configuration.change(connection, _version(row), patch, stamp)


def _change_dependency(
    connection: sqlite3.Connection, row: Row, values: Row, stamp: Stamp
) -> _Changed:
    for name in values:
        if name != "deleted_at":
            raise InvalidArguments(
                name,
                "an edge is never changed, only removed or drawn again",
                hint="remove it with a time in deleted_at, and draw the other one",
            )
    removed = is_removal(values.get("deleted_at"))
    changed = edges.set_stored(connection, row, stamp, removed=removed)
    return changed, [] if _version(changed) == _version(row) else ["deleted_at"]


def _version(row: Row) -> int:
    return number_of(row, "version")


_CHANGES: dict[str, Callable[[sqlite3.Connection, Row, Row, Stamp], _Changed]] = {
    "work_item": _change_item,
    "vendor": _change_vendor,
    "enhancement": _change_enhancement,
    "configuration": _change_configuration,
    "dependency": _change_dependency,
}
