"""Two laptops on one hub, whose people change the same things apart from each other."""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.models import Page
from localstore.values import Row, rows_of, text_of
from syncd.hub import Asking
from syncd.rounds import run_round
from tests.localstore.world import World
from tests.simulation.model_hub import ModelHub

PROJECT = "0198c0de-7f3c-7abc-9def-0123456cd82f"


class _Line:
    """The hub as a replica reaches it."""

    def __init__(self, hub: ModelHub) -> None:
        self._hub = hub

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As the hub's own."""
        return self._hub.pull(asking, cursor, limit)

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As the hub's own."""
        return self._hub.push(asking, rows)


class Laptops:
    """Ann's and Ben's stores; each knows what people call both machines."""

    def __init__(self, ann: World, ben: World) -> None:
        self.ann = ann
        self.ben = ben
        self._hub = ModelHub()
        self._hub.open_project(PROJECT)

    async def sync(self, *worlds: World) -> None:
        """A round of each of these in turn; of Ann, Ben and Ann when none is named."""
        for world in worlds or (self.ann, self.ben, self.ann, self.ben):
            await run_round(world.store, _Line(self._hub))

    async def pull_one(self, world: World) -> None:
        """Pull one page of one entry."""
        place = await world.store.sync_place()
        asking = Asking(PROJECT, world.store.replica_id, place.seen)
        await world.store.apply_page(self._hub.pull(asking, place.cursor, 1))

    async def conflict(self) -> Row:
        """The one conflict that is open, as Ben sees it."""
        (row,) = rows_of(await self.ben.store.conflicts("open", Page()), "items")
        return row


@asynccontextmanager
async def laptops(new_store: Path, folder: Path) -> AsyncIterator[Laptops]:
    """Two new stores in a folder, joined to one project."""
    worlds = []
    for number, name in enumerate(("ann", "ben")):
        home = folder / name / ".tidelog"
        home.mkdir(parents=True)
        shutil.copy(new_store, home / "store.db")
        world = await World.begin(home / "store.db", first_id=1_000_000 * (number + 1))
        worlds.append(world)
    both = Laptops(*worlds)
    replicas = {"ann": "11111111-1111-7111-8111-111111111111"}
    replicas["ben"] = "22222222-2222-7222-8222-222222222222"
    for world, name in zip(worlds, replicas, strict=True):
        world.sql("UPDATE meta SET value = ? WHERE key = 'replica_id'", replicas[name])
        world.store.replica_id = replicas[name]
        named = {replica: f"{owner}-laptop" for owner, replica in replicas.items()}
        await world.store.note_replicas(named)
        await world.store.join(PROJECT)
    try:
        yield both
    finally:
        for world in worlds:
            await world.store.close()


async def both_see(laptops_: Laptops, item: Row) -> tuple[Row, Row]:
    """An item of Ann's, as each of them has it once both are in step."""
    await laptops_.sync()
    return await laptops_.ann.full(item), await laptops_.ben.full({"id": text_of(item, "id")})
