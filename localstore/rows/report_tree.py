"""The order of a tree as people read it: each item before what is below it. Pure."""

from collections.abc import Mapping

from localstore.values import Row, text_of


def in_tree_order(rows: Mapping[str, Row], above: Mapping[str, Row]) -> list[Row]:
    """The rows, each followed by those below it, the oldest first among those of one parent.

    Rows and what stands `above` them are given by id, with their `parent_id`. A row stands below
    its nearest ancestor among the rows, or at the top. Each row comes once, whatever the parents.
    """
    below: dict[str, list[str]] = {}
    for row_id in sorted(rows, key=lambda each: (text_of(rows[each], "created_at"), each)):
        below.setdefault(_nearest(row_id, rows, above), []).append(row_id)
    ordered: dict[str, Row] = {}
    _follow("", below, rows, ordered)
    for row_id in rows:  # parents that run in a circle are below nothing
        if row_id not in ordered:
            ordered[row_id] = rows[row_id]
            _follow(row_id, below, rows, ordered)
    return list(ordered.values())


def _nearest(row_id: str, rows: Mapping[str, Row], above: Mapping[str, Row]) -> str:
    """The id of the nearest ancestor among the rows; empty when there is none."""
    passed = {row_id}
    parent = text_of(rows[row_id], "parent_id")
    while parent in above and parent not in passed:
        passed.add(parent)
        parent = text_of(above[parent], "parent_id")
    return parent if parent in rows else ""


def _follow(
    top: str, below: Mapping[str, list[str]], rows: Mapping[str, Row], ordered: dict[str, Row]
) -> None:
    waiting = below.get(top, [])[::-1]
    while waiting:
        row_id = waiting.pop()
        if row_id not in ordered:
            ordered[row_id] = rows[row_id]
            waiting += below.get(row_id, [])[::-1]
