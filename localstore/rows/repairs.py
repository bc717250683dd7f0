"""Undoing, by one ordinary change and with a conflict that says so, what the hub cannot have."""

import sqlite3
from collections.abc import Callable, Iterator

from localstore.ancestry import Graph, replay
from localstore.entities import ENTITIES, Entity
from localstore.errors import CycleError, TooDeep
from localstore.exchange import PushedRow
from localstore.ids import name_key
from localstore.merge import Clash
from localstore.rows.lineage import graph_of
from localstore.rows.lookup import fetch, tables_of
from localstore.rows.merging import MERGER, note_clash
from localstore.rows.tree import ancestor_ids, check_move, rows_anywhere
from localstore.values import Row, Value, text_of
from localstore.writing import Stamp, update

_NAME_LENGTH = 100


def repair(connection: sqlite3.Connection, sent: PushedRow, reason: str, *, stamp: Stamp) -> bool:
    """Undo what the hub rejected a row for; the rest of the edit stays. Does not commit.

    Nothing is done when the row has changed since it was sent, or the reason is not known here.
    """
    entity = ENTITIES[sent.name.entity]
    _, row = find_row(connection, entity, sent.name.row_id)
    if reason not in _UNDOING or row is None or row["change_id"] != sent.change_id:
        return False
    base = _at_base(graph_of(connection, entity, sent.name.row_id), row)
    undo(connection, entity, sent.name.row_id, reason, base=base, stamp=stamp)
    return True


def undo(
    connection: sqlite3.Connection,
    entity: Entity,
    row_id: str,
    reason: str,
    *,
    base: Row,
    stamp: Stamp,
) -> None:
    """Take back what of a row's last change breaks a rule, by one change, with a conflict. `reason`
    is as the hub words it, `base` the row to go back to, empty for a new one. Does not commit."""
    table, row = find_row(connection, entity, row_id)
    if row is None:
        return
    graph = graph_of(connection, entity, row_id)
    signed = Stamp(MERGER, stamp.now, stamp.replica_id, stamp.new_id)
    field, kept = _UNDOING[reason](connection, row, base, signed)
    changed, _ = update(connection, entity, row, {field: kept}, stamp=signed, table=table)
    clash = Clash(field, base.get(field), row.get(field), kept, kept)
    # Nobody wrote the other value: a rule refused this one.
    sides = (graph, text_of(row, "change_id"), "")
    note_clash(connection, entity, changed, clash, sides=sides, stamp=signed)


_Undone = tuple[str, Value]
"""The field to change, and what it is to hold."""


def _back_to_a_parent(connection: sqlite3.Connection, row: Row, base: Row, _: Stamp) -> _Undone:
    """The parent it had on the hub; for a row the hub has not seen, or that is there already, the
    nearest living row above the wanted parent that it may hang under; else none: it is a root."""
    for parent in _parents_to_try(connection, row, base):
        if parent is None or _may_hang_under(connection, row, parent):
            return "parent_id", parent
    return "parent_id", None


def _parents_to_try(connection: sqlite3.Connection, row: Row, base: Row) -> Iterator[str | None]:
    wanted = text_of(row, "parent_id")
    before = base.get("parent_id")
    if base and before != wanted:
        yield before if isinstance(before, str) else None
    yield from reversed(ancestor_ids(connection, wanted))


def _may_hang_under(connection: sqlite3.Connection, row: Row, parent_id: str) -> bool:
    parent = rows_anywhere(connection, [parent_id], ["deleted_at"]).get(parent_id)
    if parent is None or parent.get("deleted_at") is not None:
        return False
    try:
        check_move(connection, text_of(row, "id"), parent_id)
    except (CycleError, TooDeep):
        return False
    return True


def _undeleted(_: sqlite3.Connection, _row: Row, _base: Row, _stamp: Stamp) -> _Undone:
    return "deleted_at", None


def _withdrawn(_: sqlite3.Connection, _row: Row, _base: Row, stamp: Stamp) -> _Undone:
    return "deleted_at", stamp.now


def _another_name(connection: sqlite3.Connection, row: Row, base: Row, _: Stamp) -> _Undone:
    """Its last name on the hub, if that is free here; else the wanted one with a number."""
    wanted, before = text_of(row, "name"), text_of(base, "name")
    candidates = [before] if before and name_key(before) != name_key(wanted) else []
    taken = {
        str(key)
        for (key,) in connection.execute(
            "SELECT name_key FROM vendors WHERE id <> ?", (text_of(row, "id"),)
        )
    }
    candidates += [
        f"{wanted[: _NAME_LENGTH - len(str(number)) - 1].rstrip()} {number}"
        for number in range(2, len(taken) + 3)
    ]
    free = next(name for name in candidates if name_key(name) not in taken)
    return "name", free


_UNDOING: dict[str, Callable[[sqlite3.Connection, Row, Row, Stamp], _Undone]] = {
    "parent_missing": _back_to_a_parent,
    "parent_deleted": _back_to_a_parent,
    "cycle": _back_to_a_parent,
    "too_deep": _back_to_a_parent,
    "live_children": _undeleted,
    "blocker_cycle": _withdrawn,
    "name_taken": _another_name,
}


def _at_base(graph: Graph, row: Row) -> Row:
    base = text_of(row, "base_change_id")
    return replay(graph, base) if base in graph else {}


def find_row(connection: sqlite3.Connection, entity: Entity, row_id: str) -> tuple[str, Row | None]:
    """The table a row stands in, the archive included, and the row; None when it is nowhere."""
    for table in tables_of(entity):
        row = fetch(connection, entity, row_id, table=table)
        if row is not None:
            return table, row
    return entity.table, None
