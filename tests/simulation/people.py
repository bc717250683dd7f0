"""What people and assistants do on a replica: every kind of write, on few rows and few names."""

from collections.abc import Mapping

from localstore.entities import CONFIGURATION, ENTITIES, WORK_ITEM
from localstore.fields import DependencyType, Keep
from localstore.models import (
    BulkCreate,
    BulkDependency,
    BulkOperation,
    BulkUpdate,
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    EnhancementPatch,
    VendorCreate,
    WorkItemPatch,
)
from localstore.rows.lookup import find
from localstore.validation import validate
from localstore.values import Row, Value, mapping_of, number_of, text_of, texts_of
from localstore.writing import update
from tests.simulation.hands import ALL, KEYS, LIVE, NAMES, STATUSES, Hands, Nothing

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
MARKS = ("deleted_at", "archived_at")
CONFLICTS = "SELECT id FROM conflicts WHERE status = 'open' ORDER BY id"


class Person(Hands):
    """Somebody who works on one replica."""

    async def create(self) -> None:
        """A new item, perhaps below another."""
        if self.is_full():
            raise Nothing
        await self.store.create_work_item(self.new_item(), who=self.who)

    async def change(self) -> None:
        """Some fields of an item."""
        row = self.row(self.any_of(ALL if self.dice.random() < 0.1 else LIVE))
        await self.update_item(row, self.item_fields(row))

    async def move(self) -> None:
        """Another place in the tree."""
        moved, parent = self.any_two(LIVE)
        row = self.row(moved)
        fields: Row = {"clear": ["parent_id"]} if self.chance(0.15) else {"parent_id": parent}
        if self.chance(0.2):
            fields["title"] = self.ledger.mint()
        await self.update_item(row, fields)

    async def delete(self) -> None:
        """An item goes, alone or with all below."""
        row = self.row(self.any_of(LIVE))
        await self.update_item(row, {"deleted": True, "cascade": self.chance(0.6)})

    async def revive(self) -> None:
        """A deleted item comes back."""
        gone = "SELECT id FROM work_items WHERE deleted_at IS NOT NULL ORDER BY id"
        row = self.row(self.any_of(gone))
        await self.update_item(row, {"deleted": False, "cascade": self.chance(0.5)})

    async def archive(self) -> None:
        """Closed work is put away."""
        await self.store.archive(who=self.who, older_than_days=0, limit=2)

    async def restore(self) -> None:
        """An archived item comes back."""
        await self.store.restore_archived(
            [self.any_of("SELECT id FROM archived_work_items ORDER BY id")], who=self.who
        )

    async def link(self) -> None:
        """An edge is drawn, or removed."""
        source, target = self.any_two(LIVE)
        kinds: tuple[DependencyType, ...] = ("blocks", "blocks", "depends_on", "related")
        await self.store.set_dependency(
            source, target, self.dice.choice(kinds), who=self.who, remove=self.chance(0.25)
        )

    async def new_vendor(self) -> None:
        """A vendor, under a name that others give too."""
        vendor: Row = {
            "name": self.dice.choice(NAMES),
            "extractor_version": self.ledger.mint(),
            "metadata": {self.dice.choice(KEYS): self.ledger.mint()},
        }
        await self.store.create_vendor(validate(VendorCreate, vendor), who=self.who)

    async def change_vendor(self) -> None:
        """Some fields of a vendor, and perhaps its name."""
        vendor = await self.store.vendor(self.any_vendor())
        patch: Row = {}
        if self.chance(0.5):
            patch["new_name"] = self.dice.choice(NAMES)
        if self.chance(0.6):
            patch["metadata"] = {self.dice.choice(KEYS): self.ledger.mint()}
        if self.chance(0.3):
            patch["extractor_version"] = self.ledger.mint()
        if self.chance(0.3):
            patch["status"] = self.dice.choice(("operational", "broken"))
        await self.update_vendor(vendor, patch)

    async def swap_vendors(self) -> None:
        """Two vendors take each other's names."""
        first, second = [
            await self.store.vendor(key)
            for key in self.any_two("SELECT id FROM vendors ORDER BY id")
        ]
        aside = await self.update_vendor(first, {"new_name": "In between"})
        await self.update_vendor(second, {"new_name": first["name"]})
        await self.update_vendor(aside, {"new_name": second["name"]})

    async def deploy(self) -> None:
        """A deployment."""
        deployment: Row = {
            "commit_hash": COMMIT,
            "metadata": {"pr_title": self.ledger.mint()},
            "affected_vendors": [self.any_vendor()] if self.chance(0.5) else None,
            "related_work_item_ids": [self.any_of(ALL)] if self.chance(0.5) else None,
        }
        await self.store.record_deployment(validate(DeploymentCreate, deployment), who=self.who)

    async def plan(self) -> None:
        """A new enhancement, or another word on one."""
        known = self.replica.ids("SELECT id FROM enhancements ORDER BY id")
        if len(known) < 2 or self.chance(0.1):
            new: Row = {"title": self.ledger.mint(), "required_principles": [self.ledger.mint()]}
            await self.store.create_enhancement(validate(EnhancementCreate, new), who=self.who)
            return
        row = self.row(self.dice.choice(known), "enhancement")
        principles = texts_of(row, "required_principles")
        changes: Mapping[str, Value] = {
            "title": self.ledger.mint(),
            "description": self.edited(text_of(row, "description")),
            "required_principles": [*self.some(principles), self.ledger.mint()],
            "depends_on": [self.dice.choice(known)],
            "status": self.dice.choice(("planned", "approved", "completed")),
        }
        patch = validate(EnhancementPatch, self.chosen(changes))
        await self.store.update_enhancement(
            text_of(row, "id"), number_of(row, "version"), patch, who=self.who
        )

    async def configure(self) -> None:
        """The project's configuration."""
        (row_id,) = self.replica.ids("SELECT id FROM configuration")
        row = self.row(row_id, CONFIGURATION.name)
        changes: Mapping[str, Value] = {
            "git_branch": self.ledger.mint(),
            "default_token_budget": self.dice.randrange(1_000, 9_000),
            "active_context_type": self.dice.choice(("feature", "maintenance", "research")),
        }
        patch = validate(ConfigurationPatch, self.chosen(changes))
        await self.store.update_configuration(number_of(row, "version"), patch, who=self.who)

    async def bulk(self) -> None:
        """Several writes at once, all or none."""
        if self.is_full():
            raise Nothing
        row = self.row(self.any_of(LIVE))
        name = f"new-{self.ledger.minted}"
        operations: list[BulkOperation] = [
            BulkCreate(item=self.new_item(), client_ref=name),
            BulkUpdate(
                id=text_of(row, "id"),
                version=number_of(row, "version"),
                patch=validate(WorkItemPatch, self.item_fields(row)),
            ),
            BulkDependency(source_id=f"@{name}", target_id=text_of(row, "id")),
        ]
        await self.store.bulk(operations, who=self.who)

    async def edit_by_hand(self) -> None:
        """Somebody edits the file of an item, as it was some changes ago."""
        row_id = self.any_of(LIVE)
        query = "SELECT change_id FROM history WHERE entity_id = ? ORDER BY seq"
        change_id = self.dice.choice(self.replica.ids(query, row_id)[-3:])
        base = await self.store.row_at(WORK_ITEM, row_id, change_id)
        if base is None:
            raise Nothing
        names = {field.name for field in WORK_ITEM.fields}
        edited: Row = {name: value for name, value in base.items() if name in names}
        changes: Mapping[str, Value] = {
            "title": self.ledger.mint(),
            "description": self.edited(text_of(base, "description")),
            "status": self.dice.choice(STATUSES),
            "branch_name": self.ledger.mint(),
        }
        edited |= self.chosen(changes)
        await self.store.apply_edit(WORK_ITEM, row_id, edited, base=base, who=self.who)

    async def resolve(self) -> None:
        """A conflict is decided."""
        conflict = self.row(self.any_of(CONFLICTS), "conflict")
        keeps: tuple[Keep, ...] = ("local", "remote", "both", "value")
        keep = self.dice.choice(keeps[:2] if conflict["field"] in MARKS else keeps)
        value = self.ledger.mint() if keep == "value" else None
        await self.store.resolve_conflict(text_of(conflict, "id"), keep, value, who=self.who)

    async def write_unknown_field(self) -> None:
        """A newer client's field, which the others do not know."""
        if not self.replica.newer_client:
            raise Nothing
        entity = ENTITIES[self.dice.choice(("work_item", "vendor", "enhancement"))]
        row_id = self.any_of(f"SELECT id FROM {entity.table} ORDER BY id")
        before = mapping_of(self.row(row_id, entity.name), "extra")
        extra: Row = before | {"due_date": self.ledger.mint()}
        await self.store._write(
            self.who,
            lambda c, stamp: update(
                c, entity, find(c, entity, row_id), {"extra": extra}, stamp=stamp
            ),
        )
