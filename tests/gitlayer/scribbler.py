"""Somebody who writes the oddest texts into every field of every entity."""

from collections.abc import Sequence

from localstore.entities import CONFIGURATION
from localstore.models import (
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    VendorCreate,
    VendorPatch,
)
from localstore.rows import conflicts
from localstore.validation import validate
from localstore.values import Row, Value, number_of, text_of
from tests.localstore.lived_in import Worker
from tests.localstore.world import COMMIT, METADATA, World, key

TWINS = ("Ä" + "a" * 199, "ä" + "A" * 199, "Ä" + "A" * 199)
"""Titles of 200 characters that differ in case only."""


class Scribbler(Worker):
    """A worker whose texts and values are drawn by the test."""

    def __init__(
        self, world: World, seed: int, texts: Sequence[str], values: Sequence[Value]
    ) -> None:
        super().__init__(world, seed)
        self.texts = [*texts, *TWINS]
        self.values = [*values, "x"]
        self.steps += [
            self.everything_of_an_item,
            self.rewrite_all,
            self.enhance,
            self.rename_vendor,
            self.deploy_all,
            self.configure_all,
            self.lay_out,
            self.disagree_wildly,
        ] * 2

    def text(self) -> str:
        """One of the texts."""
        return self.dice.choice(self.texts)

    def line(self, length: int = 200) -> str:
        """One of the texts, as one line."""
        return "".join(self.text().split("\n"))[:length] or "-"

    def value(self) -> Value:
        """One of the values."""
        return self.dice.choice(self.values)

    async def work(self, steps: int) -> None:
        """Take so many steps, on something."""
        await self.create()
        await super().work(steps)

    async def everything_of_an_item(self) -> None:
        """An item with all its fields."""
        kind = self.dice.choice([*METADATA])
        row = await self.world.item(
            self.line(),
            kind=kind,
            description=self.text(),
            status=self.dice.choice(["planned", "active", "blocked"]),
            priority=self.dice.choice(["P0", "P3"]),
            assignee=self.line(100),
            labels=[self.line(100), "plain"],
            branch_name=self.line(),
            commit_hashes=[COMMIT, COMMIT[::-1]],
            pr_number=self.dice.randrange(1, 2**53),
            under=self.dice.choice([None, *self.items]),
            metadata={**METADATA[kind], self.text(): self.value(), "k": self.value()},
            who=self.line(100),
        )
        self.items.append(row)

    async def rewrite_all(self) -> None:
        """New texts for an item."""
        changes: list[Row] = [
            {"title": self.line(), "who": self.line(100)},
            {"description": self.text() * 3, "labels": [self.line(90), self.line(80)]},
            {"metadata": {self.text(): self.value()}},
        ]
        await self.world.change(await self.item(), **self.dice.choice(changes))

    async def enhance(self) -> None:
        """An enhancement with all its fields."""
        values: Row = {
            "title": self.line(),
            "description": self.text(),
            "target_quarter": "2027-Q1",
            "required_principles": [self.text() or "-", "II"],
        }
        model = validate(EnhancementCreate, values)
        row = await self.world.store.create_enhancement(model, who=self.line(100))
        values |= {"depends_on": [key(row)], "priority": 1}
        await self.world.store.create_enhancement(validate(EnhancementCreate, values), who="b")

    async def rename_vendor(self) -> None:
        """A vendor that gets another name, and fields of every kind."""
        name = f"V{self.dice.randrange(10**9)}"
        values: Row = {"name": name, "extractor_version": self.line(50)}
        await self.world.store.create_vendor(validate(VendorCreate, values), who=self.line(100))
        patch: Row = {"new_name": name.replace("V", "Überß "), "metadata": {"k": self.value()}}
        await self.world.store.update_vendor(name, 1, validate(VendorPatch, patch), who="b")

    async def deploy_all(self) -> None:
        """A deployment with all its fields."""
        vendors = await self.world.store.suggestions("vendor", "")
        values: Row = {
            "commit_hash": COMMIT,
            "deployed_at": "2026-03-14T09:30:00+05:00",
            "affected_vendors": [*vendors[:2]],
            "related_work_item_ids": [key(await self.item())],
            "metadata": {self.text() or "-": self.value(), "pr_title": self.line(100)},
        }
        deployment = validate(DeploymentCreate, values)
        await self.world.store.record_deployment(deployment, who=self.line(100))

    async def configure_all(self) -> None:
        """Every field of the configuration."""
        session = await self.world.item(self.line(), kind="session")
        version = number_of(await self.world.store.configuration(), "version")
        values: Row = {
            "active_context_type": "research",
            "current_session_id": session["id"],
            "git_branch": self.line(),
            "git_head_commit": COMMIT,
            "default_token_budget": 1_000_000,
        }
        patch = validate(ConfigurationPatch, values)
        await self.world.store.update_configuration(version, patch, who=self.line(100))

    async def lay_out(self) -> None:
        """Hand-written text in the report."""
        (current,) = await self.world.store.rows_of(CONFIGURATION)
        edited = current | {"report_layout": self.text() * 2 + "<!-- tidelog:vendors -->\n"}
        await self.world.store.apply_edit(
            CONFIGURATION, text_of(current, "id"), edited, base=current, who="grace"
        )

    async def disagree_wildly(self) -> None:
        """A conflict about any value."""
        fields: Row = {
            "entity": "work_item",
            "entity_id": (await self.item())["id"],
            "field": "description",
            "base": self.value(),
            "local": self.value(),
            "remote": self.text(),
            "kept": self.text(),
            "local_replica": "one",
            "remote_replica": self.line(),
        }
        fields = {n: v for n, v in fields.items() if v not in (None, "", [], {})}
        await self.world.store._write("sync", lambda c, stamp: conflicts.note(c, fields, stamp))
