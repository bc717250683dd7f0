"""States: what each change left of its row; a snapshot of each moment is made from them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from localstore.entities import (
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENTITIES,
    WORK_ITEM,
    Entity,
    letter_of,
)
from localstore.ids import full_ref, short_ref
from localstore.rows.lookup import tables_of
from localstore.rows.naming import conflict_in_words, edge_in_words, edges_in_words
from localstore.rows.origins import authors
from localstore.rows.rewinding import (
    Told,
    changes_standing,
    columns_of_state,
    parents_of,
    rows_left,
    rows_now,
)
from localstore.rows.tree import rows_anywhere
from localstore.values import Row, Value, from_json, text_of, texts_of, without_nulls

_ENTRY = (
    "seq, change_id, entity, entity_id, version, changed_at, changed_by, replica_id, parents, "
    "changes"
)
_ITEMS_NAMED = {DEPENDENCY.name: ("source_id", "target_id"), CONFLICT.name: ("entity_id",)}


@dataclass(frozen=True, slots=True)
class State:
    """One row exactly as one change left it.

    `entry` is the change: change_id, entity, id, version, changed_at, changed_by, replica_id,
    parents (a list), changes, ref, and the title or name the row had then, where it has one. A
    merge has `merged`, who made each of its parents; a conflict whose two sides are known has
    `sides`, who wrote the local and who the remote value.
    `row` is whole: id, every field, version, change_id, created and updated; null-free. States
    share the values that no change touched: nobody may alter them in place.
    """

    seq: int
    entity: Entity
    entry: Row
    row: Row


def states_after(connection: sqlite3.Connection, seq: int, limit: int) -> list[State]:
    """What the changes after a sequence number left, oldest first, at most `limit` of them.

    Entries of a row that is nowhere, and whose history has lost its beginning, are left out.
    """
    found = connection.execute(
        f"SELECT {_ENTRY} FROM history WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
    )
    told = [_told(stored) for stored in found]
    rows = rows_left(connection, told)
    states = []
    for each in told:
        row = rows.get(text_of(each.entry, "change_id"))
        if row is not None:
            entity = ENTITIES[each.named[0]]
            each.entry["ref"] = _ref(entity, row)
            states.append(State(each.seq, entity, each.entry, row))
    _entitle(connection, states)
    _name_parents(connection, states)
    return states


def row_at(
    connection: sqlite3.Connection, entity: Entity, row_id: str, change_id: str
) -> Row | None:
    """The row as that change left it; None when the change is not in the row's history."""
    stored = connection.execute(
        f"SELECT {_ENTRY} FROM history WHERE change_id = ? AND entity = ? AND entity_id = ?",
        (change_id, entity.name, row_id),
    ).fetchone()
    return None if stored is None else rows_left(connection, [_told(stored)]).get(change_id)


def left_behind(connection: sqlite3.Connection, seq: int) -> list[tuple[Entity, Row]]:
    """The rows with changes after a sequence number that are not as the newest of these left them:
    what was pulled is in their history, and the row itself comes with a later page."""
    found = connection.execute(
        "SELECT entity, entity_id, change_id, max(seq) FROM history WHERE seq > ? "
        "GROUP BY entity, entity_id",
        (seq,),
    )
    newest = {(str(name), str(row_id)): str(change_id) for name, row_id, change_id, _ in found}
    standing = changes_standing(connection, newest)
    behind = [named for named, change_id in standing.items() if change_id != newest[named]]
    return [(ENTITIES[name], row) for (name, _), row in rows_now(connection, behind).items()]


def seq_of(connection: sqlite3.Connection, change_id: str) -> int | None:
    """The sequence number of a change in this file; None when it is not in its history."""
    found = connection.execute(
        "SELECT seq FROM history WHERE change_id = ?", (change_id,)
    ).fetchone()
    return None if found is None else int(found[0])


def rows_of(connection: sqlite3.Connection, entity: Entity) -> Iterator[Row]:
    """Every whole row of an entity, the archive included, by id; of the shape of `State.row`."""
    columns = columns_of_state(entity)
    every = " UNION ALL ".join(f"SELECT {', '.join(columns)} FROM {t}" for t in tables_of(entity))
    for stored in connection.execute(f"{every} ORDER BY id"):
        yield without_nulls(entity.decode(columns, stored))


def _told(stored: Sequence[str | int | None]) -> Told:
    (
        seq,
        change_id,
        entity,
        entity_id,
        version,
        changed_at,
        changed_by,
        replica,
        parents,
        changes,
    ) = stored
    grown_from: list[Value] = [*parents_of(None if parents is None else str(parents))]
    entry: Row = {
        "change_id": change_id,
        "entity": entity,
        "id": entity_id,
        "version": version,
        "changed_at": changed_at,
        "changed_by": changed_by,
        "replica_id": replica,
        "parents": grown_from,
        "changes": from_json(str(changes)),
    }
    return Told(int(seq or 0), entry)


def _ref(entity: Entity, row: Row) -> str:
    return short_ref(full_ref(letter_of(entity, row), text_of(row, "id")))


def _entitle(connection: sqlite3.Connection, states: Sequence[State]) -> None:
    """Give each entry the title or name of its row at that moment."""
    ends = {
        text_of(state.row, end)
        for state in states
        for end in _ITEMS_NAMED.get(state.entity.name, ())
    }
    items = rows_anywhere(connection, sorted(ends), ["item_type"])
    names = {row_id: _ref(WORK_ITEM, row) for row_id, row in items.items()}
    over = [state.row for state in states if state.entity is CONFLICT]
    edges = {text_of(row, "entity_id") for row in over if row.get("entity") == DEPENDENCY.name}
    names |= edges_in_words(connection, sorted(edges))
    for state in states:
        title = _title(state.entity, state.row, names)
        if title:
            state.entry["title"] = title
        sides: list[Value] = [state.row.get("local_by"), state.row.get("remote_by")]
        if state.entity is CONFLICT and None not in sides:
            state.entry["sides"] = sides


def _title(entity: Entity, row: Row, names: Mapping[str, str]) -> str:
    if entity is DEPENDENCY:
        source, target = text_of(row, "source_id"), text_of(row, "target_id")
        kind = text_of(row, "dependency_type")
        return edge_in_words(names.get(source, source), kind, names.get(target, target))
    if entity is CONFLICT:
        return conflict_in_words(row, names.get(text_of(row, "entity_id"), ""))
    if entity is DEPLOYMENT:
        return text_of(row, "commit_hash") or text_of(row, "deployed_at")[:10]
    return text_of(row, "title") or text_of(row, "name")


def _name_parents(connection: sqlite3.Connection, states: Sequence[State]) -> None:
    """Give each merge who made the changes that it joins."""
    merges = [state.entry for state in states if len(texts_of(state.entry, "parents")) > 1]
    parents = [parent for entry in merges for parent in texts_of(entry, "parents")]
    known = authors(connection, parents)
    for entry in merges:
        found = [known.get(parent) for parent in texts_of(entry, "parents")]
        merged: list[Value] = [{"by": author.who} for author in found if author is not None]
        if len(merged) == len(found):
            entry["merged"] = merged
