"""Dependencies: one row an edge, whichever end it was told from."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import groupby

from localstore.entities import DEPENDENCY, WORK_ITEM
from localstore.errors import CycleError, InvalidArguments
from localstore.fields import DependencyType
from localstore.ids import named_id, short_ref
from localstore.rows.lookup import ARCHIVE, fetch, find, locate, ref_of
from localstore.rules import check_edge
from localstore.values import Row, text_of, texts_of, to_json, without_nulls
from localstore.writing import Stamp, insert, update

Edge = tuple[str, str, str]
"""(source id, target id, stored type); stored types are "blocks" and "related"."""


def canonical(source: str, target: str, dependency_type: DependencyType) -> Edge:
    """The one edge that a call means.

    "A depends_on B" is "B blocks A"; "related" has no direction.
    """
    if dependency_type == "depends_on":
        return target, source, "blocks"
    if dependency_type == "related":
        first, second = sorted((source, target))
        return first, second, "related"
    return source, target, "blocks"


def edge_id(edge: Edge) -> str:
    """The id every replica gives to that edge."""
    source, target, stored_type = edge
    return named_id("dependency", f"{stored_type}:{source}:{target}")


def set_edge(
    connection: sqlite3.Connection,
    source_key: str,
    target_key: str,
    dependency_type: DependencyType,
    *,
    stamp: Stamp,
    remove: bool,
) -> Row:
    """Draw or remove an edge; doing it twice is doing it once. Returns the edge as it was told.

    Raises:
        NotFound, InvalidArguments: an end is missing, deleted, or both are one item.
        CycleError: blockers would hold each other back. Nothing is written then.
    """
    source = _end(connection, source_key, "source_id", living=not remove)
    target = _end(connection, target_key, "target_id", living=not remove)
    if source["id"] == target["id"]:
        raise InvalidArguments("target_id", "must be another item than source_id")
    edge = canonical(text_of(source, "id"), text_of(target, "id"), dependency_type)
    stored = fetch(connection, DEPENDENCY, edge_id(edge))
    present = stored is not None and stored.get("deleted_at") is None
    if stored is not None:
        stored = set_stored(connection, stored, stamp, removed=remove)
    elif not remove:
        stored = _draw(connection, edge, stamp)
    return without_nulls(
        {
            "source": short_ref(text_of(source, "ref")),
            "target": short_ref(text_of(target, "ref")),
            "dependency_type": dependency_type,
            "removed": True if remove else None,
            "changed": present == remove,
            "version": stored["version"] if stored is not None else None,
        }
    )


def set_stored(connection: sqlite3.Connection, row: Row, stamp: Stamp, *, removed: bool) -> Row:
    """Remove an edge that is stored, or draw it again; return it as it is then.

    Raises:
        CycleError: blockers would hold each other back. Nothing is written then.
    """
    if removed == (row.get("deleted_at") is not None):
        return row
    if not removed:
        _check(connection, row)
    deleted_at = stamp.now if removed else None
    return update(connection, DEPENDENCY, row, {"deleted_at": deleted_at}, stamp=stamp)[0]


def closes_circle(connection: sqlite3.Connection, row: Row) -> bool:
    """Whether an edge, stored or not, lets blockers hold each other back."""
    try:
        _check(connection, row)
    except CycleError:
        return True
    return False


def _draw(connection: sqlite3.Connection, edge: Edge, stamp: Stamp) -> Row:
    source, target, stored_type = edge
    fields: Row = {
        "id": edge_id(edge),
        "source_id": source,
        "target_id": target,
        "dependency_type": stored_type,
    }
    _check(connection, fields)
    return insert(connection, DEPENDENCY, fields, stamp)


def _check(connection: sqlite3.Connection, row: Row) -> None:
    if row["dependency_type"] == "blocks":
        check_edge(
            text_of(row, "source_id"),
            text_of(row, "target_id"),
            lambda front: _blocked_by(connection, front),
            lambda member: ref_of(connection, member),
        )


def _end(connection: sqlite3.Connection, key: str, field: str, *, living: bool) -> Row:
    """One end of an edge; a new one needs a living row, an old one is removed wherever it leads."""
    found = locate(connection, WORK_ITEM, key, field=field)
    if not living and found is not None and found.table == ARCHIVE:
        return fetch(connection, WORK_ITEM, found.row_id, table=ARCHIVE) or {}
    row = find(connection, WORK_ITEM, key, field=field)
    if living and row.get("deleted_at") is not None:
        raise InvalidArguments(field, f"{short_ref(text_of(row, 'ref'))} is deleted")
    return row


def _blocked_by(connection: sqlite3.Connection, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    found = connection.execute(
        "SELECT source_id, target_id FROM dependencies WHERE deleted_at IS NULL "
        "AND dependency_type = 'blocks' AND source_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY source_id, target_id",
        (to_json(list(ids)),),
    )
    return {
        source: [target for _, target in pairs]
        for source, pairs in groupby(found.fetchall(), key=lambda pair: str(pair[0]))
    }


def edges_of(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Edge]:
    """The live edges that touch any of the rows."""
    wanted = to_json(list(ids))
    found = connection.execute(
        "SELECT source_id, target_id, dependency_type FROM dependencies WHERE deleted_at IS NULL "
        "AND source_id IN (SELECT value FROM json_each(:ids)) "
        "UNION SELECT source_id, target_id, dependency_type FROM dependencies "
        "WHERE deleted_at IS NULL AND target_id IN (SELECT value FROM json_each(:ids)) "
        "ORDER BY 3, 1, 2",
        {"ids": wanted},
    )
    return [(str(source), str(target), str(kind)) for source, target, kind in found]


def seen_from(row_id: str, edge: Edge) -> tuple[str, str]:
    """An edge from one of its ends: the type as that end would tell it, and the other end."""
    source, target, stored_type = edge
    if stored_type == "related":
        return "related", target if source == row_id else source
    return ("blocks", target) if source == row_id else ("depends_on", source)


def links(edges: Sequence[Edge], refs: Mapping[str, str]) -> dict[str, Row]:
    """For each end of the edges the refs it is linked to, by dependency type as it would tell."""
    linked: dict[str, Row] = {}
    for edge in edges:
        for end in edge[:2]:
            kind, other = seen_from(end, edge)
            told = linked.setdefault(end, {})
            told[kind] = [*texts_of(told, kind), refs.get(other, other)]
    return linked
