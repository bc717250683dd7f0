"""Who had seen what: the history of one row as a graph, in which a merge has two parents.

The state at a change is reached forwards, from the row's creation along first parents, as git's
`log --first-parent` walks; the merge base is git's: the newest common ancestors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localstore.values import Row, Value, mapping_of


@dataclass(frozen=True, slots=True)
class Change:
    """One history entry: the changes it grew from, and what it changed of the first one's state.

    `changes` is `{field: [old, new]}`, a mapping's keys as `field.key`.
    """

    parents: tuple[str, ...]
    changes: Mapping[str, Value]


Graph = Mapping[str, Change]
"""One row's history, by change id. A parent that is not in it is taken for the beginning."""


def ancestors(graph: Graph, change_id: str) -> set[str]:
    """The change itself, and every change it had seen."""
    seen: set[str] = set()
    waiting = [change_id]
    while waiting:
        each = waiting.pop()
        if each in graph and each not in seen:
            seen.add(each)
            waiting += graph[each].parents
    return seen


def merge_bases(graph: Graph, first: str, second: str) -> list[str]:
    """The newest changes that both had seen; those on the first's own line come first."""
    common = ancestors(graph, first) & ancestors(graph, second)
    older: set[str] = set()
    for each in common:
        older.update(*(ancestors(graph, parent) for parent in graph[each].parents))
    line = first_parents(graph, first)
    places = {each: place for place, each in enumerate(line)}
    return sorted(common - older, key=lambda each: (places.get(each, len(line)), each))


def first_parents(graph: Graph, change_id: str) -> list[str]:
    """The change and its first parents, newest first.

    Changes that are their own first ancestors, as only a damaged or dishonest hub can send them,
    end where they would come round again: that change is taken for one that grew from the
    beginning.
    """
    line: dict[str, None] = {}
    at: str | None = change_id
    while at is not None and at in graph and at not in line:
        line[at] = None
        parents = graph[at].parents
        at = parents[0] if parents else None
    return [*line]


def replay(graph: Graph, change_id: str) -> Row:
    """The fields of the row as that change left them, null-free."""
    row: Row = {}
    for each in reversed(first_parents(graph, change_id)):
        apply_changes(row, graph[each].changes)
    return row


def apply_changes(row: Row, changes: Mapping[str, Value]) -> None:
    """Take `row` on by the new values of some changes; a null, and a mapping left empty, goes."""
    for name, pair in changes.items():
        new = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
        field, dot, key = name.partition(".")
        if dot:
            _put(row, field, _with_key(mapping_of(row, field), key, new) or None)
        else:
            _put(row, field, new)


def is_line(parents: Sequence[Sequence[str]], change_ids: Sequence[str]) -> bool:
    """Whether each change of a history, oldest first, grew from the one before it alone."""
    before: Sequence[str] = ()
    for change_id, grown_from in zip(change_ids, parents, strict=True):
        if tuple(grown_from) != tuple(before):
            return False
        before = (change_id,)
    return True


def _with_key(mapping: Row, key: str, value: Value) -> Row:
    rest = {name: member for name, member in mapping.items() if name != key}
    return rest if value is None else rest | {key: value}


def _put(row: Row, name: str, value: Value) -> None:
    if value is None:
        row.pop(name, None)
    else:
        row[name] = value
