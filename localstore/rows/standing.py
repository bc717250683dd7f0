"""The rules that rows must keep together, held by taking back what of a change broke one."""

import sqlite3
from collections.abc import Mapping

from localstore.entities import DEPENDENCY, ENTITIES, VENDOR, WORK_ITEM, Entity
from localstore.errors import CycleError, TooDeep
from localstore.ids import name_key
from localstore.rows import edges
from localstore.rows.repairs import find_row, undo
from localstore.rows.rewinding import Named
from localstore.rows.tree import check_move, rows_anywhere, subtree
from localstore.values import Row, text_of
from localstore.writing import Stamp

_ROUNDS = 4
"""One change may break two rules, and what is taken back another's; more never follows."""


def hold_rules(
    connection: sqlite3.Connection, earlier: Mapping[Named, Row], *, joined: bool, stamp: Stamp
) -> int:
    """Take back what of the newest changes of some rows breaks a rule, each with a conflict.

    `earlier` are these rows before those changes, empty for new ones; `joined` tells whether a hub
    may still send a parent that is missing. Returns how many conflicts were noted. Does not commit.
    """
    undone = 0
    for _ in range(_ROUNDS):
        broken = 0
        # Deletions first: what lives again below them has a living parent then.
        for only in ("live_children", ""):
            for (name, row_id), base in earlier.items():
                entity = ENTITIES[name]
                reason = _broken(connection, entity, row_id, joined=joined)
                if reason and only in ("", reason):
                    undo(connection, entity, row_id, reason, base=base, stamp=stamp)
                    broken += 1
        if not broken:
            break
        undone += broken
    return undone


def _broken(connection: sqlite3.Connection, entity: Entity, row_id: str, *, joined: bool) -> str:
    """The rule that a row breaks as it stands, as the hub words it; empty when it breaks none."""
    _, row = find_row(connection, entity, row_id)
    if row is None:
        return ""
    if entity is WORK_ITEM:
        if row.get("deleted_at") is not None and subtree(connection, row_id):
            return "live_children"
        return _misplaced(connection, row, joined=joined) if row.get("parent_id") else ""
    if entity is DEPENDENCY and row.get("deleted_at") is None:
        return "blocker_cycle" if edges.closes_circle(connection, row) else ""
    if entity is VENDOR:
        taken = connection.execute(
            "SELECT 1 FROM vendors WHERE name_key = ? AND id <> ?",
            (name_key(text_of(row, "name")), row_id),
        ).fetchone()
        return "name_taken" if taken else ""
    return ""


def _misplaced(connection: sqlite3.Connection, row: Row, *, joined: bool) -> str:
    parent_id = text_of(row, "parent_id")
    parent = rows_anywhere(connection, [parent_id], ["deleted_at"]).get(parent_id)
    if parent is None:
        return "" if joined else "parent_missing"
    if parent.get("deleted_at") is not None and row.get("deleted_at") is None:
        return "parent_deleted"
    try:
        check_move(connection, text_of(row, "id"), parent_id)
    except CycleError:
        return "cycle"
    except TooDeep:
        return "too_deep"
    return ""
