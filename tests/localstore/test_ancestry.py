"""Who had seen what, also in a history that no honest replica could have made."""

import pytest

from localstore.ancestry import Change, Graph, ancestors, first_parents, merge_bases, replay
from localstore.entities import WORK_ITEM
from localstore.rows.lineage import base_of


def grown(**parents: str) -> Graph:
    """Changes by name, each with the names of its parents; each gives the row its own name."""
    return {
        name: Change(tuple(told.split()), {"title": [None, name]}) for name, told in parents.items()
    }


def test_merge() -> None:
    """A merge has its first parent's line, and has seen both."""
    graph = grown(a="", b="a", c="a", m="c b")
    assert first_parents(graph, "m") == ["m", "c", "a"]
    assert ancestors(graph, "m") == {"a", "b", "c", "m"}
    assert merge_bases(graph, "b", "c") == ["a"]


@pytest.mark.parametrize(
    ("graph", "line"),
    [
        (grown(a="a"), ["a"]),
        (grown(a="b", b="a"), ["a", "b"]),
        (grown(a="b", b="c", c="d", d="b"), ["a", "b", "c", "d"]),
    ],
    ids=["itself", "each other", "further down"],
)
def test_changes_that_go_round(graph: Graph, line: list[str]) -> None:
    """A line of changes that comes back to itself ends there, whatever is asked of it, and the
    newest change still decides what the row holds."""
    assert first_parents(graph, "a") == line
    assert replay(graph, "a") == {"title": "a"}
    assert ancestors(graph, "a") == set(line)
    assert set(merge_bases(graph, "a", line[-1])) <= set(line)
    assert base_of(WORK_ITEM, graph, "a", line[-1]).keys() <= {"title"}
