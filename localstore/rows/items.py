"""Work items: creating, changing, deleting and bringing back, within the rules of the tree."""

import sqlite3

from localstore.entities import WORK_ITEM
from localstore.errors import InvalidArguments
from localstore.ids import short_ref
from localstore.models import Command, WorkItemCreate, WorkItemPatch
from localstore.rows.lookup import fetch, find, remember, remembered
from localstore.rows.tree import check_move, new_parent, subtree
from localstore.validation import validate_metadata
from localstore.values import Row, mapping_of, text_of
from localstore.writing import Stamp, expect_version, insert, update

CLEARABLE = (
    "description",
    "assignee",
    "labels",
    "parent_id",
    "branch_name",
    "commit_hashes",
    "pr_number",
    "metadata",
)
_PLAIN = (
    "title",
    "description",
    "status",
    "priority",
    "assignee",
    "labels",
    "branch_name",
    "commit_hashes",
    "pr_number",
)


def create(
    connection: sqlite3.Connection, item: WorkItemCreate, stamp: Stamp, *, client_ref: str | None
) -> Row:
    """Create a work item, or return the one that the same `client_ref` created before.

    Raises:
        InvalidArguments, NotFound, TooDeep, Duplicate: nothing is written then.
    """
    known = remembered(connection, WORK_ITEM, client_ref, item)
    if known is not None:
        return known
    fields: Row = item.model_dump(exclude={"parent_id", "metadata"})
    fields["id"] = stamp.new_id()
    fields["metadata"] = validate_metadata(item.item_type, item.metadata or {})
    if item.parent_id is not None:
        fields["parent_id"] = new_parent(connection, item.parent_id)["id"]
        check_move(connection, text_of(fields, "id"), text_of(fields, "parent_id"))
    row = insert(connection, WORK_ITEM, fields, stamp)
    remember(connection, WORK_ITEM, client_ref, item, row_id=text_of(row, "id"))
    return row


def change(
    connection: sqlite3.Connection, key: str, version: int, patch: WorkItemPatch, *, stamp: Stamp
) -> tuple[Row, list[str]]:
    """Apply a patch to the version the caller read; return the row and the names of what changed.

    Raises:
        NotFound, VersionConflict, InvalidArguments, CycleError, TooDeep: nothing is written then.
    """
    row = find(connection, WORK_ITEM, key)
    expect_version(WORK_ITEM, row, version)
    if row.get("deleted_at") is not None and patch.deleted is not False:
        raise InvalidArguments(
            "id",
            f"{short_ref(text_of(row, 'ref'))} is deleted",
            hint="send deleted=false to bring it back",
        )
    fields = _changed_fields(connection, row, patch, stamp)
    if patch.deleted and row.get("deleted_at") is None:
        _delete_below(connection, row, stamp, cascade=patch.cascade)
    if patch.deleted is False and patch.cascade:
        _revive_below(connection, row, stamp)
    if patch.deleted is False and text_of(row | fields, "parent_id"):
        _expect_living_parent(connection, row | fields)
    return update(connection, WORK_ITEM, row, fields, stamp=stamp)


def cleared(patch: Command, clear: list[str] | None, allowed: tuple[str, ...]) -> set[str]:
    """The fields that a patch empties.

    Raises:
        InvalidArguments: a field that may not be empty, or one that the patch also sets.
    """
    names = set(clear or ())
    for name in names:
        if name not in allowed and not (name.startswith("metadata.") and "metadata" in allowed):
            raise InvalidArguments(
                "clear",
                f"{name!r} cannot be emptied",
                hint="what can: " + ", ".join(allowed) + ", metadata.KEY"
                if "metadata" in allowed
                else "what can: " + ", ".join(allowed),
            )
        if getattr(patch, name, None) is not None:
            raise InvalidArguments("clear", f"{name!r} is set and cleared in one call")
    return names


def patched_metadata(kind: str, row: Row, given: Row | None, clear: set[str]) -> Row:
    """The metadata after a patch: named keys replaced, cleared keys gone, the rest as it was.

    Raises:
        InvalidArguments: the outcome is not valid metadata of its kind.
    """
    kept: Row = {
        key: value
        for key, value in mapping_of(row, "metadata").items()
        if "metadata" not in clear and f"metadata.{key}" not in clear
    }
    kept |= {key: value for key, value in (given or {}).items() if value is not None}
    return validate_metadata(kind, kept)


def _changed_fields(
    connection: sqlite3.Connection, row: Row, patch: WorkItemPatch, stamp: Stamp
) -> Row:
    fields: Row = patch.model_dump(exclude_none=True, include=set(_PLAIN))
    emptied = cleared(patch, patch.clear, CLEARABLE)
    fields |= {name: None for name in emptied if name in CLEARABLE and name != "metadata"}
    if patch.metadata is not None or any(name.startswith("metadata") for name in emptied):
        kind = text_of(row, "item_type")
        fields["metadata"] = patched_metadata(kind, row, patch.metadata, emptied)
    if patch.parent_id is not None:
        fields["parent_id"] = new_parent(connection, patch.parent_id)["id"]
        if fields["parent_id"] != row.get("parent_id"):
            check_move(connection, text_of(row, "id"), text_of(fields, "parent_id"))
    if patch.deleted is not None and patch.deleted != (row.get("deleted_at") is not None):
        fields["deleted_at"] = stamp.now if patch.deleted else None
    return fields


def _delete_below(connection: sqlite3.Connection, row: Row, stamp: Stamp, *, cascade: bool) -> None:
    below = subtree(connection, text_of(row, "id"))
    if below and not cascade:
        raise InvalidArguments(
            "deleted",
            f"{short_ref(text_of(row, 'ref'))} has {len(below)} living item(s) below it",
            hint="send cascade=true to delete the whole subtree, or move them elsewhere first",
        )
    for child_id, _, _ in below:
        child = fetch(connection, WORK_ITEM, child_id)
        if child is not None:
            update(connection, WORK_ITEM, child, {"deleted_at": stamp.now}, stamp=stamp)


def _revive_below(connection: sqlite3.Connection, row: Row, stamp: Stamp) -> None:
    """Bring back what was deleted together with the row; what was deleted before stays deleted."""
    for child_id, _, _ in subtree(connection, text_of(row, "id"), live=False):
        child = fetch(connection, WORK_ITEM, child_id)
        if child is not None and child.get("deleted_at") == row.get("deleted_at"):
            update(connection, WORK_ITEM, child, {"deleted_at": None}, stamp=stamp)


def _expect_living_parent(connection: sqlite3.Connection, row: Row) -> None:
    parent = fetch(connection, WORK_ITEM, text_of(row, "parent_id"))
    if parent is not None and parent.get("deleted_at") is not None:
        raise InvalidArguments(
            "deleted",
            f"its parent {short_ref(text_of(parent, 'ref'))} is deleted",
            hint="bring the parent back first, or give another parent_id in the same call",
        )
