"""Changes as a journal holds them: what a stand-in store was told, to be taken in elsewhere."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from localstore.ancestry import Graph, ancestors
from localstore.entities import ENTITIES, Entity
from localstore.errors import InvalidArguments
from localstore.exchange import EXTRA, off_the_wire
from localstore.rows.lineage import graph_of
from localstore.rows.rewinding import row_before
from localstore.rows.states import State, states_after
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of, to_json

_BATCH = 500
_SEEN = 200
"""How many of a row's earlier changes go along; a store is seldom further behind than that."""
_SIGNED = ("id", "change_id", "changed_at", "changed_by")


@dataclass(frozen=True, slots=True)
class Journalled:
    """One change that was made on a stand-in.

    `before` and `after` are the whole row around it. `seen` are earlier changes of the row that the
    stand-in had from its source, as it had them.
    """

    entity: Entity
    entry: Row
    before: Row
    after: Row
    seen: frozenset[str]

    @property
    def change_id(self) -> str:
        """The change's id, by which it is known wherever it comes in."""
        return text_of(self.entry, "change_id")

    @property
    def row_id(self) -> str:
        """The row it is about."""
        return text_of(self.entry, "id")

    @property
    def changes(self) -> Row:
        """What it changed, `{field: [old, new]}`."""
        return mapping_of(self.entry, "changes")

    @property
    def parents(self) -> list[str]:
        """The changes it grew from."""
        return texts_of(self.entry, "parents")


def told_after(connection: sqlite3.Connection, seq: int, *, sourced: int) -> Row:
    """What a stand-in was told after the entry numbered `seq`, as JSON can hold it.

    `sourced` is the number of the newest entry that it had from its source. Returns `changes`,
    oldest first, each with its `entry` (as `State.entry`), `row` (as `State.row`) and `seen`; and
    `client_refs`, by which creates that are sent again are known.
    """
    states: list[State] = []
    while found := states_after(connection, states[-1].seq if states else seq, _BATCH):
        states += found
    graphs: dict[str, Graph] = {}
    changes: list[Value] = []
    for state in states:
        row_id = text_of(state.entry, "id")
        if row_id not in graphs:
            graphs[row_id] = graph_of(connection, state.entity, row_id)
        seen = _seen(connection, graphs[row_id], state, sourced)
        changes.append({"entry": state.entry, "row": state.row, "seen": [*seen]})
    ids: list[Value] = [*graphs]
    refs: list[Value] = [
        {"client_ref": client_ref, "entity": entity, "id": row_id, "request": request}
        for client_ref, entity, row_id, request in connection.execute(
            "SELECT client_ref, entity, entity_id, request FROM client_refs "
            "WHERE entity_id IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (to_json(ids),),
        )
    ]
    return {"changes": changes, **({"client_refs": refs} if refs else {})}


def _seen(connection: sqlite3.Connection, graph: Graph, state: State, sourced: int) -> list[str]:
    known = connection.execute(
        "SELECT change_id FROM history WHERE entity_id = ? AND entity = ? AND seq <= ? "
        "ORDER BY seq DESC LIMIT ?",
        (text_of(state.entry, "id"), state.entity.name, sourced, _SEEN),
    )
    had = ancestors(graph, text_of(state.entry, "change_id"))
    return [str(change_id) for (change_id,) in known if change_id in had]


def changes_in(told: Row) -> list[Journalled]:
    """The changes of one line of a journal, in their order.

    Raises:
        InvalidArguments: one is of an entity that only a newer tidelog knows, or is no change.
    """
    return [_change(each) for each in rows_of(told, "changes")]


def _change(told: Row) -> Journalled:
    entry, row = mapping_of(told, "entry"), mapping_of(told, "row")
    entity = ENTITIES.get(text_of(entry, "entity"))
    if entity is None:
        raise InvalidArguments(
            "journal",
            f"tells of a {text_of(entry, 'entity') or 'row'} this tidelog does not know",
            hint="a newer one takes it in",
        )
    whole = all(text_of(entry, name) for name in _SIGNED) and number_of(entry, "version") >= 1
    if not whole or row.get("id") != entry["id"] or row.get("change_id") != entry["change_id"]:
        raise InvalidArguments("journal", "holds a change that is not whole")
    after = off_the_wire(entity, row)
    entry = entry | {"changes": _known(entity, mapping_of(entry, "changes"))}
    before = row_before(after, mapping_of(entry, "changes"))
    return Journalled(entity, entry, before, after, frozenset(texts_of(told, "seen")))


def _known(entity: Entity, changes: Row) -> Row:
    """Changes by the names a row has them under here: unknown fields are kept in `extra`."""
    return {
        name if name.partition(".")[0] in entity.names else f"{EXTRA}.{name}": pair
        for name, pair in changes.items()
    }


def lacking(connection: sqlite3.Connection, changes: Sequence[Journalled]) -> list[Journalled]:
    """Those of the changes that are not in this history."""
    wanted: list[Value] = [change.change_id for change in changes]
    found = connection.execute(
        "SELECT change_id FROM history WHERE change_id IN (SELECT value FROM json_each(?))",
        (to_json(wanted),),
    )
    here = {str(change_id) for (change_id,) in found}
    return [change for change in changes if change.change_id not in here]
