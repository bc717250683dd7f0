"""Rows as replicas push them, made by hand, and small ways to push and read them."""

import json
from dataclasses import dataclass, replace
from itertools import count

from localstore.exchange import Commit, HubPage, Name, PushedRow, Receipt
from localstore.ids import name_key, uuid7
from localstore.values import Row, Value, mapping_of
from syncd.hub import Asking, Hub

AT = "2026-03-14T09:30:00.123456Z"
LATER = "2026-03-14T09:31:00.000000Z"
_numbers = count(1)


def new_id() -> str:
    """An id that no other call in this process gave."""
    return uuid7(1_773_480_600_000, next(_numbers))


def offer(
    entity: str, fields: Row, *, row_id: str | None = None, base: str | None = None
) -> PushedRow:
    """A row with one new change; on top of `base` when there is one."""
    row_id, change_id = row_id or new_id(), new_id()
    stamp: Row = {
        "version": 2 if base else 1,
        "created_at": AT,
        "created_by": "ada",
        "updated_at": LATER if base else AT,
        "updated_by": "ben" if base else "ada",
    }
    entry: Row = {
        "entity": entity,
        "id": row_id,
        "change_id": change_id,
        "version": stamp["version"],
        "changed_at": stamp["updated_at"],
        "changed_by": stamp["updated_by"],
        "replica_id": "a-replica",
        "parents": [base] if base else [],
        "changes": json.dumps({name: [None, value] for name, value in fields.items()}),
    }
    return PushedRow(Name(entity, row_id), change_id, base, stamp, fields, (entry,))


def item(title: str = "an item", parent: PushedRow | None = None, **fields: Value) -> PushedRow:
    """A new work item, under the item of another offer when there is one."""
    told: Row = {"item_type": "task", "title": title, "status": "active", "priority": "P2"}
    if parent is not None:
        told["parent_id"] = parent.name.row_id
    return offer("work_item", told | fields)


def edge(source: PushedRow, target: PushedRow, kind: str = "blocks") -> PushedRow:
    """A new dependency between the items of two offers."""
    told: Row = {
        "source_id": source.name.row_id,
        "target_id": target.name.row_id,
        "dependency_type": kind,
    }
    return offer("dependency", told)


def vendor(name: str) -> PushedRow:
    """A new vendor."""
    return offer("vendor", {"name": name, "name_key": name_key(name), "status": "broken"})


def renamed(row: PushedRow, name: str) -> PushedRow:
    """A change of a vendor's name."""
    return changed(row, name=name, name_key=name_key(name))


def changed(row: PushedRow, **fields: Value) -> PushedRow:
    """The next change of an offered row, grown from what was offered."""
    return offer(row.name.entity, fields, row_id=row.name.row_id, base=row.change_id)


def moved(row: PushedRow, parent: PushedRow | None) -> PushedRow:
    """The next change of an item: it goes under another one, or becomes a root."""
    return changed(row, parent_id=parent.name.row_id if parent else None)


def deleted(row: PushedRow) -> PushedRow:
    """The next change of a row: it is deleted."""
    return changed(row, deleted_at=LATER)


def on_no_base(row: PushedRow) -> PushedRow:
    """The same offer from a replica that does not know that the hub has the row."""
    return replace(row, base_change_id=None)


@dataclass
class Writer:
    """A replica that remembers nothing but its project and the newest commit."""

    hub: Hub
    project_id: str
    seen: Commit | None = None
    replica_id: str = "a-replica"

    @property
    def asking(self) -> Asking:
        """Who asks."""
        return Asking(self.project_id, self.replica_id, self.seen)

    async def push(self, *rows: PushedRow) -> Receipt:
        """Offer rows and remember the commit."""
        receipt = await self.hub.push(self.asking, rows)
        self.seen = receipt.commit
        return receipt

    async def verdicts(self, *rows: PushedRow) -> list[str]:
        """Offer rows; what is said of each, with the reason when there is one."""
        receipt = await self.push(*rows)
        return [":".join(filter(None, (each.kind, each.reason))) for each in receipt.verdicts]

    async def page(self, cursor: int = 0, limit: int = 500) -> HubPage:
        """What there is after a cursor."""
        return await self.hub.pull(self.asking, cursor, limit)

    async def rows(self) -> dict[str, Row]:
        """Every row the hub has, by id."""
        page = await self.page(limit=1_000_000)
        return {str(each.row["id"]): each.row for each in page.rows}

    async def row(self, offered: PushedRow) -> Row:
        """The hub's row of an offer."""
        return mapping_of({**await self.rows()}, offered.name.row_id)
