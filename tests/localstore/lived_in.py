"""A project that somebody has worked on for a while: every entity, changed in many ways."""

import random
from collections.abc import Awaitable, Callable

from localstore.entities import ENTITIES
from localstore.errors import TidelogError
from localstore.models import (
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    EnhancementPatch,
    Page,
    VendorCreate,
    VendorPatch,
)
from localstore.rows import conflicts
from localstore.validation import validate
from localstore.values import Row, number_of, rows_of, text_of
from tests.localstore.world import COMMIT, World, key

Everything = dict[tuple[str, str], Row]
"""Whole rows by entity and id."""


async def everything(world: World) -> Everything:
    """Every row of the store."""
    return {
        (name, text_of(row, "id")): row
        for name, entity in ENTITIES.items()
        for row in await world.store.rows_of(entity)
    }


class Worker:
    """Does one thing after the other; what the rules refuse is simply not done."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.items: list[Row] = []
        self.steps: list[Callable[[], Awaitable[object]]] = [
            self.create,
            self.create,
            self.rewrite,
            self.rewrite,
            self.move,
            self.block,
            self.remove,
            self.put_away,
            self.bring_back,
            self.vendor,
            self.deploy,
            self.plan,
            self.configure,
            self.disagree,
            self.decide,
        ]

    async def work(self, steps: int) -> None:
        """Take so many steps."""
        for _ in range(steps):
            step = self.dice.choice(self.steps)
            try:
                await step()
            except TidelogError:
                continue

    async def item(self) -> Row:
        """Some item as it is now."""
        if not self.items:
            await self.create()
        return await self.world.full(self.dice.choice(self.items))

    async def create(self) -> None:
        """Create an item, perhaps below another."""
        under = self.dice.choice([None, *self.items])
        labels = self.dice.sample(["a", "b", "c"], 2)
        title = f"Item {len(self.items)}"
        self.items.append(await self.world.item(title, kind="task", under=under, labels=[*labels]))

    async def rewrite(self) -> None:
        """Change something of an item."""
        changes: list[Row] = [
            {"title": f"Title {self.dice.random()}"},
            {"description": "one\n\ntwo\r\n" * self.dice.randrange(3), "priority": "P0"},
            {"clear": ["description", "labels"]},
            {"labels": ["x", "y"], "assignee": "Ωmega"},
            {"metadata": {"a.b": {"deep": [1, None]}, "": "", "estimated_hours": 1.0}},
            {"clear": ["metadata.a.b", "metadata."]},
            {"clear": ["metadata"]},
            {"status": self.dice.choice(["completed", "cancelled", "planned"])},
            {"pr_number": self.dice.randrange(1, 9), "commit_hashes": [COMMIT]},
        ]
        await self.world.change(await self.item(), **self.dice.choice(changes))

    async def move(self) -> None:
        """Hang an item elsewhere."""
        await self.world.move(await self.item(), self.dice.choice([None, await self.item()]))

    async def block(self) -> None:
        """Draw or remove an edge."""
        remove = self.dice.random() < 0.4
        await self.world.blocks(await self.item(), await self.item(), remove=remove)

    async def remove(self) -> None:
        """Delete an item with all below it, or bring it back."""
        await self.world.change(await self.item(), deleted=self.dice.random() < 0.5, cascade=True)

    async def put_away(self) -> None:
        """Close an item and archive what is closed."""
        await self.world.change(await self.item(), status="completed")
        self.world.clock.pass_days(2)
        await self.world.store.archive(who="ada", older_than_days=1, limit=2)

    async def bring_back(self) -> None:
        """Bring an item back from the archive."""
        await self.world.store.restore_archived([key(self.dice.choice(self.items))], who="bob")

    async def vendor(self) -> None:
        """Create, rename or change a vendor."""
        name = self.dice.choice(["Acme", "Zenith", "Straße"])
        await self.world.store.create_vendor(VendorCreate(name=name), who="ada")
        row = await self.world.store.vendor(name)
        values: Row = {"status": "operational", "metadata": {"x": self.dice.random()}}
        values["new_name"] = self.dice.choice(["Acme", "Nadir", name])
        patch = validate(VendorPatch, values)
        version = number_of(row, "version")
        await self.world.store.update_vendor(name, version, patch, who="bob")

    async def deploy(self) -> None:
        """Record a deployment."""
        related = [key(await self.item())]
        deployment = DeploymentCreate(commit_hash=COMMIT, related_work_item_ids=related)
        await self.world.store.record_deployment(deployment, who="ada")

    async def plan(self) -> None:
        """Create an enhancement and change it."""
        row = await self.world.store.create_enhancement(EnhancementCreate(title="Later"), who="a")
        values: Row = {"description": "why\n", "required_principles": ["p"], "priority": 1}
        patch = validate(EnhancementPatch, values)
        await self.world.store.update_enhancement(key(row), 1, patch, who="b")

    async def configure(self) -> None:
        """Change the configuration."""
        version = number_of(await self.world.store.configuration(), "version")
        values: Row = {"git_branch": f"b{self.dice.randrange(9)}", "default_token_budget": 4000}
        patch = validate(ConfigurationPatch, values)
        await self.world.store.update_configuration(version, patch, who="ada")

    async def disagree(self) -> None:
        """Record a conflict."""
        fields: Row = {"entity": "work_item", "field": "title", "local": "Mine", "base": [None, {}]}
        fields["entity_id"] = (await self.item())["id"]
        await self.world.store._write("sync", lambda c, stamp: conflicts.note(c, fields, stamp))

    async def decide(self) -> None:
        """Decide a conflict."""
        waiting = rows_of(await self.world.store.conflicts("open", Page()), "items")
        for conflict in waiting[:1]:
            await self.world.store.resolve_conflict(key(conflict), "local", None, who="bob")
