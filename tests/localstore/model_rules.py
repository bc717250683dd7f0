"""What may be done to the model, and what is refused: the rules of the store in plain words."""

from dataclasses import replace

from localstore.values import Row, text_of
from tests.localstore.model import CLOSED, Board, Edge, Item

DEEPEST = 5


class Refused(Exception):
    """The rules forbid it; `code` is the error the store should answer with."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Model(Board):
    """A board that is changed by the same calls as the store."""

    def copy(self) -> "Model":
        """The same, to try something out on."""
        items = {key: replace(item) for key, item in self.items.items()}
        edges = {ends: replace(edge) for ends, edge in self.edges.items()}
        return Model(items, edges, self.changes, self.now)

    def name(self, placeholder: str, item_id: str) -> None:
        """Give a new item the id that the store gave it."""
        if placeholder in self.items:
            item = self.items.pop(placeholder)
            item.id = item_id
            self.items[item_id] = item
            for child in self.items.values():
                child.parent = item_id if child.parent == placeholder else child.parent

    def create(self, item: Item) -> None:
        """A new item, which happens now."""
        item.created = item.updated = self.now
        if item.parent:
            self._expect_parent(item.parent)
            if len(self.path(self.items[item.parent])) > DEEPEST:
                raise Refused("too_deep")
        self.items[item.id] = item
        self.changes += 1

    def update(self, shown: Row, **fields: object) -> None:
        """Plain fields of an item; what changes nothing counts for nothing."""
        self._change(self._current(shown), **fields)

    def move(self, shown: Row, parent: str) -> None:
        """Another parent, or none."""
        item = self._current(shown)
        if parent:
            self._expect_parent(parent)
            above = self.path(self.items[parent])
            if parent != item.parent and item in above:
                raise Refused("cycle")
            if parent != item.parent and len(above) + self.height(item) > DEEPEST:
                raise Refused("too_deep")
        self._change(item, parent=parent)

    def delete(self, shown: Row, *, cascade: bool) -> None:
        """An item, with `cascade` all that lives below it."""
        item = self._current(shown)
        below = [each for each in self.below(item) if not each.deleted and not each.archived]
        if below and not cascade:
            raise Refused("invalid_arguments")
        for each in [item, *below]:
            self._change(each, deleted=self.now)

    def revive(self, shown: Row, *, cascade: bool) -> None:
        """A deleted item, with `cascade` what was deleted with it."""
        item = self._current(shown, deleted=True)
        if item.deleted and item.parent and self.items[item.parent].deleted:
            raise Refused("invalid_arguments")
        for each in self.below(item) if cascade else []:
            if each.deleted and each.deleted == item.deleted and not each.archived:
                self._change(each, deleted=0)
        self._change(item, deleted=0)

    def link(self, blocker: str, blocked: str, *, remove: bool) -> None:
        """An edge that says that one item blocks another."""
        ends = [self.items[blocker], self.items[blocked]]
        for end in ends:
            if end.archived and not remove:
                raise Refused("not_found")
            if end.deleted and not remove:
                raise Refused("invalid_arguments")
        if blocker == blocked:
            raise Refused("invalid_arguments")
        edge = self.edges.get((blocker, blocked))
        if (edge is not None and edge.live) != remove:
            return
        if not remove and blocker in self.blocked_by(blocked):
            raise Refused("cycle")
        if edge is None:
            self.edges[blocker, blocked] = Edge()
        else:
            edge.version, edge.live = edge.version + 1, not remove
        self.changes += 1

    def archive(self) -> int:
        """All closed subtrees, of any age; how many items moved."""
        over = {item.id: item.deleted or item.status in CLOSED for item in self.active()}
        moved = [
            item
            for item in self.active()
            if all(over[each.id] for each in [item, *self.below(item)] if not each.archived)
        ]
        for item in moved:
            self._change(item, archived=True)
        return len(moved)

    def restore(self, key: str) -> int:
        """An archived item with its archived ancestors and subtree; how many items moved."""
        if not self.items[key].archived:
            raise Refused("not_found")
        moved = [each for each in self.path(self.items[key]) if each.archived]
        moved += self._restored_below(self.items[key])
        if any(
            not each.deleted and each.parent and self.items[each.parent].deleted for each in moved
        ):
            raise Refused("invalid_arguments")
        for each in moved:
            self._change(each, archived=False)
        return len(moved)

    def _restored_below(self, item: Item) -> list[Item]:
        found: list[Item] = []
        for child in self.children(item):
            if child.archived and (child.deleted or not item.deleted):
                found += [child, *self._restored_below(child)]
        return found

    def _expect_parent(self, key: str) -> None:
        if self.items[key].archived:
            raise Refused("not_found")
        if self.items[key].deleted:
            raise Refused("invalid_arguments")

    def _current(self, shown: Row, *, deleted: bool = False) -> Item:
        item = self.items[text_of(shown, "id")]
        if item.archived:
            raise Refused("not_found")
        if item.version != shown["version"]:
            raise Refused("version_conflict")
        if item.deleted and not deleted:
            raise Refused("invalid_arguments")
        return item

    def _change(self, item: Item, **fields: object) -> None:
        if all(getattr(item, name) == value for name, value in fields.items()):
            return
        for name, value in fields.items():
            setattr(item, name, value)
        item.version += 1
        item.updated = self.now
        self.changes += 1
