"""Which work item stands below which: by nesting, or by the title of a parent."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gitlayer.legacy.entries import Entry
from localstore.ids import name_key, named_id
from localstore.rules import MAX_DEPTH
from localstore.values import text_of


@dataclass(slots=True)
class Placed:
    """A work item with its id and that of its parent."""

    entry: Entry
    row_id: str = ""
    parent_id: str | None = None


def place(entries: Sequence[Entry]) -> list[Placed]:
    """Each work item with its place, parents before children.

    A parent named by title is the nearest one above of that title, else the first below. A parent
    that is not found, that would close a circle, or is too deep, is kept as written. Ids come from
    the titles on the way down and, among equals, from the order.
    """
    parents = _parents(entries)
    children: dict[int | None, list[int]] = {}
    for index in range(len(entries)):
        if _circles(index, parents):
            entries[index].keep("parent", _written(entries[index]), "would close a circle")
            parents[index] = None
    for index, parent in enumerate(parents):
        children.setdefault(parent, []).append(index)
    placed: list[Placed] = []
    times: Counter[str] = Counter()
    ways: list[tuple[int, list[str], str]] = []
    ways += [(index, [], "") for index in reversed(children.get(None, []))]
    while ways:
        index, above, path = ways.pop()
        entry = entries[index]
        if len(above) > MAX_DEPTH:
            entry.keep("parent", _written(entry), f"is {MAX_DEPTH} levels deep; one above it is")
            above = above[:MAX_DEPTH]
        path = f"{path}/{name_key(entry.title)}"
        times[path] += 1
        row_id = named_id("import", f"work_item:{path}#{times[path]}")
        placed.append(Placed(entry, row_id, above[-1] if above else None))
        below = [(child, [*above, row_id], path) for child in children.get(index, [])]
        ways += reversed(below)
    return placed


def _written(entry: Entry) -> str:
    return text_of(entry.told, "parent") or (entry.above.title if entry.above else "")


def _parents(entries: Sequence[Entry]) -> list[int | None]:
    """The index of each item's parent; a title that no item has is kept as written."""
    places = {id(entry): index for index, entry in enumerate(entries)}
    titled: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        for title in {entry.title, text_of(entry.legacy, "title")} - {""}:
            titled.setdefault(name_key(title), []).append(index)
    parents: list[int | None] = []
    for index, entry in enumerate(entries):
        wanted = text_of(entry.told, "parent")
        if not wanted:
            parents.append(places.get(id(entry.above)) if entry.above else None)
            continue
        same = titled.get(name_key(wanted.strip("`#* ")), [])
        above = bisect_left(same, index) - 1
        others = same[above : above + 1] if above >= 0 else [each for each in same if each > index]
        if not others:
            entry.keep("parent", wanted, "is not the title of any item here")
        parents.append(others[0] if others else None)
    return parents


def _circles(index: int, parents: Sequence[int | None]) -> bool:
    seen = {index}
    above = parents[index]
    while above is not None and above not in seen:
        seen.add(above)
        above = parents[above]
    return above is not None and above == index
