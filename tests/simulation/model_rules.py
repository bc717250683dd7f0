"""What no replica can judge alone, told in plain loops over all rows of a project."""

from collections.abc import Mapping
from dataclasses import dataclass

from localstore.entities import CONFLICT, DEPENDENCY, ENTITIES, VENDOR, WORK_ITEM
from localstore.exchange import Name
from localstore.ids import name_key
from localstore.rules import MAX_DEPTH
from localstore.values import Row, text_of

MANY = 64


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the hub: flat and null-free, where in the order it was last changed, and, for a
    vendor, the key of its name."""

    row: Row
    seq: int
    name_key: str = ""


Table = dict[str, Held]
Tables = dict[str, Table]
"""The rows of one project, by entity and id."""


def empty_tables() -> Tables:
    """No rows at all."""
    return {name: {} for name in ENTITIES}


def broken_rule(tables: Tables, entity: str, row_id: str, old: Held | None) -> str:
    """The first rule that the row breaks as it stands in `tables`, where `old` is what it was; none
    is an empty text."""
    if entity == WORK_ITEM.name:
        return _of_item(tables[entity], row_id, old)
    if entity == DEPENDENCY.name:
        return _of_edge(tables[entity], row_id, old)
    if entity == VENDOR.name:
        return _of_vendor(tables[entity], row_id, old)
    return ""


def ancestors_of(items: Mapping[str, Held], row_id: str) -> list[str]:
    """The ids above an item, nearest first; as many as `MANY` when they run in a circle."""
    above: list[str] = []
    at = text_of(items[row_id].row, "parent_id")
    while at and at in items and len(above) < MANY:
        above.append(at)
        at = text_of(items[at].row, "parent_id")
    return above


def height_of(items: Mapping[str, Held], row_id: str) -> int:
    """How many levels hang below an item, deleted ones included."""
    front, height = {row_id}, 0
    while height < MANY:
        front = {each for each, held in items.items() if held.row.get("parent_id") in front}
        if not front:
            break
        height += 1
    return height


def blocks_itself(edges: Mapping[str, Held], source: str, target: str) -> bool:
    """Whether live blocking edges lead from `target` to `source`."""
    following: dict[str, list[str]] = {}
    for held in edges.values():
        if is_blocking(held.row):
            first = text_of(held.row, "source_id")
            following.setdefault(first, []).append(text_of(held.row, "target_id"))
    reached: set[str] = set()
    front = [target]
    while front:
        each = front.pop()
        if each == source:
            return True
        if each not in reached:
            reached.add(each)
            front += following.get(each, [])
    return False


def is_blocking(edge: Row) -> bool:
    """Whether an edge holds its target back."""
    return edge.get("dependency_type") == "blocks" and is_live(edge)


def is_live(row: Row) -> bool:
    """Whether a row is not deleted."""
    return row.get("deleted_at") is None


def take_purgeable(tables: Tables, upto: int) -> list[Held]:
    """Take out the tombstones numbered `upto` or lower that no other row needs; return them."""
    open_ones = [h.row for h in tables[CONFLICT.name].values() if h.row.get("status") == "open"]
    disputed = {Name(text_of(row, "entity"), text_of(row, "entity_id")) for row in open_ones}
    taken: list[Held] = []
    while True:
        edges, items = tables[DEPENDENCY.name].values(), tables[WORK_ITEM.name].values()
        needed = {each.row.get(end) for each in edges for end in ("source_id", "target_id")}
        needed |= {each.row.get("parent_id") for each in items}
        going = [
            Name(entity.name, row_id)
            for entity in (DEPENDENCY, WORK_ITEM)
            for row_id, held in tables[entity.name].items()
            if not is_live(held.row)
            and held.seq <= upto
            and row_id not in needed
            and Name(entity.name, row_id) not in disputed
        ]
        if not going:
            return taken
        taken += [tables[name.entity].pop(name.row_id) for name in going]


def _of_item(items: Table, row_id: str, old: Held | None) -> str:
    row = items[row_id].row
    parent_id = row.get("parent_id")
    moved = old is None or old.row.get("parent_id") != parent_id
    came_back = old is not None and not is_live(old.row) and is_live(row)
    if isinstance(parent_id, str) and (moved or came_back):
        parent = items.get(parent_id)
        if parent is None:
            return "parent_missing"
        if is_live(row) and not is_live(parent.row):
            return "parent_deleted"
    if parent_id is not None and moved:
        above = ancestors_of(items, row_id)
        if row_id in above or len(above) == MANY:
            return "cycle"
        if len(above) + height_of(items, row_id) > MAX_DEPTH:
            return "too_deep"
    if old is not None and is_live(old.row) and not is_live(row):
        below = (held.row for held in items.values() if held.row.get("parent_id") == row_id)
        if any(is_live(child) for child in below):
            return "live_children"
    return ""


def _of_edge(edges: Table, row_id: str, old: Held | None) -> str:
    row = edges[row_id].row
    drawn = old is None or not is_live(old.row)
    ends = text_of(row, "source_id"), text_of(row, "target_id")
    return "blocker_cycle" if drawn and is_blocking(row) and blocks_itself(edges, *ends) else ""


def _of_vendor(vendors: Table, row_id: str, old: Held | None) -> str:
    key = vendors[row_id].name_key
    if old is not None and old.name_key == key:
        return ""
    taken = any(held.name_key == key for other, held in vendors.items() if other != row_id)
    return "name_taken" if taken else ""


def findings(tables: Tables) -> list[str]:
    """What is wrong with a project's rows taken together; nothing, at any time."""
    items, edges = tables[WORK_ITEM.name], tables[DEPENDENCY.name]
    found: list[str] = []
    for row_id, held in items.items():
        parent_id = held.row.get("parent_id")
        if not isinstance(parent_id, str):
            continue
        if parent_id not in items:
            found.append(f"item {row_id} hangs under {parent_id}, which is not there")
        elif is_live(held.row) and not is_live(items[parent_id].row):
            found.append(f"living item {row_id} hangs under deleted {parent_id}")
        if len(ancestors_of(items, row_id)) > MAX_DEPTH:
            found.append(f"item {row_id} is too deep, or above itself")
    for row_id, held in edges.items():
        if is_blocking(held.row):
            ends = text_of(held.row, "source_id"), text_of(held.row, "target_id")
            if blocks_itself(edges, *ends):
                found.append(f"edge {row_id} closes a circle of blockers")
    keys = [name_key(text_of(held.row, "name")) for held in tables[VENDOR.name].values()]
    found += [f"two vendors are named {key}" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    return found
