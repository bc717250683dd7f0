"""What callers see of a conflict: what it is about, who wrote what where, and what holds now."""

import sqlite3
from collections.abc import Sequence
from typing import Literal

from localstore.disputes import Dispute, Matter, Side, added, difference, quoted, sentence
from localstore.entities import DEPENDENCY, ENTITIES, VENDOR, WORK_ITEM, Entity, Kind
from localstore.fieldnames import named_field
from localstore.ids import full_ref, short_ref
from localstore.rows.naming import edges_in_words, items_in_words, name_rows
from localstore.rows.origins import machines, own_replica
from localstore.rows.rewinding import Named, rows_now
from localstore.rows.tree import ancestor_ids, rows_anywhere
from localstore.rows.views import to_the_second
from localstore.settling import ways
from localstore.values import (
    Row,
    Value,
    from_json,
    mapping_of,
    text_of,
    texts_of,
    to_json,
    without_nulls,
)
from localstore.writing import public

VALUES = ("base", "local", "remote", "kept")
_SHOWN = 400
"""Characters of one value, or of what one side changed of a text, that a summary shows."""
_NOT_SUMMED_UP = ("id", "entity", "entity_id", "version", "local_replica", "remote_replica")
_PLAIN: tuple[Matter, ...] = ("field", "text", "claim")
"""Matters in which keeping a side means just that."""
_REFERRING = {"parent_id": WORK_ITEM, "current_session_id": WORK_ITEM}
"""Fields that hold the id of a work item."""


def shown(connection: sqlite3.Connection, found: Sequence[Row], *, whole: bool) -> list[Row]:
    """Conflicts as callers see them; unless `whole`, long values are cut and texts are told by what
    either side changed of them."""
    rows = rows_now(connection, {_named(row) for row in found if row["entity"] in ENTITIES})
    named = machines(connection)
    own = own_replica(connection)
    if own and own not in named:
        named |= {own: "this machine"}
    return [_shown(connection, row, rows.get(_named(row)), named, whole=whole) for row in found]


def dispute_of(connection: sqlite3.Connection, row: Row, named: dict[str, str]) -> Dispute:
    """What a conflict is about, ready to be worded; `named` are the machines by replica id."""
    local, remote = (_side(row, side, named) for side in ("local", "remote"))
    readable = _readable(connection, row)
    return Dispute(
        matter=_matter(row),
        name=name_of(connection, row),
        field=text_of(row, "field"),
        local=readable["local"],
        remote=readable["remote"],
        kept=readable["kept"],
        local_side=local,
        remote_side=remote,
        settled_by=text_of(row, "resolved_by"),
        refusal=_refusal(connection, row),
    )


def _refusal(connection: sqlite3.Connection, row: Row) -> str:
    """Why an item may not hang where it was put, when that can still be seen."""
    wanted = text_of(row, "local")
    if row.get("field") != "parent_id" or row.get("remote_by") is not None:
        return ""
    parent = rows_anywhere(connection, [wanted], ["deleted_at"]).get(wanted)
    if parent is None:
        return "that one is not there"
    if parent.get("deleted_at") is not None:
        return "that one was deleted"
    if text_of(row, "entity_id") in ancestor_ids(connection, wanted):
        return "others had put that one below it"
    return ""


def name_of(connection: sqlite3.Connection, row: Row) -> str:
    """What the row of a conflict is called in a sentence."""
    entity, row_id = ENTITIES[text_of(row, "entity")], text_of(row, "entity_id")
    kind = entity.name.replace("_", " ")
    if entity is DEPENDENCY:
        edges = edges_in_words(connection, [row_id], titled=True)
        return edges.get(row_id, f"{kind} {short_ref(full_ref(entity.letter, row_id))}")
    if entity is WORK_ITEM:
        return items_in_words(connection, [row_id], titled=True).get(row_id, f"{kind} {row_id}")
    about: Row = {"entity": entity.name, "id": row_id}
    name_rows(connection, [about])
    if text_of(about, "title"):
        return f"{kind} {quoted(about['title'])}"
    return "the configuration" if entity.name == "configuration" else f"{kind} {row_id}"


def value_in(row: Row, field: str) -> Value:
    """What a row holds in a field, or under one key of a mapping (`metadata.KEY`)."""
    name, dot, key = field.partition(".")
    return mapping_of(row, name).get(key) if dot else row.get(name)


def is_same(entity: Entity, field: str, first: Value, second: Value) -> bool:
    """Whether two values of a field say the same: two deletions do, and an empty one is none."""
    kind = entity.kind_of(field)
    if kind is Kind.MARK:
        return (first is None) == (second is None)
    if kind is Kind.SET and all(isinstance(each, list | None) for each in (first, second)):
        return sorted(texts_of({"v": first}, "v")) == sorted(texts_of({"v": second}, "v"))
    full = [None if value in ("", [], {}) else to_json(value) for value in (first, second)]
    return full[0] == full[1]


def _shown(
    connection: sqlite3.Connection, row: Row, now: Row | None, named: dict[str, str], *, whole: bool
) -> Row:
    told = public(row) | {"ref": short_ref(text_of(row, "ref"))}
    if text_of(row, "entity") not in ENTITIES:
        return told
    dispute = dispute_of(connection, row, named)
    told |= _readable(connection, row) | {"about": _about(connection, row, now)}
    told["summary"] = sentence(dispute)
    for side in ("local", "remote"):
        told[f"{side}_on"] = _side(row, side, named).on or None
    entity, field = ENTITIES[text_of(row, "entity")], text_of(row, "field")
    held = value_in(now or {}, field)
    if row["status"] == "open" and now and not is_same(entity, field, held, row.get("kept")):
        told["now"] = _readable(connection, row | {"base": held})["base"]
        told["summary"] = f"{told['summary']} {_since(connection, row, told['now'])}"
    for side in ("local", "remote", "base"):
        if is_same(entity, field, row.get(side), row.get("kept")):
            told.setdefault("kept_from", side)
    if row["status"] == "open":
        told["ways"] = {**ways(dispute)}
    if not whole:
        told = _summed_up(told, entity.kind_of(field))
        if dispute.matter in _PLAIN:
            told.pop("ways", None)
    return without_nulls({name: value for name, value in told.items() if name != "entity_id"})


def _about(connection: sqlite3.Connection, row: Row, now: Row | None) -> Row:
    """The row that a conflict is about: entity, ref, title, and where it is."""
    entity, row_id = ENTITIES[text_of(row, "entity")], text_of(row, "entity_id")
    about: Row = {"entity": entity.name, "id": row_id}
    name_rows(connection, [about])
    if entity is DEPENDENCY:
        about["ref"] = short_ref(full_ref(entity.letter, row_id))
    if entity is WORK_ITEM:
        above = ancestor_ids(connection, row_id)
        names = items_in_words(connection, above, titled=True)
        about["path"] = " / ".join(names.get(up, up) for up in above) or None
    for mark in ("deleted", "archived"):
        if entity is WORK_ITEM and now is not None and now.get(f"{mark}_at") is not None:
            about[mark] = True
    if now is None:
        about["missing"] = True
    return without_nulls(about)


def _summed_up(told: Row, kind: Kind) -> Row:
    """A conflict without what only programs want, its long values cut."""
    short = {
        name: to_the_second(value) if name.endswith("_at") else value
        for name, value in told.items()
        if name not in (*_NOT_SUMMED_UP, *(n for n in told if n.startswith(_STAMPED)))
    }
    cut: list[Value] = []
    base = text_of(told, "base")
    for name in (*VALUES, "now"):
        value = told.get(name)
        if not isinstance(value, str) or (len(value) <= _SHOWN and "\n" not in value.strip()):
            continue
        cut.append(name)
        short.pop(name)
        if name in ("local", "remote"):
            changed = difference(base, value) if kind is Kind.TEXT else value
            changed = added(changed) if kind is Kind.TEXT and len(changed) > _SHOWN else changed
            short[f"{name}_changes" if kind is Kind.TEXT else name] = _cut(changed)
    return short | ({"truncated": cut} if cut else {})


_STAMPED = ("created_", "updated_")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


def _since(connection: sqlite3.Connection, row: Row, now: Value) -> str:
    """That the field has been changed after the conflict was noticed, and by whom."""
    name, field = named_field(text_of(row, "field")), text_of(row, "field")
    found = connection.execute(
        "SELECT changed_by, changes FROM history WHERE entity_id = ? AND entity = ? "
        "ORDER BY seq DESC LIMIT 200",
        (text_of(row, "entity_id"), text_of(row, "entity")),
    )
    who = next(
        (f" by {by}" for by, told in found if field in mapping_of({"c": from_json(told)}, "c")), ""
    )
    held = f"holds {quoted(now)}" if now is not None else "is empty"
    return f"The {name} was changed again since{who}, and now {held}."


def _side(row: Row, side: str, named: dict[str, str]) -> Side:
    replica = text_of(row, f"{side}_replica")
    who, at = text_of(row, f"{side}_by"), text_of(row, f"{side}_at")
    if not who and replica and replica == row.get("local_replica") == row.get("remote_replica"):
        # An edit of a snapshot's file met a change of the store it belongs to.
        return Side(text_of(row, "created_by"), "a file") if side == "local" else Side("the store")
    return Side(who, named.get(replica, ""), at)


def _matter(row: Row) -> Matter:
    entity, field = ENTITIES[text_of(row, "entity")], text_of(row, "field")
    refused = row.get("remote_by") is None
    by_field: dict[tuple[str, str], Matter] = {
        (WORK_ITEM.name, "assignee"): "claim",
        (WORK_ITEM.name, "parent_id"): "move",
        (WORK_ITEM.name, "deleted_at"): "deletion",
        (DEPENDENCY.name, "deleted_at"): "edge",
    }
    if entity is VENDOR and field == "name" and refused and row.get("local_by") is not None:
        return "name"
    usual: Literal["text", "field"] = "text" if entity.kind_of(field) is Kind.TEXT else "field"
    return by_field.get((entity.name, field), usual)


def _readable(connection: sqlite3.Connection, row: Row) -> Row:
    """The values of a conflict as people read them: rows by ref and title, not by id."""
    field, values = text_of(row, "field"), {name: row.get(name) for name in VALUES}
    if field in _REFERRING:
        ids = [value for value in values.values() if isinstance(value, str)]
        names = items_in_words(connection, ids, titled=True)
        return {
            name: names.get(value, value) if isinstance(value, str) else value
            for name, value in values.items()
        }
    if field == "depends_on":
        return {
            name: [short_ref(full_ref("E", each)) for each in texts_of(values, name)] or None
            for name in values
        }
    return values


def _named(row: Row) -> Named:
    return text_of(row, "entity"), text_of(row, "entity_id")
