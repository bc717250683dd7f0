"""Deciding a conflict: an ordinary change of the row it is about, and the end of the conflict."""

import sqlite3
from dataclasses import replace

from localstore.entities import CONFLICT, DEPENDENCY, ENTITIES, WORK_ITEM, Entity, Kind
from localstore.errors import InvalidArguments, NotFound
from localstore.fieldnames import named_field
from localstore.fields import Keep
from localstore.ids import short_ref
from localstore.linemerge import joined_lines
from localstore.rows.conflict_views import dispute_of, is_same, name_of, shown, value_in
from localstore.rows.lookup import find, ref_of
from localstore.rows.origins import machines
from localstore.rows.patching import set_fields
from localstore.rows.rewinding import rows_now
from localstore.rows.tree import rows_anywhere, subtree
from localstore.settling import outcome
from localstore.text import check_value
from localstore.values import Row, Value, text_of, to_json
from localstore.writing import Stamp, update


def resolve(
    connection: sqlite3.Connection, key: str, keep: Keep, value: Value, *, stamp: Stamp
) -> Row:
    """Decide a conflict; the decision is an ordinary change of the row, recorded in its history.

    `keep` is "local", "remote", "both" (texts and lists) or "value", which takes `value`. A row
    that holds the decided value already is not changed, so that a decision for what is there ends
    the conflict also where the row cannot be changed: in the archive, or deleted.

    Returns the conflict in short, with `version` and `row_version`; `summary` calls the row as it
    was called before, and says what it holds now.

    Raises:
        NotFound: no such conflict or row. InvalidArguments: it is resolved already, or the row
            cannot be changed so. TidelogError: whatever an update to that value raises. Nothing is
            written then.
    """
    conflict = _open(connection, key)
    entity, field = ENTITIES[text_of(conflict, "entity")], text_of(conflict, "field")
    row_id = text_of(conflict, "entity_id")
    decided = _decided(conflict, keep, value, entity.kind_of(field))
    row = rows_now(connection, {(entity.name, row_id)}).get((entity.name, row_id))
    if row is None:
        raise NotFound(entity.name, row_id, hint="it has not come from the hub yet; sync first")
    changes = not is_same(entity, field, value_in(row, field), decided)
    name = name_of(connection, conflict)
    if changes:
        _expect_changeable(connection, conflict, row, decided)
        row, _ = set_fields(connection, entity, row_id, {field: decided}, stamp=stamp)
    resolution: Row = {
        "status": "resolved",
        "resolved_at": stamp.now,
        "resolved_by": stamp.who,
        "resolution": keep,
        "kept": value_in(row, field),
    }
    resolved, _ = update(connection, CONFLICT, conflict, resolution, stamp=stamp)
    dispute = replace(dispute_of(connection, resolved, machines(connection)), name=name)
    told = shown(connection, [resolved], whole=False)[0]
    told |= {"version": resolved["version"], "row_version": row["version"]}
    return told | {"summary": outcome(dispute, changes=changes)}


def _open(connection: sqlite3.Connection, key: str) -> Row:
    conflict = find(connection, CONFLICT, key)
    ref = short_ref(text_of(conflict, "ref"))
    if conflict.get("status") != "open":
        raise InvalidArguments(
            "id",
            f"{ref} was resolved by {text_of(conflict, 'resolved_by')}",
            hint="change the row itself if that decision was wrong; the conflict and the row's "
            "history still hold every value",
        )
    if text_of(conflict, "entity") not in ENTITIES:
        raise InvalidArguments(
            "id", f"{ref} is about something only a newer tidelog knows", hint="upgrade tidelog"
        )
    return conflict


def _decided(conflict: Row, keep: Keep, value: Value, kind: Kind) -> Value:
    if keep == "value":
        check_value("value", value)
        return value
    if value is not None:
        raise InvalidArguments("value", f'goes with keep="value" only, not with keep="{keep}"')
    if keep != "both":
        return conflict.get(keep)
    base, local, remote = (conflict.get(name) for name in ("base", "local", "remote"))
    inside = text_of(conflict, "field").startswith("metadata.")
    lists = [value if isinstance(value, list) else [] for value in (local, remote)]
    if kind is Kind.SET or (inside and all(lists)):
        here, there = lists
        return [*there, *(each for each in here if to_json(each) not in map(to_json, there))]
    texts = [value if isinstance(value, str) else "" for value in (base, local, remote)]
    if kind is Kind.TEXT or (inside and all(texts[1:])):
        return joined_lines(*texts)
    raise InvalidArguments(
        "keep",
        f"both is for text and lists; {named_field(text_of(conflict, 'field'))} holds one value",
        hint='send "local", "remote" or "value"',
    )


def _expect_changeable(
    connection: sqlite3.Connection, conflict: Row, row: Row, decided: Value
) -> None:
    """Say in the words of a decision what an update would say in its own.

    Raises:
        InvalidArguments: the item is deleted, an end of the edge is, or others hang below an item
            that the decision would delete.
    """
    entity, field = ENTITIES[text_of(conflict, "entity")], text_of(conflict, "field")
    name, word = name_of(connection, conflict), named_field(field)
    if entity is DEPENDENCY and decided is None:
        _expect_living_ends(connection, row)
    if entity is not WORK_ITEM or row.get("archived_at") is not None:
        return
    if field == "deleted_at" and decided is not None:
        below = subtree(connection, text_of(row, "id"))
        if below:
            first = ref_of(connection, below[0][0])
            raise InvalidArguments(
                "keep",
                f"{name} has {len(below)} living item(s) below it, such as {first}",
                hint="move them elsewhere first, or delete it with update_work_item, deleted=true "
                "and cascade=true, and then settle this conflict the same way",
            )
    elif field != "deleted_at" and row.get("deleted_at") is not None:
        raise InvalidArguments(
            "keep",
            f"{name} is deleted, so its {word} stays as it is",
            hint=_leaving(entity, field, conflict, row)
            + "to change it, bring it back first with update_work_item and deleted=false",
        )


def _leaving(entity: Entity, field: str, conflict: Row, row: Row) -> str:
    """The decision that leaves the row as it is, if one of the two sides does."""
    for side in ("remote", "local"):
        if is_same(entity, field, value_in(row, field), conflict.get(side)):
            return f'keep="{side}" leaves it so and ends the conflict; '
    return ""


def _expect_living_ends(connection: sqlite3.Connection, row: Row) -> None:
    ends = [text_of(row, "source_id"), text_of(row, "target_id")]
    for row_id, item in rows_anywhere(connection, ends, ["deleted_at"]).items():
        if item.get("deleted_at") is not None:
            raise InvalidArguments(
                "keep",
                f"{ref_of(connection, row_id)}, an end of this dependency, is deleted",
                hint='keep="remote" leaves the dependency out; to draw it again, bring the item '
                "back first",
            )
