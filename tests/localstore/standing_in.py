"""A copy of a store that takes writes while the store cannot, and the journal's lines of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from localstore.models import Page
from localstore.rows.taking_in import TakenIn
from localstore.values import Row, from_json, rows_of, to_json
from tests.localstore.world import World


class StandIn:
    """A copy of a store as it was at one moment, and what it was told since, line by line."""

    def __init__(self, world: World, sourced: int) -> None:
        self.world = world
        self.sourced = sourced
        self.told = sourced

    async def line(self) -> Row:
        """What it was told since the last line, as it comes back from a file."""
        told = await self.world.store.told_after(self.told, sourced=self.sourced)
        self.told = await self.world.store.head()
        back = from_json(to_json(told))
        assert isinstance(back, dict)
        return back


@asynccontextmanager
async def standing_in(world: World, *, first_id: int = 50_000) -> AsyncIterator[StandIn]:
    """A copy of a store, to be written to instead of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        world.sql("VACUUM INTO ?", str(path))
        copy = await World.begin(path, first_id=first_id)
        copy.clock.moment = world.clock.moment
        async with copy.store:
            yield StandIn(copy, await copy.store.head())


async def taken(world: World, *lines: Row) -> list[TakenIn]:
    """Take in lines, each twice: the second time changes nothing; then every check holds."""
    outcomes = [await world.store.take_in(line) for line in lines]
    before = world.sizes()
    for line in lines:
        assert await world.store.take_in(line) == TakenIn(0, 0)
    assert world.sizes() == before
    assert await world.failed_checks() == []
    return outcomes


async def open_conflicts(world: World) -> list[Row]:
    """The conflicts that wait, whole."""
    return rows_of(await world.store.conflicts("open", Page(limit=200, detail="full")), "items")
