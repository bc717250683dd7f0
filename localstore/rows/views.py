"""What callers see of a work item: a summary, the whole row, or the row in its tree."""

import sqlite3
from collections.abc import Mapping, Sequence

from localstore.entities import WORK_ITEM
from localstore.ids import short_ref
from localstore.rows.edges import Edge, edges_of, links, seen_from
from localstore.rows.lookup import ARCHIVE
from localstore.rows.tree import ancestor_ids, rows_anywhere, subtree
from localstore.validation import metadata_problem
from localstore.values import Row, Value, mapping_of, text_of, without_nulls
from localstore.writing import columns_of, public

SUMMARY = (
    "id",
    "ref",
    "item_type",
    "title",
    "status",
    "priority",
    "assignee",
    "labels",
    "parent_id",
    "version",
    "updated_at",
    "deleted_at",
)
DESCRIPTION_SHOWN = 1_000
DESCENDANTS_SHOWN = 200


def to_the_second(moment: Value) -> Value:
    """A stored moment without its fraction."""
    return f"{moment[:19]}Z" if isinstance(moment, str) else moment


def summary(row: Row, parent_ref: Value = None) -> Row:
    """A work item in short: what a list shows. Leaves out the id, nulls and empty labels."""
    return without_nulls(
        {
            "ref": short_ref(text_of(row, "ref")),
            "item_type": row.get("item_type"),
            "title": row.get("title"),
            "status": row.get("status"),
            "priority": row.get("priority"),
            "assignee": row.get("assignee"),
            "labels": row.get("labels"),
            "parent": short_ref(parent_ref) if isinstance(parent_ref, str) else None,
            "version": row.get("version"),
            "updated_at": to_the_second(row.get("updated_at")),
            "deleted_at": to_the_second(row.get("deleted_at")),
        }
    )


def written(connection: sqlite3.Connection, row: Row) -> Row:
    """What a write answers: the summary, with the id."""
    parent_id = text_of(row, "parent_id")
    parent = known_refs(connection, [parent_id]).get(parent_id) if parent_id else None
    return {"id": row["id"]} | summary(row, parent)


def full(row: Row, ancestors: Sequence[str]) -> Row:
    """A whole work item, with its path and depth; says so when stored metadata breaks a rule."""
    path = "/" + "/".join([*ancestors, text_of(row, "id")])
    shown = public(row) | {
        "ref": short_ref(text_of(row, "ref")),
        "path": path,
        "depth": len(ancestors),
    }
    problem = metadata_problem(text_of(row, "item_type"), mapping_of(row, "metadata"))
    return shown | ({"metadata_problem": problem} if problem else {})


def known_refs(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The shown refs of work items, active or archived, by id."""
    found = rows_anywhere(connection, ids, ["ref"])
    return {row_id: short_ref(text_of(row, "ref")) for row_id, row in found.items()}


def in_tree(
    connection: sqlite3.Connection, row: Row, *, whole: bool, max_depth: int, archived: bool = False
) -> Row:
    """The item with its ancestors (root first), children (nested) and dependencies.

    Each relative carries the refs it is linked to. Unless `whole`, the description is cut at 1,000
    characters and at most 200 descendants are shown, nearest first; each cut is in `truncated`.
    """
    row_id = text_of(row, "id")
    above = ancestor_ids(connection, row_id)
    if archived:
        below = subtree(connection, row_id, max_depth=max_depth, live=False, table=ARCHIVE)
    else:
        below = subtree(connection, row_id, max_depth=max_depth)
    cut: list[Value] = []
    if not whole and len(below) > DESCENDANTS_SHOWN:
        below, cut = below[:DESCENDANTS_SHOWN], ["children"]
    relatives = [*above, *(child for child, _, _ in below)]
    edges = edges_of(connection, [row_id, *relatives])
    wanted = columns_of(WORK_ITEM) if whole else SUMMARY
    rows = rows_anywhere(connection, relatives, wanted)
    others = _others(connection, edges, {row_id: row} | rows)
    linked = links(
        edges, {other: short_ref(text_of(found, "ref")) for other, found in others.items()}
    )
    shown = full(row, above)
    if not whole and len(text_of(row, "description")) > DESCRIPTION_SHOWN:
        shown["description"] = text_of(row, "description")[:DESCRIPTION_SHOWN] + "…"
        cut.append("description")
    shown["ancestors"] = [_relative(rows[up], linked, whole) for up in above if up in rows]
    shown["children"] = _nested(row_id, below, rows, linked=linked, whole=whole)
    shown["dependencies"] = [
        _dependency(kind, others[other])
        for kind, other in (seen_from(row_id, edge) for edge in edges if row_id in edge[:2])
        if other in others
    ]
    return shown | ({"truncated": cut} if cut else {})


def _others(
    connection: sqlite3.Connection, edges: Sequence[Edge], known: Mapping[str, Row]
) -> dict[str, Row]:
    """The rows at the far ends of the edges, known ones included."""
    ends = {end for edge in edges for end in edge[:2]} - known.keys()
    return dict(known) | rows_anywhere(connection, sorted(ends), ["ref", "title", "status"])


def _relative(row: Row, linked: Mapping[str, Row], whole: bool) -> Row:
    shown = public(row) if whole else summary(row)
    shown["ref"] = short_ref(text_of(row, "ref"))
    return shown | linked.get(text_of(row, "id"), {})


def _nested(
    top: str,
    below: Sequence[tuple[str, str, int]],
    rows: Mapping[str, Row],
    *,
    linked: Mapping[str, Row],
    whole: bool,
) -> list[Value]:
    children: dict[str, list[Value]] = {top: []}
    for child, parent, _ in below:
        shown = _relative(rows[child], linked, whole)
        siblings = children.setdefault(parent, [])
        siblings.append(shown)
        shown["children"] = children.setdefault(child, [])
    for siblings in children.values():
        for sibling in siblings:
            if isinstance(sibling, dict) and not sibling.get("children"):
                sibling.pop("children", None)
    return children[top]


def _dependency(kind: str, other: Row) -> Row:
    return {
        "dependency_type": kind,
        "ref": short_ref(text_of(other, "ref")),
        "title": other.get("title"),
        "status": other.get("status"),
    }
