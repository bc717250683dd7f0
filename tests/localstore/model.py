"""The store told again in plain dictionaries and loops: what there is, and what follows from it.

Written from the specification, not from the code: every derived fact (depth, ready, counts) is
worked out anew from the items and edges whenever somebody asks. `model_rules` changes it.
"""

from dataclasses import dataclass, field

CLOSED = ("completed", "cancelled")
OPEN = ("planned", "active")


@dataclass
class Item:
    """One work item; `deleted` is the number of the write that deleted it, 0 while it lives."""

    id: str
    title: str
    kind: str = "task"
    created: int = 0
    updated: int = 0
    status: str = "active"
    priority: str = "P2"
    assignee: str = ""
    labels: tuple[str, ...] = ()
    parent: str = ""
    version: int = 1
    deleted: int = 0
    archived: bool = False


@dataclass
class Edge:
    """One edge between two items."""

    version: int = 1
    live: bool = True


@dataclass
class Board:
    """Every item and edge there ever was, and how many changes they have been through."""

    items: dict[str, Item] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    changes: int = 0
    now: int = 0

    def path(self, item: Item) -> list[Item]:
        """The items from the root down to `item`, itself last."""
        path = [item]
        while path[0].parent:
            path.insert(0, self.items[path[0].parent])
        return path

    def children(self, item: Item) -> list[Item]:
        """What hangs directly under an item, archived and deleted ones too, oldest first."""
        found = [each for each in self.items.values() if each.parent == item.id]
        return sorted(found, key=lambda each: (each.created, each.id))

    def below(self, item: Item) -> list[Item]:
        """Everything under an item at any depth."""
        found: list[Item] = []
        for child in self.children(item):
            found += [child, *self.below(child)]
        return found

    def height(self, item: Item) -> int:
        """How many levels hang under an item, deleted and archived rows among them."""
        return max((1 + self.height(each) for each in self.children(item)), default=0)

    def active(self) -> list[Item]:
        """The items that are not in the archive."""
        return [item for item in self.items.values() if not item.archived]

    def live(self) -> list[Item]:
        """The items that default views show, the newest change first."""
        found = [item for item in self.active() if not item.deleted]
        return sorted(found, key=lambda item: (item.updated, item.id), reverse=True)

    def holds(self, blocker: Item) -> bool:
        """Whether an item holds back what it blocks."""
        return blocker.status != "completed" and not blocker.deleted

    def ready(self) -> list[Item]:
        """What can be started now, by priority, then age."""
        held = {b for (a, b), edge in self.edges.items() if edge.live and self.holds(self.items[a])}
        found = [item for item in self.live() if item.status in OPEN and item.id not in held]
        return sorted(found, key=lambda item: (item.priority, item.created, item.id))

    def blocked_by(self, start: str) -> set[str]:
        """Everything that an item holds back, directly or through others."""
        found: set[str] = set()
        front = [start]
        while front:
            source = front.pop()
            for (one, other), edge in self.edges.items():
                if one == source and edge.live and other not in found:
                    found.add(other)
                    front.append(other)
        return found
