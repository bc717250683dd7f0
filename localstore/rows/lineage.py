"""One row's history as a graph, and who in it wrote a value."""

import sqlite3
from itertools import pairwise

from localstore.ancestry import Change, Graph, ancestors, merge_bases, replay
from localstore.entities import Entity, Kind
from localstore.merge import merge_rows
from localstore.rows.origins import Author, authors
from localstore.values import Row, from_json, mapping_of, without_nulls


def graph_of(connection: sqlite3.Connection, entity: Entity, row_id: str) -> Graph:
    """The history of a row, oldest first in this file's order."""
    found = connection.execute(
        "SELECT change_id, parents, changes FROM history WHERE entity_id = ? AND entity = ? "
        "ORDER BY seq",
        (row_id, entity.name),
    )
    graph: dict[str, Change] = {}
    for change_id, parents, changes in found:
        told = from_json(changes)
        grown_from = from_json(parents) if parents else []
        graph[str(change_id)] = Change(
            tuple(map(str, grown_from if isinstance(grown_from, list) else [])),
            told if isinstance(told, dict) else {},
        )
    return graph


def base_of(entity: Entity, graph: Graph, remote: str, local: str) -> Row:
    """What both sides of a merge started from: the state at their newest common ancestor.

    Several are merged with one another first, as git's recursive strategy does; and of a field to
    which one side wrote nothing that the other had not seen, that side's value is the base: earlier
    merges chose it, and whoever wrote on has been told. With no common ancestor the two sides were
    made apart, and both began from nothing.
    """
    bases = merge_bases(graph, remote, local)
    state = replay(graph, bases[0]) if bases else {}
    for before, each in pairwise(bases):
        common = base_of(entity, graph, before, each)
        state, _ = merge_rows(entity, common, replay(graph, each), state)
    for side, other in ((remote, local), (local, remote)) if bases else ():
        state = _with_old_news(entity, graph, state, side, unseen_by=other)
    return state


def _with_old_news(entity: Entity, graph: Graph, base: Row, side: str, *, unseen_by: str) -> Row:
    """The base with the side's value wherever the side wrote nothing unseen by the other."""
    apart = ancestors(graph, side) - ancestors(graph, unseen_by)
    people = [graph[each].changes for each in apart if len(graph[each].parents) < 2]
    written = {name for changes in people for name in changes}
    here, known = replay(graph, side), dict(base)
    for field in entity.fields:
        if field.kind is Kind.MAP:
            old, new = mapping_of(base, field.name), mapping_of(here, field.name)
            told: Row = {}
            for key in old.keys() | new.keys():
                is_written = not written.isdisjoint((field.name, f"{field.name}.{key}"))
                told[key] = (old if is_written else new).get(key)
            known[field.name] = without_nulls(told) or None
        elif field.name not in written:
            known[field.name] = here.get(field.name)
    return without_nulls(known)


def writer_of(
    connection: sqlite3.Connection, graph: Graph, field: str, *, at: str, unseen_by: str
) -> Author | None:
    """Who wrote what `field` holds at a change, of those whom another change had not seen."""
    apart = ancestors(graph, at) - ancestors(graph, unseen_by)
    newest_first = [each for each in reversed(list(graph)) if each in apart]
    touching = [each for each in newest_first if _touches(graph[each].changes, field)]
    people = [each for each in touching if len(graph[each].parents) < 2]
    chosen = next(iter([*people, *touching, at]))
    return authors(connection, [chosen]).get(chosen)


def _touches(changes: object, field: str) -> bool:
    return isinstance(changes, dict) and (
        field in changes or any(name.startswith(field + ".") for name in changes)
    )
