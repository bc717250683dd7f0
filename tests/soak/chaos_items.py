"""Writes to work items through a server: few items, so that everybody meets on them."""

from collections.abc import Callable
from random import Random

from localstore.fields import DependencyType
from localstore.rows.edges import canonical, edge_id
from localstore.values import Row, Value, number_of, rows_of, text_of, texts_of
from tests.soak.chaos_book import Book, Call, Nothing, Refused, Write

STATUSES = ("planned", "active", "blocked", "completed", "cancelled")
KEYS = ("alpha", "beta", "gamma")
AT_HAND = 10
"""So many of the newest items are worked on: more would meet less often."""


class ItemWriter:
    """What one client does to work items; its server may die at any call."""

    def __init__(self, who: str, dice: Random, book: Book) -> None:
        self.who = who
        self.dice = dice
        self.book = book
        self._words: list[str] = []
        self._unanswered: Row = {}
        self._items: list[Row] = []
        self._call: Call

    def mint(self) -> str:
        """A word that nobody wrote before."""
        self.book.minted += 1
        self._words.append(f"q{self.book.minted}z")
        return self._words[-1]

    def told(self, row: Row) -> None:
        """Remember a write that was acknowledged, unless it changed nothing."""
        if row.get("changed") not in ([], False):
            written = Write(
                self.who, text_of(row, "id"), number_of(row, "version"), tuple(self._words)
            )
            self.book.writes.append(written)

    async def create(self) -> None:
        """A new item, perhaps below another."""
        title = self.mint()
        arguments: Row = {
            "item_type": "task",
            "title": title,
            "client_ref": title,
            "description": "\n".join(f"- {self.mint()}" for _ in range(3)),
            "labels": [self.mint()],
        }
        if self._items and self.dice.random() < 0.5:
            arguments["parent_id"] = text_of(self.dice.choice(self._items), "id")
        self._unanswered = arguments
        await self._created(arguments)

    async def _created(self, arguments: Row) -> None:
        try:
            row = await self._call("create_work_item", **arguments)
        except Refused:
            self._unanswered = {}
            raise
        self._unanswered = {}
        title = text_of(arguments, "title")
        self.book.created.add(title)
        words = [title, *texts_of(arguments, "labels")]
        words += text_of(arguments, "description").replace("- ", "").split()
        self.book.writes.append(Write(self.who, text_of(row, "id"), 1, tuple(words)))

    async def any_item(self, *, deleted: bool = False) -> Row:
        """One of the newest items, as the server shows it now."""
        told = await self._call("list_work_items", detail="full", limit=50, deleted=deleted)
        items = sorted(rows_of(told, "items"), key=lambda row: text_of(row, "id"))[-AT_HAND:]
        if not deleted:
            self._items = items
        if not items:
            raise Nothing
        return self.dice.choice(items)

    async def other_item(self) -> tuple[Row, Row]:
        """Two different ones of them."""
        one = await self.any_item()
        other = self.dice.choice(self._items)
        if one["id"] == other["id"]:
            raise Nothing
        return one, other

    async def update(self, row: Row, **fields: Value) -> None:
        """Change an item from the version that was shown."""
        answer = await self._call(
            "update_work_item", id=row["id"], version=row["version"], **fields
        )
        self.told(answer)

    async def change(self) -> None:
        """Some fields of an item."""
        row = await self.any_item()
        labels = texts_of(row, "labels")
        changes: dict[str, Callable[[], Value]] = {
            "title": self.mint,
            "description": lambda: self._edited(text_of(row, "description")),
            "labels": lambda: [*self.dice.sample(labels, len(labels) * 2 // 3), self.mint()],
            "metadata": lambda: {self.dice.choice(KEYS): self.mint()},
            "branch_name": self.mint,
            "status": lambda: self.dice.choice(STATUSES),
        }
        chosen = self.dice.sample([*changes], self.dice.choice((1, 1, 2, 3)))
        await self.update(row, **{name: changes[name]() for name in chosen})

    def _edited(self, text: str) -> str:
        lines = text.split("\n") if text else []
        if not lines or self.dice.random() < 0.2:
            lines.insert(self.dice.randint(0, len(lines)), f"- {self.mint()}")
        elif len(lines) > 6:
            del lines[self.dice.randrange(len(lines))]
        else:
            lines[self.dice.randrange(len(lines))] = f"- {self.mint()}"
        return "\n".join(lines)

    async def claim(self) -> None:
        """An item is taken."""
        await self.update(
            await self.any_item(), assignee=f"{self.who} {self.mint()}", status="active"
        )

    async def move(self) -> None:
        """Another place in the tree."""
        row, parent = await self.other_item()
        if self.dice.random() < 0.2:
            await self.update(row, clear=["parent_id"])
        else:
            await self.update(row, parent_id=parent["id"], branch_name=self.mint())

    async def delete(self) -> None:
        """An item goes, alone or with all below."""
        await self.update(await self.any_item(), deleted=True, cascade=self.dice.random() < 0.6)

    async def revive(self) -> None:
        """A deleted item comes back."""
        await self.update(
            await self.any_item(deleted=True), deleted=False, cascade=self.dice.random() < 0.5
        )

    async def link(self) -> None:
        """An edge is drawn, or removed."""
        source, target = await self.other_item()
        kinds: tuple[DependencyType, ...] = ("blocks", "blocks", "related")
        kind = self.dice.choice(kinds)
        remove = self.dice.random() < 0.25
        ends = text_of(source, "id"), text_of(target, "id")
        answer = await self._call(
            "set_dependency",
            source_id=ends[0],
            target_id=ends[1],
            dependency_type=kind,
            remove=remove,
        )
        self.told(answer | {"id": edge_id(canonical(*ends, kind))})

    async def bulk(self) -> None:
        """Two writes at once, both or none."""
        row = await self.any_item()
        title = self.mint()
        answer = await self._call(
            "bulk_work_items",
            operations=[
                {"op": "create", "client_ref": title, "item_type": "task", "title": title},
                {
                    "op": "update",
                    "id": row["id"],
                    "version": row["version"],
                    "branch_name": self.mint(),
                },
            ],
        )
        words = self._words
        for each, word in zip(rows_of(answer, "results"), [*words], strict=True):
            self._words = [word]
            self.told(each)
        self.book.created.add(title)
