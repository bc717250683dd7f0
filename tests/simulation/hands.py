"""How somebody chooses what to write: few rows, few names, and a new word in every field."""

from collections.abc import Mapping, Sequence
from random import Random

from localstore.entities import ENTITIES
from localstore.models import VendorPatch, WorkItemCreate, WorkItemPatch
from localstore.rows.lookup import fetch
from localstore.validation import validate
from localstore.values import Row, Value, number_of, text_of, texts_of
from tests.simulation.replica import Replica
from tests.simulation.tokens import Ledger

NAMES = ("Acme", "ACME", "Straße", "STRASSE", "Bolt", "bolt", "\uff22olt", "Cargo")
STATUSES = ("planned", "active", "blocked", "completed", "cancelled")
KEYS = ("alpha", "beta", "gamma")
ITEMS_AT_MOST = 9
LIVE = "SELECT id FROM work_items WHERE deleted_at IS NULL ORDER BY id"
ALL = "SELECT id FROM work_items ORDER BY id"


class Nothing(Exception):
    """There is nothing here that this could be done to."""


class Hands:
    """What one replica's user writes with; `dice` decides on what and how."""

    def __init__(self, replica: Replica, dice: Random, ledger: Ledger) -> None:
        self.replica = replica
        self.store = replica.store
        self.dice = dice
        self.ledger = ledger
        self.who = replica.who

    def chance(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.dice.random() < share

    def any_of(self, query: str) -> str:
        """One of the ids that a query gives."""
        found = self.replica.ids(query)
        if not found:
            raise Nothing
        return self.dice.choice(found)

    def any_two(self, query: str) -> list[str]:
        """Two different ones of the ids that a query gives."""
        found = self.replica.ids(query)
        if len(found) < 2:
            raise Nothing
        return self.dice.sample(found, 2)

    def any_vendor(self) -> str:
        """A vendor's id."""
        return self.any_of("SELECT id FROM vendors ORDER BY id")

    def is_full(self) -> bool:
        """Whether there are as many items as there shall be: more would meet less often."""
        return len(self.replica.ids(ALL)) >= ITEMS_AT_MOST

    def row(self, row_id: str, entity: str = "work_item") -> Row:
        """A row as it is now."""
        return fetch(self.replica.connection, ENTITIES[entity], row_id) or {}

    def some(self, members: Sequence[str]) -> list[Value]:
        """Some of the members, in their order."""
        return [member for member in members if self.chance(0.7)]

    def chosen(self, changes: Mapping[str, Value]) -> Row:
        """One or more of these changes."""
        names = [name for name in changes if self.chance(0.4)]
        return {name: changes[name] for name in names or [self.dice.choice([*changes])]}

    def edited(self, text: str) -> str:
        """The text with a line replaced, added or removed."""
        lines = text.split("\n") if text else []
        if not lines or (len(lines) < 5 and self.chance(0.4)):
            lines.insert(self.dice.randint(0, len(lines)), f"- {self.ledger.mint()}")
        elif len(lines) > 1 and self.chance(0.15):
            del lines[self.dice.randrange(len(lines))]
        else:
            lines[self.dice.randrange(len(lines))] = f"- {self.ledger.mint()}"
        return "\n".join(lines)

    def new_item(self) -> WorkItemCreate:
        """An item that is not there yet, often below one that is."""
        living = self.replica.ids(LIVE)
        item: Row = {
            "item_type": "task",
            "title": self.ledger.mint(),
            "description": "\n".join(f"- {self.ledger.mint()}" for _ in range(3)),
            "labels": [self.ledger.mint()],
            "status": self.dice.choice(STATUSES),
            "parent_id": self.dice.choice(living) if living and self.chance(0.6) else None,
        }
        return validate(WorkItemCreate, item)

    def item_fields(self, row: Row) -> Row:
        """Some changes of an item."""
        labels = texts_of(row, "labels")
        changes: Mapping[str, Value] = {
            "title": self.ledger.mint(),
            "description": self.edited(text_of(row, "description")),
            "labels": [*self.some(labels), self.ledger.mint()],
            "metadata": {self.dice.choice(KEYS): self.ledger.mint()},
            "assignee": self.ledger.mint(),
            "branch_name": self.ledger.mint(),
            "status": self.dice.choice(STATUSES),
        }
        fields = self.chosen(changes)
        emptied = self.dice.choice(("description", "assignee", "labels", f"metadata.{KEYS[0]}"))
        if self.chance(0.1) and emptied.partition(".")[0] not in fields:
            fields["clear"] = [emptied]
        return fields

    async def update_item(self, row: Row, fields: Row) -> None:
        """Change an item from the version that `row` shows."""
        patch = validate(WorkItemPatch, fields)
        await self.store.update_work_item(
            text_of(row, "id"), number_of(row, "version"), patch, who=self.who
        )

    async def update_vendor(self, vendor: Row, fields: Row) -> Row:
        """Change a vendor from the version that `vendor` shows."""
        patch = validate(VendorPatch, fields)
        return await self.store.update_vendor(
            text_of(vendor, "id"), number_of(vendor, "version"), patch, who=self.who
        )
