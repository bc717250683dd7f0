"""A process that writes to a store until it is killed, and says what it has written.

Each write carries words nobody else writes. When the store has acknowledged it, and not before, a
line on standard output names those words, and the rows written at their versions.
"""

import asyncio
import os
import sys
from pathlib import Path
from random import Random

from localstore.models import (
    BulkCreate,
    BulkOperation,
    BulkUpdate,
    DeploymentCreate,
    Page,
    VendorCreate,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
)
from localstore.store import Store
from localstore.values import Row, number_of, rows_of, text_of
from tests.soak.sources import RandomIds, now

BULK = 4
"""How many operations a bulk call has; each writes a word, and all of them begin alike."""


class Writer:
    """Random writes of every kind to one store."""

    def __init__(self, store: Store, run: str, dice: Random) -> None:
        self.store = store
        self.run = run
        self.dice = dice
        self.count = 0
        self.said: list[str] = []
        self.known: dict[str, int] = {}

    async def write_for_ever(self) -> None:
        """Write, say what was acknowledged, and so on."""
        await self.look()
        kinds = [self.create, self.rename, self.rename, self.move, self.bulk, self.link]
        kinds += [self.archive, self.record]
        while True:
            await self.dice.choice(kinds if self.known else [self.create])()

    async def look(self) -> None:
        """Learn the items there are, and their versions."""
        told = await self.store.list_work_items(WorkItemFilter(), Page(limit=50, detail="full"))
        self.known = {
            text_of(row, "id"): number_of(row, "version") for row in rows_of(told, "items")
        }

    def word(self) -> str:
        """A word that has not been written before."""
        self.count += 1
        return f"{self.run}w{self.count}"

    def say(self, words: list[str], *rows: Row) -> None:
        """Acknowledge words, and rows at their versions; remember the items among them."""
        marks = [f"{text_of(row, 'ref')}@{number_of(row, 'version')}" for row in rows]
        os.write(1, (" ".join([*words, *marks]) + "\n").encode())
        for row in rows:
            if "item_type" in row and "id" in row:
                self.known[text_of(row, "id")] = number_of(row, "version")

    def pick(self) -> tuple[str, int]:
        """One of the items known, and its version."""
        return self.dice.choice(list(self.known.items()))

    async def update(self, item: str, version: int, patch: WorkItemPatch, *words: str) -> None:
        """Change an item and say so."""
        row = await self.store.update_work_item(item, version, patch, who="writer")
        self.say([*words], row)

    async def create(self) -> None:
        """A new item."""
        word = self.word()
        item = WorkItemCreate(item_type="task", title=word)
        row = await self.store.create_work_item(item, who="writer", client_ref=word)
        self.say([word], row)

    async def rename(self) -> None:
        """A new title, a long text and some metadata for a known item."""
        word = self.word()
        text = "".join(self.dice.choices("abc \n", k=self.dice.randrange(9_000)))
        patch = WorkItemPatch(title=word, description=text, metadata={"note": text[:500]})
        await self.update(*self.pick(), patch, word)

    async def move(self) -> None:
        """A known item goes under another root, and becomes one again."""
        item, version = self.pick()
        await self.create()
        root = list(self.known)[-1]
        if root != item:
            word = self.word()
            patch = WorkItemPatch(parent_id=root, branch_name=word)
            await self.update(item, version, patch, word)
            await self.update(item, version + 1, WorkItemPatch(clear=["parent_id"]))

    async def bulk(self) -> None:
        """Several items at once, under each other, and a new title for a known one."""
        item, version = self.pick()
        first = self.word()
        words = [f"{first}.{number}" for number in range(BULK)]
        operations: list[BulkOperation] = []
        for above, word in zip([None, *words], words[:-1], strict=False):
            parent = f"@{above}" if above else None
            new = WorkItemCreate(item_type="task", title=word, parent_id=parent)
            operations.append(BulkCreate(item=new, client_ref=word))
        operations.append(
            BulkUpdate(id=item, version=version, patch=WorkItemPatch(title=words[-1]))
        )
        told = await self.store.bulk(operations, who="writer")
        self.say(words, *rows_of(told, "results"))

    async def link(self) -> None:
        """A new item that blocks a known one, and is closed."""
        item, _ = self.pick()
        await self.create()
        blocker, version = list(self.known.items())[-1]
        if blocker != item:
            await self.store.set_dependency(blocker, item, "blocks", who="writer")
            await self.update(blocker, version, WorkItemPatch(status="completed"))

    async def archive(self) -> None:
        """A known item is closed; all that is closed goes to the archive, and may come back."""
        word = self.word()
        item, version = self.pick()
        await self.update(item, version, WorkItemPatch(status="cancelled", title=word), word)
        told = await self.store.archive(who="writer", older_than_days=0)
        self.say([], *rows_of(told, "items"))
        for row in rows_of(told, "items")[:1]:
            back = await self.store.restore_archived([text_of(row, "ref")], who="writer")
            self.say([], *rows_of(back, "items"))
        await self.look()

    async def record(self) -> None:
        """A vendor and its deployment."""
        name, title = self.word(), self.word()
        vendor = await self.store.create_vendor(VendorCreate(name=name), who="writer")
        self.say([name], vendor)
        deployment = DeploymentCreate(
            commit_hash="0" * 40,
            affected_vendors=[name],
            metadata={"pr_title": title},
        )
        row = await self.store.record_deployment(deployment, who="writer")
        self.say([title], row)


async def main() -> None:
    """Write to the store named on the command line, with the name and the seed of this run."""
    path, run, seed = sys.argv[1:]
    async with await Store.open(Path(path), clock=now, new_id=RandomIds()) as store:
        await Writer(store, run, Random(seed)).write_for_ever()


if __name__ == "__main__":
    asyncio.run(main())
