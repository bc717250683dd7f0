"""What the hub said to the rows it was offered, written down."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localstore.entities import ENTITIES
from localstore.exchange import Name, PushedRow, Receipt
from localstore.rows.history import head
from localstore.rows.lookup import tables_of
from localstore.rows.repairs import repair
from localstore.rows.sync_place import see
from localstore.values import Row, Value, to_json
from localstore.writing import Stamp


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of the rows of one push: how many the hub has now, how many it has in another
    state, which it will not have as they are, and how many of those were changed for it here; and
    the head of history before and after."""

    accepted: int
    moved_on: int
    rejected: tuple[Name, ...]
    repaired: int
    heads: tuple[int, int]


def acknowledge(
    connection: sqlite3.Connection,
    sent: Sequence[PushedRow],
    receipt: Receipt,
    stamp: Stamp,
    *,
    mend: bool,
) -> Acknowledged:
    """Write a receipt down; with `mend`, undo of each rejected row what the hub rejects it for.

    A row that was edited since it was sent stays dirty, on the base the hub has now. Does not
    commit.
    """
    before = head(connection)
    pairs = list(zip(sent, receipt.verdicts, strict=True))
    there = [row for row, verdict in pairs if verdict.kind in ("accepted", "already")]
    gone = [row for row, verdict in pairs if verdict.kind == "moved_on" and not verdict.current]
    rejected = [(row, verdict) for row, verdict in pairs if verdict.kind == "rejected"]
    _set_base(connection, ((row.name, row.change_id) for row in there))
    sent_with_them: list[Value] = [entry["change_id"] for row in there for entry in row.entries]
    connection.execute(
        "UPDATE history SET at_hub = 1 WHERE change_id IN (SELECT value FROM json_each(?))",
        (to_json(sent_with_them),),
    )
    # Purged there: it goes as a row that the hub does not have. Its entries the hub has kept.
    _set_base(connection, ((row.name, None) for row in gone))
    repaired = 0
    for row, verdict in rejected if mend else ():
        if repair(connection, row, verdict.reason, stamp=stamp):
            repaired += 1
        else:
            refuse(connection, row, verdict.reason, stamp.now)
    connection.execute(
        "UPDATE sync SET cursor = ?1 WHERE cursor = ?2", (receipt.head, receipt.previous_head)
    )
    connection.execute("UPDATE sync SET hub_head = ?", (receipt.head,))
    see(connection, receipt.commit)
    moved_on = sum(verdict.kind == "moved_on" for _, verdict in pairs)
    return Acknowledged(
        len(there),
        moved_on,
        tuple(row.name for row, _ in rejected),
        repaired,
        (before, head(connection)),
    )


def refuse(connection: sqlite3.Connection, row: PushedRow, reason: str, now: str) -> None:
    """Note that the hub cannot take a row as it is."""
    connection.execute(
        "INSERT INTO refused (entity, entity_id, change_id, reason, refused_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (entity, entity_id) DO UPDATE SET "
        "change_id = excluded.change_id, reason = excluded.reason,"
        " refused_at = excluded.refused_at",
        (*row.name, row.change_id, reason, now),
    )


def _set_base(connection: sqlite3.Connection, bases: Iterable[tuple[Name, str | None]]) -> None:
    by_entity: dict[str, Row] = {}
    for name, base in bases:
        by_entity.setdefault(name.entity, {})[name.row_id] = base
    for entity_name, members in by_entity.items():
        for table in tables_of(ENTITIES[entity_name]):
            connection.execute(
                f"UPDATE {table} SET base_change_id = told.value "
                f"FROM json_each(?) told WHERE {table}.id = told.key",
                (to_json(members),),
            )
