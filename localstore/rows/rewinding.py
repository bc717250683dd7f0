"""Rows as earlier changes left them.

History keeps differences only. Where a row's history is a line, a state is reached backwards: from
the row as it is now, by undoing every change that came after. Where it branches, because replicas
changed the row apart from each other, it is reached forwards: from the row's creation along first
parents, for each change tells how it differs from what the first of its parents had left.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from localstore.ancestry import Change, apply_changes
from localstore.entities import ENTITIES, STAMP, Entity
from localstore.rows.lookup import tables_of
from localstore.values import Row, Value, from_json, mapping_of, text_of, to_json, without_nulls

Named: TypeAlias = tuple[str, str]
"""A row's entity and id."""


class Told(NamedTuple):
    """One history entry and where it stands in this file's history."""

    seq: int
    entry: Row

    @property
    def named(self) -> Named:
        """The row it is about."""
        return text_of(self.entry, "entity"), text_of(self.entry, "id")


def rows_left(connection: sqlite3.Connection, told: Sequence[Told]) -> dict[str, Row]:
    """The rows as some changes left them, by change id; `told` is in order of `seq`.

    Rows are whole and null-free. A row that is not there now (it comes with a later page of a pull)
    is told from its history alone; one whose history has lost its beginning too is left out. The
    rows share the values that no change touched: nobody may alter them in place.
    """
    if not told:
        return {}
    now = rows_now(connection, {each.named for each in told})
    straight = _taken_back(connection, now, told[0].seq, told[-1].seq)
    branching = {each.named for each in told if each.named not in straight}
    pasts = _pasts(connection, branching)
    left: dict[str, Row] = {}
    for each in reversed(told):
        row = straight.get(each.named)
        if row is not None:
            row = _stamped(row, each.entry)
            straight[each.named] = row_before(row, mapping_of(each.entry, "changes"))
            left[text_of(each.entry, "change_id")] = row
    for each in told:
        if each.named in branching:
            row = pasts[each.named].row(each.entry, now.get(each.named))
            if row is not None:
                left[text_of(each.entry, "change_id")] = row
    return left


def columns_of_state(entity: Entity) -> list[str]:
    """What makes a row the same everywhere: refs are derived, and the base is this replica's."""
    stamp = (name for name in STAMP if name != "base_change_id")
    return ["id", *(each.name for each in entity.fields), *stamp]


def rows_now(connection: sqlite3.Connection, wanted: Iterable[Named]) -> dict[Named, Row]:
    """The rows as they are, by entity and id; one that is nowhere is left out."""
    return {
        (entity.name, text_of(row, "id")): row
        for entity, ids in _by_entity(wanted)
        for row in _stored(connection, entity, columns_of_state(entity), ids)
    }


def changes_standing(connection: sqlite3.Connection, wanted: Iterable[Named]) -> dict[Named, str]:
    """The last changes of rows, by entity and id; one that is nowhere is left out."""
    return {
        (entity.name, text_of(row, "id")): text_of(row, "change_id")
        for entity, ids in _by_entity(wanted)
        for row in _stored(connection, entity, ["id", "change_id"], ids)
    }


def _by_entity(wanted: Iterable[Named]) -> list[tuple[Entity, list[Value]]]:
    ids: dict[str, list[Value]] = {}
    for name, row_id in wanted:
        ids.setdefault(name, []).append(row_id)
    return [(ENTITIES[name], members) for name, members in ids.items()]


def _stored(
    connection: sqlite3.Connection, entity: Entity, columns: list[str], ids: list[Value]
) -> Iterator[Row]:
    for table in tables_of(entity):
        found = connection.execute(
            f"SELECT {', '.join(columns)} FROM {table} "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (to_json(ids),),
        )
        for stored in found:
            yield without_nulls(entity.decode(columns, stored))


def _taken_back(
    connection: sqlite3.Connection, now: Mapping[Named, Row], first: int, last: int
) -> dict[Named, Row]:
    """The rows as they were after the entry numbered `last`, but for those whose history from
    `first` on is no line that ends at the row as it is.

    A field then had the old value of the first change after it. Read as a stream: what is kept
    grows with the rows, not with their histories.
    """
    found = connection.execute(
        "SELECT entity, entity_id, change_id, parents, CASE WHEN seq > :last THEN changes END "
        "FROM history WHERE entity_id IN (SELECT value FROM json_each(:ids)) AND seq >= :first "
        "ORDER BY entity_id, seq",
        {"ids": to_json([row_id for _, row_id in now]), "first": first, "last": last},
    )
    newest: dict[Named, str] = {}
    bent: set[Named] = set()
    earlier: dict[Named, dict[str, Value]] = {}
    for name, row_id, change_id, parents, changes in found:
        named = str(name), str(row_id)
        if named in newest and parents_of(parents)[:1] != (newest[named],):
            bent.add(named)
        newest[named] = str(change_id)
        changed = from_json(str(changes)) if changes is not None else None
        known = earlier.setdefault(named, {})
        for name_, pair in changed.items() if isinstance(changed, dict) else ():
            known.setdefault(name_, pair)
    return {
        named: row_before(row, earlier.get(named, {}))
        for named, row in now.items()
        if named not in bent and newest.get(named) == row["change_id"]
    }


def parents_of(stored: str | None) -> tuple[str, ...]:
    """The parents in a history entry, from how they are stored."""
    parents = from_json(stored) if stored else []
    return tuple(map(str, parents)) if isinstance(parents, list) else ()


@dataclass(slots=True)
class _Past:
    """One row's whole history, and the fields it had after the changes that were asked for."""

    changes: dict[str, Change] = field(default_factory=dict)
    signed: dict[str, tuple[str, str]] = field(default_factory=dict)
    known: dict[str, Row] = field(default_factory=dict)
    begun: dict[str, str | None] = field(default_factory=dict)
    """The change that a known one's line begins with; None where history has lost it."""

    def row(self, entry: Row, now: Row | None) -> Row | None:
        """The whole row after a change; `now` is the row as it is."""
        change_id = text_of(entry, "change_id")
        if now is not None and now["change_id"] == change_id:
            return now
        begun = self._reach(change_id)
        if now is not None:
            at, who = now["created_at"], now["created_by"]
        elif begun is not None:
            at, who = self.signed[begun]
        else:
            return None
        # A line without its beginning tells less than a row: what it does not tell is as it is now.
        rest = now if begun is None and now is not None else {}
        stamp: Row = {"id": entry["id"], "created_at": at, "created_by": who}
        return _stamped(rest | self.known[change_id] | stamp, entry)

    def _reach(self, change_id: str) -> str | None:
        """Make the fields after a change known; return the change that its line begins with."""
        way: list[str] = []
        at: str | None = change_id
        while at in self.changes and at not in self.known and len(way) <= len(self.changes):
            way.append(at)
            at = next(iter(self.changes[at].parents), None)
        fields = dict(self.known.get(at or "", {}))
        for each in reversed(way):
            apply_changes(fields, self.changes[each].changes)
        self.known[change_id] = fields
        if way:
            self.begun[change_id] = way[-1] if at is None else self.begun.get(at)
        return self.begun[change_id]


def _pasts(connection: sqlite3.Connection, wanted: Iterable[Named]) -> dict[Named, _Past]:
    pasts = {named: _Past() for named in wanted}
    found = connection.execute(
        "SELECT entity, entity_id, change_id, parents, changes, changed_at, changed_by "
        "FROM history WHERE entity_id IN (SELECT value FROM json_each(?))",
        (to_json([row_id for _, row_id in pasts]),),
    )
    for name, row_id, change_id, parents, changes, changed_at, changed_by in found:
        past = pasts.get((str(name), str(row_id)))
        if past is not None:
            told = mapping_of({"changes": from_json(str(changes))}, "changes")
            past.changes[str(change_id)] = Change(parents_of(parents), told)
            past.signed[str(change_id)] = str(changed_at), str(changed_by)
    return pasts


def row_before(row: Row, changes: Mapping[str, Value]) -> Row:
    """The row without some changes: each field, or key of a mapping, has its old value again."""
    earlier = dict(row)
    undone = {name: [None, pair[0]] for name, pair in changes.items() if isinstance(pair, list)}
    apply_changes(earlier, undone)
    return earlier


def _stamped(row: Row, entry: Row) -> Row:
    """The row with the stamp of the change that left it so."""
    if row.get("change_id") == entry["change_id"]:
        return row
    return row | {
        "version": entry["version"],
        "change_id": entry["change_id"],
        "updated_at": entry["changed_at"],
        "updated_by": entry["changed_by"],
    }
