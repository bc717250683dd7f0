"""Snapshots of a store, and the store made from them again, beside git alone."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter_ns

from benchmarks.figures import Figure, Floor
from benchmarks.load import Landmarks, fill
from benchmarks.promises import AIM, GIT, MUST, PENDING
from benchmarks.snapshot_floors import Recording, Twin, print_blobs
from benchmarks.timing import Effort, Sample, alternate, in_ms
from gitlayer.rebuild import rebuild_from_git
from gitlayer.snapshot import Snapshots
from localstore.fields import ItemStatus
from localstore.models import BulkUpdate, WorkItemPatch
from localstore.store import Store, StoreOptions
from tidelog.wiring import Ids, now

SECTION = "Snapshots, ms"
ROUNDS = 3
"""How often the pending changes are made and snapshotted."""
_TOGETHER = 100
_STATUSES: tuple[ItemStatus, ...] = ("completed", "active", "planned")


class Changes:
    """Changes of a store's tasks, each task in its turn: another status, another figure."""

    def __init__(self, store: Store, landmarks: Landmarks) -> None:
        self._store = store
        self._versions = dict(landmarks.tasks)
        self._tasks = list(landmarks.tasks)
        self._made = 0

    async def make(self, count: int) -> None:
        """Make so many, in transactions of a hundred."""
        for begin in range(0, count, _TOGETHER):
            together = [self._next() for _ in range(begin, min(begin + _TOGETHER, count))]
            await self._store.bulk(together, who="benchmark")

    def _next(self) -> BulkUpdate:
        turn, place = divmod(self._made, len(self._tasks))
        self._made += 1
        task = self._tasks[place]
        version = self._versions[task]
        self._versions[task] = version + 1
        patch = WorkItemPatch(
            status=_STATUSES[turn % len(_STATUSES)], metadata={"actual_hours": self._made % 1_000}
        )
        return BulkUpdate(id=task, version=version, patch=patch)


async def measure_snapshots(folder: Path, items: int, effort: Effort) -> list[Figure]:
    """Measure them on a store of their own in `folder`, with all its history snapshotted before."""
    path = folder / ".tidelog" / "store.db"
    landmarks = await fill(path, items, new_id=Ids(), clock=now)
    options = StoreOptions(durable=False)
    async with await Store.open(path, clock=now, new_id=Ids(), options=options) as store:
        repository = Recording(path.parent / "status")
        snapshots = Snapshots(store, repository, who=lambda: "benchmark")
        await snapshots.take()
        twin = Twin(repository)
        changes = Changes(store, landmarks)
        fewer = Effort(effort.calls // 4, 2 * effort.seconds)
        figures = await _small(snapshots, changes, twin, fewer)
        figures += await _pending(snapshots, changes, twin, 25 * effort.calls)
    figures += await _restore(repository, folder / "restored.db")
    return [replace(figure, items=items) for figure in figures]


async def _small(
    snapshots: Snapshots, changes: Changes, twin: Twin, effort: Effort
) -> list[Figure]:
    """Snapshots of one change, and of none."""

    async def one() -> int:
        await changes.make(1)
        return await _take(snapshots)

    async def none() -> int:
        return await _take(snapshots)

    change, alone = await alternate([one, twin.import_next], effort)
    nothing, listed = await alternate([none, twin.list_files], effort)
    return [_figure("one change", change, alone), _figure("nothing to do", nothing, listed)]


async def _pending(snapshots: Snapshots, changes: Changes, twin: Twin, count: int) -> list[Figure]:
    """Snapshots of many changes at once."""
    taken, fed = [], []
    for _ in range(ROUNDS):
        await changes.make(count)
        taken.append(await _take(snapshots))
        fed.append(await twin.import_next())
    return [
        _figure(PENDING, in_ms(taken), in_ms(fed), f"{count:,} {PENDING}"),
        _rate("changes a second", count, in_ms(taken), in_ms(fed)),
    ]


async def _restore(repository: Recording, path: Path) -> list[Figure]:
    """A store built from the commits, with every row and every change."""
    tip = repository.tip()
    assert tip is not None
    start = perf_counter_ns()
    rebuilt = rebuild_from_git(repository, tip.commit)
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        await store.load(rebuilt.rows, rebuilt.history)
    taken = in_ms([perf_counter_ns() - start])
    printed = in_ms([print_blobs(repository, tip.commit)])
    rows, count = len(rebuilt.rows), len(rebuilt.history)
    return [
        _figure("restore", taken, printed, f"{count:,} restored"),
        _rate("changes a second", count, taken, printed),
        _rate("rows a second", rows, taken, printed),
    ]


async def _take(snapshots: Snapshots) -> int:
    start = perf_counter_ns()
    await snapshots.take()
    return perf_counter_ns() - start


def _figure(name: str, ours: Sample, alone: Sample, shown: str = "") -> Figure:
    floors = (Floor(GIT, alone),)
    return Figure(SECTION, shown or name, ours, floors, must=MUST.get(name), aim=AIM.get(name))


def _rate(name: str, count: int, ours: Sample, alone: Sample) -> Figure:
    """So many of something in that time, as a number a second; more is better."""
    ours, alone = (
        Sample(tuple(sorted(1_000 * count / taken for taken in sample.values)))
        for sample in (ours, alone)
    )
    return Figure(SECTION, name, ours, (Floor(GIT, alone),), unit="/s")
