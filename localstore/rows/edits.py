"""A person edited the file of a row: what they meant becomes an ordinary change of the row."""

import sqlite3

from localstore.differences import changes_between
from localstore.entities import (
    CONFIGURATION,
    DEPENDENCY,
    ENHANCEMENT,
    STAMP,
    VENDOR,
    WORK_ITEM,
    Entity,
    Field,
    Kind,
    letter_of,
)
from localstore.errors import InvalidArguments
from localstore.ids import full_ref, short_ref
from localstore.merge import Clash, merge_rows
from localstore.models import Command
from localstore.rows.conflicts import note_once
from localstore.rows.lookup import fetch, find
from localstore.rows.patching import CLEARABLE, PATCHES, is_removal, patch_of, set_fields
from localstore.rows.tree import new_parent
from localstore.text import check_value
from localstore.validation import validate, validate_metadata
from localstore.values import Row, Value, mapping_of, text_of, to_json, without_nulls
from localstore.writing import Stamp

_WAYS_OUT = {
    "item_type": "create an item of the other type, and cancel this one",
    "archived_at": "archive_work_items moves items to and from the archive",
    "source_id": "remove this edge with a time in deleted_at, and draw the other one",
    "target_id": "remove this edge with a time in deleted_at, and draw the other one",
    "dependency_type": "remove this edge with a time in deleted_at, and draw the other one",
}
_FIXED_WAY_OUT = "put it back as it was; tidelog writes it"
_KEPT_BY_TIDELOG = ("id", "ref", *STAMP)
_UNCHANGING = ("deployment", "conflict")


def apply_edit(
    connection: sqlite3.Connection,
    entity: Entity,
    row_id: str,
    edited: Row,
    *,
    base: Row,
    stamp: Stamp,
) -> Row:
    """Bring a person's edit of a row's file into the store, in one change, under every rule.

    `base` is the row the file was made from, `edited` the fields as the person left them. What the
    store changed since is merged; where both changed a field differently the store's value stays
    and a conflict holds the person's. An edit that came in before is not written again.

    Returns:
        ref, version, `changed` (field names) and `conflicts` (refs).

    Raises:
        InvalidArguments: a value is wrong, or stands where nothing may be edited; names the field.
        TidelogError: whatever an update to those values raises. Does not commit; the transaction
            must be rolled back then.
    """
    _expect_only_fields(entity, row_id, edited, base)
    before = _shaped(entity, base)
    meant = _shaped(entity, edited)
    told = changes_between(entity, before, meant)
    row = (fetch(connection, entity, row_id) if not told else None) or base
    changed: list[str] = []
    clashes: list[Clash] = []
    if told:
        row = find(connection, entity, row_id)
        _expect_editable(entity, meant, told)
        meant |= _with_ids(connection, entity, meant, told)
        merged, clashes = merge_rows(entity, before, meant, row)
        decided = {name: new for name, (_, new) in changes_between(entity, row, merged).items()}
        if decided:
            row, changed = set_fields(connection, entity, row_id, decided, stamp=stamp)
    refs: list[Value] = [
        _noted(connection, entity, row_id, clash, stamp=stamp) for clash in clashes
    ]
    return {
        "ref": short_ref(full_ref(letter_of(entity, row), row_id)),
        "version": row.get("version"),
        "changed": [*changed],
        "conflicts": refs,
    }


def _expect_only_fields(entity: Entity, row_id: str, edited: Row, base: Row) -> None:
    """Refuse what no store can hold, names of no field, and edits of what only tidelog writes."""
    fields = {field.name: field for field in entity.fields}
    whole: Row = {"id": row_id, "ref": full_ref(letter_of(entity, base), row_id)}
    whole |= base
    for name, value in edited.items():
        if name not in fields and name not in _KEPT_BY_TIDELOG:
            raise InvalidArguments(
                name, "is not a field here", hint="the fields here are " + ", ".join(fields)
            )
        if value == whole.get(name) or (name == "ref" and _is_same_ref(value, whole)):
            continue
        if name not in fields:
            raise InvalidArguments(name, "may not be edited", hint=_FIXED_WAY_OUT)
        _expect_json(name, value)
        _expect_shape(fields[name], value)
    for name, way_out in _WAYS_OUT.items():
        if name in fields and edited.get(name) != base.get(name):
            raise InvalidArguments(name, "may not be edited", hint=way_out)


def _is_same_ref(value: Value, whole: Row) -> bool:
    return isinstance(value, str) and short_ref(text_of(whole, "ref")) == short_ref(value)


def _expect_json(name: str, value: Value) -> None:
    """YAML knows values that JSON does not."""
    check_value(name, value)
    try:
        to_json(value)
    except (TypeError, ValueError):
        raise InvalidArguments(
            name, "must be text, a number, true or false, a list or a mapping"
        ) from None


def _expect_shape(field: Field, value: Value) -> None:
    if value is None or field.kind is Kind.VALUE:
        return
    if field.kind is Kind.SET:
        if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
            raise InvalidArguments(field.name, "must be a list of texts", example=["a", "b"])
    elif field.kind is Kind.MAP:
        if not isinstance(value, dict):
            raise InvalidArguments(field.name, "must be a mapping", example={"key": "value"})
    elif isinstance(value, list | dict):
        raise InvalidArguments(field.name, "must be a single value, no list or mapping")
    elif field.kind is Kind.TEXT and not isinstance(value, str):
        raise InvalidArguments(field.name, "must be text", got=str(value))


def _shaped(entity: Entity, row: Row) -> Row:
    """The entity's fields of a row; empty text, lists and mappings are absent, and so are nulls
    directly in a mapping."""
    fields: Row = {}
    for field in entity.fields:
        value = row.get(field.name)
        if isinstance(value, dict):
            value = without_nulls(value)
        if value is not None and value not in ("", [], {}):
            fields[field.name] = value
    return fields


def _expect_editable(entity: Entity, meant: Row, told: dict[str, list[Value]]) -> None:
    """Hold what the person changed to the rules of its fields, whatever the store did since.

    A value that loses to the store's is only kept for a decision, so no update would look at it.
    """
    if entity.name in _UNCHANGING:
        raise InvalidArguments(
            next(iter(told)),
            f"a {entity.name} is a record of what happened, and is never edited",
            hint="resolve_conflict decides a conflict"
            if entity.name == "conflict"
            else "record another deployment",
        )
    wanted: Row = {name: pair[1] for name, pair in told.items()}
    if entity is DEPENDENCY:
        is_removal(wanted.get("deleted_at"))
        return
    for name in wanted:
        clearable = name.startswith("metadata.") or name in CLEARABLE[entity.name]
        if wanted[name] is None and not clearable and name != "deleted_at":
            raise InvalidArguments(name, "cannot be emptied")
    patch = _patch(entity, wanted)
    normal = patch.model_dump(exclude_none=True, include=set(wanted))
    meant |= {name: value for name, value in normal.items() if name != "metadata"}
    if entity is VENDOR and "name" in wanted:
        meant["name"] = patch.model_dump()["new_name"]
    if any(name.startswith("metadata.") for name in wanted):
        kind = text_of(meant, "item_type") if entity is WORK_ITEM else entity.name
        validate_metadata(kind, mapping_of(meant, "metadata"))


def _patch(entity: Entity, wanted: Row) -> Command:
    try:
        return validate(PATCHES[entity.name], patch_of(entity, wanted))
    except InvalidArguments as refusal:
        if refusal.field != "new_name":
            raise
        raise InvalidArguments("name", refusal.rule, example="Acme Logistics") from None


def _with_ids(
    connection: sqlite3.Connection, entity: Entity, meant: Row, told: dict[str, list[Value]]
) -> Row:
    """Changed links by id, whatever the person called the rows by."""
    linked: Row = {}
    if entity is WORK_ITEM and "parent_id" in told and "parent_id" in meant:
        linked["parent_id"] = new_parent(connection, text_of(meant, "parent_id"))["id"]
    if entity is CONFIGURATION and "current_session_id" in told and "current_session_id" in meant:
        name = "current_session_id"
        linked[name] = find(connection, WORK_ITEM, text_of(meant, name), field=name)["id"]
    bases = meant.get("depends_on")
    if entity is ENHANCEMENT and "depends_on" in told and isinstance(bases, list):
        found = [find(connection, ENHANCEMENT, str(key), field="depends_on") for key in bases]
        linked["depends_on"] = [*dict.fromkeys(text_of(row, "id") for row in found)]
    return linked


def _noted(
    connection: sqlite3.Connection, entity: Entity, row_id: str, clash: Clash, *, stamp: Stamp
) -> Value:
    """Record what the person wrote and the store did not take; return the conflict's ref."""
    fields: Row = {
        "entity": entity.name,
        "entity_id": row_id,
        "field": clash.field,
        "base": clash.base,
        "local": clash.local,
        "remote": clash.remote,
        "kept": clash.kept,
        "local_replica": stamp.replica_id,
        "remote_replica": stamp.replica_id,
    }
    return short_ref(text_of(note_once(connection, fields, stamp), "ref"))
