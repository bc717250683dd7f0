"""How long until what is committed in one store can be read in another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from time import perf_counter_ns

from benchmarks.figures import Figure, Floor
from benchmarks.load import fill
from benchmarks.promises import ACROSS_AIM, ACROSS_MUST, NOTIFY
from benchmarks.snapshots import Changes
from benchmarks.sync_daemons import daemon, online, until
from benchmarks.sync_floors import BareNotes
from benchmarks.sync_hub import joined_store, open_project
from benchmarks.timing import Sample, in_ms
from localstore.store import Store
from syncd.daemon import Daemon, Surroundings
from syncd.linking import HubAddress, Link, Reach
from syncd.postgres import PostgresHub
from tidelog.wiring import Ids, now, watch_store

SECTION = "Sync, from a commit in one store to a read in another, ms"
POLL_SECONDS = 0.5
_ITEMS = 1_200
_LOOK_SECONDS = 0.001


class _Deaf(PostgresHub):
    """A hub behind a pooler that swallows notifications."""

    notifications = False

    async def listen(self, project_id: str, on_change: Callable[[int], None]) -> None:
        """Hear nothing of the project, for ever."""
        on_change(0)
        await asyncio.Event().wait()
        raise AssertionError(f"nobody set what {project_id} waits for")


async def measure_propagation(folder: Path, dsn: str, calls: int) -> list[Figure]:
    """Two daemon processes that are notified; then two that have to ask."""
    one, other = (folder / name / "store.db" for name in ("one", "other"))
    landmarks = await fill(one, _ITEMS, new_id=Ids(), clock=now)
    project_id = await open_project(dsn, "across")
    async with (
        await joined_store(one, project_id) as ours,
        await joined_store(other, project_id) as theirs,
        BareNotes.on(dsn) as notes,
    ):
        changes = Changes(ours, landmarks)
        across = _crossing(changes, theirs)
        async with daemon(one, dsn), daemon(other, dsn):
            await _met(ours, theirs)
            notified, floor = await _alternate(across, notes.cross, calls)
        async with _asking(one, ours, dsn), _asking(other, theirs, dsn):
            await _met(ours, theirs)
            asked, second = await _alternate(across, notes.cross, max(calls // 4, 1))
    return [
        _figure("notified", notified, floor),
        _figure(f"asking every {POLL_SECONDS:g} s", asked, second),
    ]


def _crossing(changes: Changes, theirs: Store) -> Callable[[], Awaitable[int]]:
    async def cross() -> int:
        head = await theirs.head()
        await changes.make(1)
        start = perf_counter_ns()
        await until(lambda: _is_past(theirs, head), _LOOK_SECONDS)
        return perf_counter_ns() - start

    return cross


async def _met(ours: Store, theirs: Store) -> None:
    """Wait until both stores have everything of each other."""
    for store in (ours, theirs, ours, theirs):
        await online(store)

    async def are_level() -> bool:
        return (await ours.sync_place()).cursor == (await theirs.sync_place()).cursor

    await until(are_level)


async def _is_past(store: Store, head: int) -> bool:
    return await store.head() > head


async def _alternate(
    across: Callable[[], Awaitable[int]], bare: Callable[[], Awaitable[int]], calls: int
) -> tuple[Sample, Sample]:
    await across()
    await bare()
    taken = [(await across(), await bare()) for _ in range(calls)]
    return in_ms([ours for ours, _ in taken]), in_ms([floor for _, floor in taken])


@asynccontextmanager
async def _asking(path: Path, store: Store, dsn: str) -> AsyncIterator[None]:
    """A daemon in this process that hears of nothing but what is written to its own store."""
    address = HubAddress("hub", dsn)

    async def connect(_address: HubAddress) -> Link:
        return await _Deaf.connect(dsn)

    around = Surroundings(
        find_hub=lambda: address,
        reach=Reach(connect, "benchmark", lambda: 0.5),
        turn=nullcontext,
        tell=lambda _: None,
        poll_seconds=POLL_SECONDS,
    )
    keeper = Daemon(store, around)

    async def ring() -> None:
        async for _ in watch_store(path.parent):
            keeper.ring()

    tasks = [asyncio.create_task(work) for work in (keeper.run(), ring())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _figure(name: str, taken: Sample, floor: Sample) -> Figure:
    floors = (Floor(NOTIFY, floor),)
    return Figure(SECTION, name, taken, floors, must=ACROSS_MUST, aim=ACROSS_AIM)
