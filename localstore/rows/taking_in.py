"""Taking in changes that were journalled while this store could not take them, each exactly once.

A change whose row is here as it saw it goes on from there; any other is merged as a pulled one is.
What a rule then refuses is taken back as what a hub rejects is. The change keeps its id, by which
it is known when the journal is read again.
"""

import sqlite3
from dataclasses import dataclass, replace

from localstore.differences import changes_between
from localstore.entities import CONFLICT, Entity
from localstore.errors import InvalidArguments
from localstore.ids import named_id
from localstore.merge import Clash, merge_conflicts, merge_rows
from localstore.rows.journalled import Journalled, changes_in, lacking
from localstore.rows.lineage import graph_of, writer_of
from localstore.rows.loading import UNSTORABLE
from localstore.rows.lookup import fetch
from localstore.rows.merging import MERGER
from localstore.rows.pulling import put, table_of
from localstore.rows.repairs import find_row
from localstore.rows.standing import hold_rules
from localstore.rows.sync_place import place
from localstore.values import Row, Value, number_of, rows_of, text_of
from localstore.writing import Stamp, insert, record, store

_UNSTORABLE = (*UNSTORABLE, LookupError, AttributeError)
"""What a line raises that no tidelog wrote, beside what no row may hold."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many changes were new here, and how many conflicts they met with."""

    changes: int
    conflicts: int


def take_in(connection: sqlite3.Connection, told: Row, stamp: Stamp) -> TakenIn:
    """Take in one line of a journal, as `journalled.told_after` gives it. Does not commit.

    Changes that are in this history are left out, so that a line may come twice. Where both sides
    changed a field differently the store's value stays, and a conflict holds the journal's.

    Raises:
        InvalidArguments: a change cannot be stored here, or only by a newer tidelog; the
            transaction must not be committed then.
    """
    try:
        return _take_in(connection, told, stamp)
    except _UNSTORABLE as failure:
        raise InvalidArguments("journal", f"holds what cannot be stored: {failure}") from failure


def _take_in(connection: sqlite3.Connection, told: Row, stamp: Stamp) -> TakenIn:
    joined = place(connection).project_id is not None
    changes = lacking(connection, changes_in(told))
    earlier: dict[tuple[str, str], Row] = {}
    conflicts = 0
    for change in changes:
        _, here = find_row(connection, change.entity, change.row_id)
        earlier.setdefault((change.entity.name, change.row_id), here or {})
        conflicts += _apply(connection, change, joined=joined, stamp=stamp)
    conflicts += hold_rules(connection, earlier, joined=joined, stamp=stamp)
    connection.executemany(
        "INSERT INTO client_refs (client_ref, entity, entity_id, request) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            tuple(text_of(each, name) for name in ("client_ref", "entity", "id", "request"))
            for each in rows_of(told, "client_refs")
        ],
    )
    return TakenIn(len(changes), conflicts)


def _apply(
    connection: sqlite3.Connection, change: Journalled, *, joined: bool, stamp: Stamp
) -> int:
    """Put one change in its row's place; return how many conflicts were noted."""
    table, here = find_row(connection, change.entity, change.row_id)
    if here is None:
        _begin(connection, change, joined=joined, stamp=stamp)
    elif _has_seen(change, here):
        _go_on(connection, change, here, table, joined=joined, stamp=stamp)
    else:
        return _merge(connection, change, here, table, stamp=stamp)
    return 0


def _has_seen(change: Journalled, here: Row) -> bool:
    """Whether the change grew from the row as it is here.

    A row that stands at the change's parent may still be another than the change saw: where that
    parent was journalled too, and was merged when it came in. Its version is higher then.
    """
    if number_of(change.after, "version") <= number_of(here, "version"):
        return False
    return here["change_id"] in (*change.parents[:1], *change.seen)


def _begin(
    connection: sqlite3.Connection, change: Journalled, *, joined: bool, stamp: Stamp
) -> None:
    """Store a row that is not here. Where no hub can send what its change grew from, the row
    begins with it."""
    row = change.after | {"base_change_id": None}
    store(connection, change.entity, row, table=table_of(change.entity, row))
    if joined or not change.parents:
        _sign(connection, change, row, change.changes, parents=change.parents, stamp=stamp)
    else:
        _sign(connection, change, row, _between(change.entity, {}, row), parents=[], stamp=stamp)


def _go_on(
    connection: sqlite3.Connection,
    change: Journalled,
    here: Row,
    table: str,
    *,
    joined: bool,
    stamp: Stamp,
) -> None:
    """Put the whole row, with all that its change had seen and this store had not."""
    row = change.after | {"base_change_id": here["base_change_id"]}
    put(connection, change.entity, [row], {change.row_id: table})
    if joined or change.parents[:1] == [here["change_id"]]:
        _sign(connection, change, row, change.changes, parents=change.parents, stamp=stamp)
    else:
        told = _between(change.entity, here, row)
        _sign(connection, change, row, told, parents=[text_of(here, "change_id")], stamp=stamp)


def _merge(
    connection: sqlite3.Connection, change: Journalled, here: Row, table: str, *, stamp: Stamp
) -> int:
    """Merge the change with what became of its row here; return how many conflicts were noted.

    The outcome descends from the row here alone: its history may lack what the change had seen,
    and a hub that has it must not take the outcome for having seen it too.
    """
    entity, clashes = change.entity, list[Clash]()
    if entity is CONFLICT:
        fields = merge_conflicts(change.after, here)
    else:
        fields, clashes = merge_rows(entity, change.before, change.after, here)
    merged: Row = {field.name: fields.get(field.name) for field in entity.fields} | {
        "id": here["id"],
        "version": max(number_of(here, "version"), number_of(change.after, "version")) + 1,
        "change_id": change.change_id,
        "base_change_id": here["base_change_id"],
        "created_at": here["created_at"],
        "created_by": here["created_by"],
        "updated_at": stamp.now,
        "updated_by": change.entry["changed_by"],
    }
    put(connection, entity, [merged], {change.row_id: table})
    author = replace(stamp, who=text_of(change.entry, "changed_by"))
    record(
        connection,
        entity,
        merged,
        changes_between(entity, here, merged),
        stamp=author,
        parents=[text_of(here, "change_id")],
    )
    return sum(_note(connection, change, here, clash, stamp=stamp) for clash in clashes)


def _note(
    connection: sqlite3.Connection, change: Journalled, here: Row, clash: Clash, *, stamp: Stamp
) -> bool:
    """Note a value of the journal's that was not kept; whether that is new."""
    conflict_id = named_id("conflict", f"journal:{change.change_id}:{clash.field}")
    if fetch(connection, CONFLICT, conflict_id) is not None:
        return False
    graph = graph_of(connection, change.entity, change.row_id)
    parent = (change.parents or [""])[0]
    other = writer_of(
        connection, graph, clash.field, at=text_of(here, "change_id"), unseen_by=parent
    )
    fields: Row = {
        "id": conflict_id,
        "entity": change.entity.name,
        "entity_id": change.row_id,
        "field": clash.field,
        "base": clash.base,
        "local": clash.local,
        "local_by": change.entry["changed_by"],
        "local_at": change.entry["changed_at"],
        "local_replica": stamp.replica_id,
        "remote": clash.remote,
        "kept": clash.kept,
        "noticed_at": stamp.now,
        "status": "open",
    }
    if other is not None:
        fields |= {
            "remote_by": other.who,
            "remote_at": other.at,
            "remote_replica": other.replica_id,
        }
    insert(connection, CONFLICT, fields, replace(stamp, who=MERGER))
    return True


def _between(entity: Entity, old: Row, new: Row) -> Row:
    told: Row = {}
    for name, (before, after) in changes_between(entity, old, new).items():
        pair: list[Value] = [before, after]
        told[name] = pair
    return told


def _sign(
    connection: sqlite3.Connection,
    change: Journalled,
    row: Row,
    changes: Row,
    *,
    parents: list[str],
    stamp: Stamp,
) -> None:
    """Append the change's entry as its author made it, from this replica."""
    author = replace(
        stamp, who=text_of(change.entry, "changed_by"), now=text_of(change.entry, "changed_at")
    )
    told = {name: pair for name, pair in changes.items() if isinstance(pair, list)}
    record(connection, change.entity, row, told, stamp=author, parents=parents)
