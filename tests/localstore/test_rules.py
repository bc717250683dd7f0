"""The rules of tree and blockers, against brute force over small random trees and graphs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import CycleError, TooDeep
from localstore.rules import MAX_DEPTH, blocking_path, check_edge, check_place

NODES = "abcdef"
Graph = Mapping[str, Sequence[str]]
GRAPHS: st.SearchStrategy[Graph] = st.dictionaries(
    st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=3)
)
NODE = st.sampled_from(NODES)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str | None]:
    """A random forest of up to a dozen nodes, as each node's parent; depth does not matter here."""
    parents: dict[str, str | None] = {}
    for number in range(draw(st.integers(1, 12))):
        choices: list[str | None] = [None, *parents]
        # Later nodes are likelier parents, so that deep trees come up.
        parents[f"n{number}"] = draw(st.sampled_from([*choices, *choices[-3:]]))
    return parents


def path_to(tree: Mapping[str, str | None], node: str | None) -> list[str]:
    """The nodes from the root down to `node`, itself last."""
    path: list[str] = []
    while node is not None and node not in path:
        path.insert(0, node)
        node = tree[node]
    return path


def below(tree: Mapping[str, str | None], node: str) -> list[str]:
    """The longest way down from a node, itself excluded."""
    ways = [path_to(tree, each) for each in tree]
    return max((way[way.index(node) + 1 :] for way in ways if node in way), key=len)


def ref(node: str) -> str:
    """How errors show a node."""
    return node.upper()


def successors_in(graph: Graph, front: Sequence[str]) -> Graph:
    """What each of a front's nodes blocks."""
    return {node: graph[node] for node in front if node in graph}


def every_path(graph: Graph, start: str, goal: str) -> list[list[str]]:
    """Every way from start to goal, found by trying all orders of all nodes in between."""
    found = []
    inner = [node for node in NODES if node not in (start, goal)]
    for length in range(len(inner) + 1):
        for middle in permutations(inner, length):
            way = [start, *middle, goal]
            if all(step in graph.get(node, ()) for node, step in pairwise(way)):
                found.append(way)
    return found


def refusal_to_place(tree: Mapping[str, str | None], item: str, parent: str) -> Exception | None:
    """How it is refused that an item of a tree moves under another one; None when it is not."""
    try:
        check_place(item, above=path_to(tree, parent), below=below(tree, item), ref=ref)
    except (CycleError, TooDeep) as refusal:
        return refusal
    return None


def refusal_of_edge(graph: Graph, blocker: str, blocked: str) -> CycleError | None:
    """How an edge is refused; None when it is not."""
    try:
        check_edge(blocker, blocked, lambda front: successors_in(graph, front), ref)
    except CycleError as refusal:
        return refusal
    return None


@given(tree=trees(), choice=st.randoms(use_true_random=False))
def test_a_move_is_refused_when_its_outcome_is_wrong(
    tree: dict[str, str | None], choice: Random
) -> None:
    """A move is refused as a cycle or as too deep exactly when the moved tree would be so."""
    item, parent = choice.choice([*tree]), choice.choice([*tree])
    moved = tree | {item: parent}
    runs_round = item in path_to(tree, parent)
    depths = [len(path_to(moved, node)) - 1 for node in [item, *below(tree, item)]]
    outcome = refusal_to_place(tree, item, parent)
    assert isinstance(outcome, CycleError) == runs_round
    assert isinstance(outcome, TooDeep) == (not runs_round and max(depths) > MAX_DEPTH)


@given(tree=trees(), choice=st.randoms(use_true_random=False))
def test_a_refused_move_shows_its_path(tree: dict[str, str | None], choice: Random) -> None:
    """A cycle's path follows parents back to its start; one too deep runs from root to leaf."""
    item, parent = choice.choice([*tree]), choice.choice([*tree])
    above = [ref(node) for node in path_to(tree, parent)]
    match refusal_to_place(tree, item, parent):
        case CycleError(path=path):
            assert path[0] == path[-1] == ref(item)
            assert path[:-1] == above[1 - len(path) :]
        case TooDeep(path=path, depth=depth):
            assert len(path) == depth + 1
            assert path[: len(above) + 1] == [*above, ref(item)]


@pytest.mark.parametrize(("levels", "below_it"), [(5, 0), (0, 5), (3, 2)])
def test_five_levels_below_a_root_are_allowed(levels: int, below_it: int) -> None:
    """The deepest row may be five levels below its root, wherever the moved item is."""
    check_place("x", above=list("abcde")[:levels], below=list("vwxyz")[:below_it], ref=ref)


@pytest.mark.parametrize(("levels", "below_it"), [(6, 0), (1, 5), (3, 3)])
def test_six_levels_are_too_deep(levels: int, below_it: int) -> None:
    """One level more is refused, and the refusal says which level it would be."""
    with pytest.raises(TooDeep) as caught:
        check_place("x", above=list("abcdef")[:levels], below=list("vwyzt")[:below_it], ref=ref)
    assert caught.value.depth == 6
    assert len(caught.value.path) == 7


@given(graph=GRAPHS, start=NODE, goal=NODE)
def test_blocking_path_is_a_shortest_one(graph: Graph, start: str, goal: str) -> None:
    """The path found is a shortest of all there are; none is found when there is none."""
    found = blocking_path(start, goal, lambda front: successors_in(graph, front))
    every = [[start]] if start == goal else every_path(graph, start, goal)
    if every:
        assert found in every
        assert len(found) == min(map(len, every))
    else:
        assert found is None


@given(edges=st.lists(st.tuples(NODE, NODE), max_size=12))
def test_checked_edges_never_close_a_circle(edges: list[tuple[str, str]]) -> None:
    """However edges are tried, those let in leave no node with a way back to itself."""
    graph: dict[str, list[str]] = {}
    for blocker, blocked in edges:
        refusal = refusal_of_edge(graph, blocker, blocked)
        if refusal is None:
            graph.setdefault(blocker, []).append(blocked)
        else:
            assert blocker == blocked or every_path(graph, blocked, blocker)
            assert refusal.path[0] == refusal.path[-1] == ref(blocker)
    for node in NODES:
        for following in graph.get(node, ()):
            assert not every_path(graph, following, node)


def test_each_front_is_asked_for_once() -> None:
    """A store answers each level of the graph with one query, and no node twice."""
    asked: list[list[str]] = []
    graph = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["a"]}

    def successors(front: Sequence[str]) -> Graph:
        asked.append([*front])
        return successors_in(graph, front)

    assert blocking_path("a", "z", successors) is None
    assert asked == [["a"], ["b", "c"], ["d"]]
