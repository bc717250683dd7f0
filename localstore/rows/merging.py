"""Merging a row that was changed here and on the hub: the merged row, its entry, its conflicts."""

import sqlite3

from localstore.ancestry import Graph
from localstore.differences import changes_between
from localstore.entities import CONFLICT, Entity
from localstore.ids import named_id
from localstore.merge import Clash, merge_conflicts, merge_rows
from localstore.rows.lineage import base_of, writer_of
from localstore.rows.lookup import fetch
from localstore.values import Row, number_of, text_of
from localstore.writing import Stamp, insert, record

MERGER = "tidelog"
"""Who signs a merge, and what is undone so that a rule holds."""


def merge_into(
    connection: sqlite3.Connection,
    entity: Entity,
    local: Row,
    remote: Row,
    *,
    graph: Graph,
    stamp: Stamp,
) -> tuple[Row, int]:
    """Merge a row with the hub's; record the merge, and a conflict for each value not kept.

    Returns the merged row, whole, to be put in the place of the local one, and how many conflicts
    were noted. Does not commit.
    """
    here, there = text_of(local, "change_id"), text_of(remote, "change_id")
    clashes: list[Clash] = []
    if entity is CONFLICT:
        fields = merge_conflicts(local, remote)
    else:
        base = base_of(entity, graph, there, here)
        fields, clashes = merge_rows(entity, base, local, remote)
    merged: Row = {field.name: fields.get(field.name) for field in entity.fields} | {
        "id": remote["id"],
        "version": max(number_of(local, "version"), number_of(remote, "version")) + 1,
        "change_id": stamp.new_id(),
        "base_change_id": there,
        "created_at": remote["created_at"],
        "created_by": remote["created_by"],
        "updated_at": stamp.now,
        "updated_by": MERGER,
    }
    signed = Stamp(MERGER, stamp.now, stamp.replica_id, stamp.new_id)
    changes = changes_between(entity, remote, merged)
    record(connection, entity, merged, changes, stamp=signed, parents=[there, here])
    noted = [
        note_clash(connection, entity, merged, clash, sides=(graph, here, there), stamp=signed)
        for clash in clashes
    ]
    return merged, sum(noted)


def note_clash(
    connection: sqlite3.Connection,
    entity: Entity,
    row: Row,
    clash: Clash,
    *,
    sides: tuple[Graph, str, str],
    stamp: Stamp,
) -> bool:
    """Note a clash between the local and the hub's change of a row (`sides`: its history, then
    both), once: whoever else merges the same two notes the same conflict. Whether it is new."""
    graph, here, there = sides
    conflict_id = named_id("conflict", f"{there}:{here}:{clash.field}")
    if fetch(connection, CONFLICT, conflict_id) is not None:
        return False
    local = writer_of(connection, graph, clash.field, at=here, unseen_by=there)
    remote = writer_of(connection, graph, clash.field, at=there, unseen_by=here)
    fields: Row = {
        "id": conflict_id,
        "entity": entity.name,
        "entity_id": row["id"],
        "field": clash.field,
        "base": clash.base,
        "local": clash.local,
        "remote": clash.remote,
        "kept": clash.kept,
        "noticed_at": stamp.now,
        "status": "open",
    }
    for side, writer in (("local", local), ("remote", remote)):
        if writer is not None:
            fields |= {
                f"{side}_by": writer.who,
                f"{side}_at": writer.at,
                f"{side}_replica": writer.replica_id,
            }
    insert(connection, CONFLICT, fields, stamp)
    return True
