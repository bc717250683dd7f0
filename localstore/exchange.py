"""What travels between a replica and a hub, as plain values."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from localstore.entities import Entity
from localstore.values import Row

EXTRA = "extra"
"""The field in which a replica keeps, by name, the fields of a row that it does not know."""


class Commit(NamedTuple):
    """One push that a hub took: the sequence number it ends at, and a stamp no other push has."""

    seq: int
    stamp: str


class Name(NamedTuple):
    """Which row: entity and id."""

    entity: str
    row_id: str


@dataclass(frozen=True, slots=True)
class PushedRow:
    """One dirty row on its way to the hub.

    `base_change_id` is the hub's change that `change_id` grew from; None when the hub has never
    seen the row. `stamp` holds version, created_at, created_by, updated_at, updated_by. `fields`
    are those that differ from the base (null: emptied), or all that are not null when there is no
    base. `entries` are the history entries the hub may lack, oldest first; the last one is
    `change_id`'s. What an entry tells (`changes`) is JSON text, which nobody on the way reads.
    """

    name: Name
    change_id: str
    base_change_id: str | None
    stamp: Row
    fields: Row
    entries: tuple[Row, ...]


class HubRow(NamedTuple):
    """One row as the hub has it: `row` is flat and null-free, with id, fields and stamp."""

    entity: str
    row: Row


@dataclass(frozen=True, slots=True)
class HubPage:
    """What the hub has after a cursor, in the order of its sequence numbers.

    `entries` hold entity, id, change_id, version, changed_at, changed_by, replica_id, parents and
    changes (JSON text); an entry stands in the same page as the row it left, or in an earlier one.
    `cursor` is where the page ends, `head` where the project does; they are equal on the last page.
    `seen` is the hub's newest commit when the page was read: rows that moved on to later numbers
    are not in the page, so only a hub that has those numbers has not gone back behind it.
    `purged` is the highest number of a tombstone whose row the hub no longer has; its entries it
    has.
    """

    rows: tuple[HubRow, ...]
    entries: tuple[Row, ...]
    cursor: int
    head: int
    seen: Commit | None
    purged: int


VerdictKind = Literal["accepted", "already", "moved_on", "rejected"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the hub says to one pushed row.

    accepted: it is the hub's row now. already: the pushed change is in the hub's history; `current`
    is the hub's change now. moved_on: the hub's row is at `current` (None: it has no such row),
    which is not the pushed base, or rows were purged that the replica has not read of. rejected: a
    rule would break; `reason` says which.
    """

    kind: VerdictKind
    reason: str = ""
    current: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The hub's answer to one push: a verdict for each row, in their order.

    `previous_head` and `head` are the project's last sequence numbers before and after; `commit` is
    the newest commit there is then.
    """

    verdicts: tuple[Verdict, ...]
    previous_head: int
    head: int
    commit: Commit | None


def on_the_wire(fields: Row) -> Row:
    """Fields as they travel: those kept under `extra` stand under their own names."""
    extra = fields.get(EXTRA)
    flat = {name: value for name, value in fields.items() if name != EXTRA}
    return flat | extra if isinstance(extra, dict) else flat


def off_the_wire(entity: Entity, row: Row) -> Row:
    """A row as a replica keeps it: what the entity does not know goes under `extra`."""
    if row.keys() <= entity.names:
        return row
    kept = {name: value for name, value in row.items() if name in entity.names}
    strange = {name: value for name, value in row.items() if name not in entity.names}
    return kept | {EXTRA: strange}
