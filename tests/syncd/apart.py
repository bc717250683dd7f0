"""Laptops apart from one another, and a hub whose line can be cut where a test says."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from localstore.entities import CONFLICT, ENTITIES, WORK_ITEM
from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.models import VendorCreate, VendorPatch
from localstore.rows.lookup import find
from localstore.validation import validate
from localstore.values import Row, number_of, rows_of, text_of
from localstore.writing import Stamp, update
from syncd.hub import Asking, HubUnreachable
from syncd.pacing import Pace
from syncd.rounds import Moved, run_round
from tests.localstore.world import World
from tests.simulation.network import SimulatedHub

PROJECT = "0198c0de-7f3c-7abc-9def-0123456cd82f"
_OWN = ("base_change_id",)
_ROUNDS = 8


class CutLine:
    """The hub as one replica reaches it; the calls it is told to lose are lost."""

    def __init__(self, hub: SimulatedHub) -> None:
        self.hub = hub
        self.pushes = self.pulls = 0
        self.sent: list[PushedRow] = []
        self.lose: Callable[[str, int], str] = lambda _call, _number: ""
        """Told "push" or "pull" and its number: "request" or "answer" is lost, or neither."""

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        self.pulls += 1
        lost = self.lose("pull", self.pulls)
        if lost:
            raise HubUnreachable("the line was cut")
        return self.hub.pull(asking, cursor, limit)

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        self.pushes += 1
        lost = self.lose("push", self.pushes)
        if lost == "request":
            raise HubUnreachable("the line was cut")
        receipt = self.hub.push(asking, rows)
        self.sent += rows
        if lost:
            raise HubUnreachable("the line was cut")
        return receipt


class Laptop(World):
    """A store, and its line to the hub."""

    line: CutLine
    pull_limit = 500
    push_bytes = 400_000

    async def sync(self) -> Moved:
        """One round."""
        pace = Pace(pull_limit=self.pull_limit, push_bytes=self.push_bytes, tenths=10)
        return await run_round(self.store, self.line, pace=pace)

    async def vendor(self, name: str) -> Row:
        """Create a vendor."""
        return await self.store.create_vendor(validate(VendorCreate, {"name": name}), who="ada")

    async def rename(self, old: str, new: str) -> Row:
        """Give a vendor another name."""
        row = await self.store.vendor(old)
        patch = validate(VendorPatch, {"new_name": new})
        return await self.store.update_vendor(old, number_of(row, "version"), patch, who="ada")

    async def conflicts(self) -> list[Row]:
        """All conflicts, open and resolved."""
        return await self.store.rows_of(CONFLICT)

    async def rows(self) -> dict[str, list[Row]]:
        """Every whole row, by entity."""
        found = {}
        for name, entity in ENTITIES.items():
            rows = await self.store.rows_of(entity)
            found[name] = [{n: v for n, v in row.items() if n not in _OWN} for row in rows]
        return found

    def entry_ids(self) -> set[object]:
        """The ids of all changes in its history."""
        return {change_id for (change_id,) in self.sql("SELECT change_id FROM history")}

    async def dirty(self) -> int:
        """How many rows it still has for the hub."""
        return await self.store.count_dirty()


@asynccontextmanager
async def laptops(
    hub: SimulatedHub, new_store: Path, folder: Path, count: int = 2
) -> AsyncIterator[list[Laptop]]:
    """New stores, each with a replica id of its own, joined to one project of the hub."""
    hub.open_project(PROJECT)
    found: list[Laptop] = []
    for number in range(1, count + 1):
        path = folder / f"laptop{number}" / "store.db"
        path.parent.mkdir(parents=True)
        shutil.copy(new_store, path)
        found.append(await _open(path, hub, number))
    try:
        yield found
    finally:
        for laptop in found:
            await laptop.store.close()


async def _open(path: Path, hub: SimulatedHub, number: int, *, used: int = 0) -> Laptop:
    world = await Laptop.begin(path, first_id=1_000_000 * number + used)
    laptop = Laptop(world.store, world.clock, world.ids)
    laptop.line = CutLine(hub)
    replica_id = f"{number:08d}-1111-7111-8111-111111111111"
    laptop.sql("UPDATE meta SET value = ? WHERE key = 'replica_id'", replica_id)
    laptop.store.replica_id = replica_id
    await laptop.store.join(PROJECT)
    return laptop


async def reopened(laptop: Laptop, number: int) -> Laptop:
    """The laptop after its process died: nothing is left but the file, and its line."""
    await laptop.store.close()
    again = await _open(laptop.path, laptop.line.hub, number, used=laptop.ids.given)
    laptop.store, laptop.clock, laptop.ids = again.store, again.clock, again.ids
    return laptop


@asynccontextmanager
async def copied(laptop: Laptop, path: Path, number: int) -> AsyncIterator[Laptop]:
    """Another laptop, with a copy of the store as it is now."""
    laptop.sql("VACUUM INTO ?", str(path))
    found = await _open(path, laptop.line.hub, number)
    async with found.store:
        yield found


async def settle(*found: Laptop) -> None:
    """Rounds everywhere until nothing moves; it must within a few."""
    for _ in range(_ROUNDS):
        moved = False
        for laptop in found:
            done = await laptop.sync()
            moved = moved or bool(done.pulled or done.pushed or done.repaired)
        if not moved:
            return
    raise AssertionError("the laptops never came to rest")


async def expect_equal(*found: Laptop) -> None:
    """The same rows and the same history everywhere, nothing left to send, and sound files."""
    first = await found[0].rows()
    for laptop in found:
        assert await laptop.rows() == first
        assert laptop.entry_ids() == found[0].entry_ids()
        assert await laptop.dirty() == 0
        assert laptop.sql("SELECT count(*) FROM history WHERE at_hub = 0") == [(0,)]
        assert await laptop.failed_checks() == []


def named(item: Row) -> Row:
    """What to call a row by on another laptop."""
    return {"id": text_of(item, "id")}


def titles_of(row: Row, field: str) -> list[str]:
    """The titles of the rows in a field, in their order."""
    return [text_of(each, "title") for each in rows_of(row, field)]


async def chain_of(laptop: Laptop, titles: str) -> list[Row]:
    """Items each under the one before, titled by one letter each."""
    chain: list[Row] = []
    for title in titles:
        chain.append(await laptop.item(title, under=chain[-1] if chain else None))
    return chain


async def write_unknown_field(laptop: Laptop, item: Row, extra: Row) -> None:
    """Change a row as a newer tidelog would that knows more fields."""

    def change(connection: sqlite3.Connection, stamp: Stamp) -> None:
        row = find(connection, WORK_ITEM, text_of(item, "id"))
        update(connection, WORK_ITEM, row, {"extra": extra}, stamp=stamp)

    await laptop.store._write("ada", change)
