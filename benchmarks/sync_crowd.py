"""Many replicas at once: on one project, and on as many projects."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from benchmarks.content import Dice
from benchmarks.figures import Figure, Floor
from benchmarks.promises import ALONE
from benchmarks.sync_hub import joined_store, open_project
from benchmarks.timing import Sample
from localstore.models import WorkItemCreate
from localstore.store import Store
from syncd.postgres import PostgresHub
from syncd.rounds import run_round

SECTION = "Sync, many at once: changes a second, each in a round of its own"


class _Replica:
    """A store with a connection of its own."""

    def __init__(self, store: Store, hub: PostgresHub, number: int) -> None:
        self.store = store
        self.hub = hub
        self._dice = Dice(number)
        self.made = 0

    async def work(self, until: float) -> None:
        """Create an item and sync it, until it is that late."""
        while perf_counter() < until:
            item = WorkItemCreate(item_type="task", title=self._dice.title())
            await self.store.create_work_item(item, who="benchmark")
            await run_round(self.store, self.hub)
            self.made += 1


async def measure_crowd(
    folder: Path, dsn: str, *, replicas: int, projects: int, seconds: float
) -> list[Figure]:
    """One replica alone; then so many on one project; then one on each of so many projects."""
    async with AsyncExitStack() as stack:
        first = await open_project(dsn, "crowd")
        crowd = []
        for number in range(max(replicas, projects)):
            path = folder / str(number) / "store.db"
            store = await stack.enter_async_context(await joined_store(path, first))
            hub = await stack.enter_async_context(await PostgresHub.connect(dsn))
            crowd.append(_Replica(store, hub, number))
        alone = await _rate(crowd[:1], seconds)
        for each in crowd[:replicas]:
            await run_round(each.store, each.hub)  # nobody has to catch up while it is measured
        together = await _rate(crowd[:replicas], seconds)
        for number, each in enumerate(crowd[:projects]):
            await each.store.join(await open_project(dsn, f"crowd {number}"))
            await run_round(each.store, each.hub)
        apart = await _rate(crowd[:projects], seconds)
    return [
        _figure(f"{replicas} on one project", together, alone),
        _figure(f"{projects} projects", apart, alone),
    ]


async def _rate(crowd: list[_Replica], seconds: float) -> float:
    """How many changes a second all of them have synced."""
    before = sum(each.made for each in crowd)
    start = perf_counter()
    async with asyncio.TaskGroup() as working:
        for each in crowd:
            working.create_task(each.work(start + seconds))
    return (sum(each.made for each in crowd) - before) / (perf_counter() - start)


def _figure(name: str, rate: float, alone: float) -> Figure:
    return Figure(SECTION, name, Sample((rate,)), (Floor(ALONE, Sample((alone,))),), unit="/s")
