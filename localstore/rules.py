"""The rules of the tree and of the blocking graph, as pure functions of what they are told."""

from collections.abc import Callable, Mapping, Sequence

from localstore.errors import CycleError, TooDeep

MAX_DEPTH = 5
"""Levels below a root."""

Successors = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""Given ids, the ids each of them blocks; ids that block nothing may be left out."""


def check_place(
    item: str, *, above: Sequence[str], below: Sequence[str], ref: Callable[[str], str]
) -> None:
    """Check that `item` may stand under the last of `above`.

    `above` is the new parent's path, root first, itself last; empty for a root. `below` is the
    longest way down from the item inside its own subtree, itself excluded. `ref` names ids in
    errors.

    Raises:
        CycleError: the item is among its own new ancestors.
        TooDeep: the deepest row of the subtree would be more than five levels below the root.
    """
    if item in above:
        circle = [*above[above.index(item) :], item]
        raise CycleError("parents", [ref(member) for member in circle])
    depth = len(above) + len(below)
    if depth > MAX_DEPTH:
        raise TooDeep([ref(member) for member in (*above, item, *below)], depth)


def blocking_path(start: str, goal: str, successors: Successors) -> list[str] | None:
    """The shortest way from `start` to `goal` along "blocks", both included, or None.

    Breadth first and a whole front at a time, so that a store answers each level with one query.
    """
    if start == goal:
        return [start]
    came_from: dict[str, str] = {start: start}
    front = [start]
    while front:
        following: list[str] = []
        for source, targets in successors(front).items():
            for target in targets:
                if target in came_from:
                    continue
                came_from[target] = source
                if target == goal:
                    return _walk_back(came_from, goal)
                following.append(target)
        front = following
    return None


def check_edge(
    blocker: str, blocked: str, successors: Successors, ref: Callable[[str], str]
) -> None:
    """Check that `blocker` may block `blocked`.

    Raises:
        CycleError: `blocked` already holds `blocker` back, directly or through others.
    """
    path = blocking_path(blocked, blocker, successors)
    if path is not None:
        raise CycleError("blockers", [ref(member) for member in (blocker, *path)])


def _walk_back(came_from: Mapping[str, str], goal: str) -> list[str]:
    path = [goal]
    while came_from[path[-1]] != path[-1]:
        path.append(came_from[path[-1]])
    return path[::-1]
