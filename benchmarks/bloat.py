"""`python -m benchmarks.bloat`: what many small snapshots leave behind, and what mending costs."""

import argparse
import asyncio
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

from benchmarks import table
from benchmarks.figures import Figure, Floor
from benchmarks.load import fill
from benchmarks.promises import BLOAT_MUST, DELAY_MUST, FRESH, OTHERWISE
from benchmarks.snapshots import Changes
from benchmarks.timing import Sample, in_ms
from gitlayer.repository import Repository
from gitlayer.snapshot import Snapshots
from gitlayer.upkeep import maintain, wants_maintenance
from localstore.store import Store, StoreOptions
from tidelog.wiring import Ids, now

SECTION = "After many changes, each in a snapshot of its own, ms"
ITEMS = 1_200
PROMISED = 20_000
"""After so many changes the promise of the size is looked at: a few leave mostly loose objects."""
_BLOCK = 512
_LOGS = 10


@dataclass(slots=True)
class Times:
    """How long snapshots took, nanoseconds: while maintenance ran, and while it did not."""

    maintained: list[int] = field(default_factory=list)
    otherwise: list[int] = field(default_factory=list)


async def measure_bloat(folder: Path, items: int, changes: int) -> list[Figure]:
    """Snapshot so many changes one by one, with maintenance beside as the keeper has it."""
    path = folder / ".tidelog" / "store.db"
    landmarks = await fill(path, items, new_id=Ids(), clock=now)
    repository = Repository.own(path.parent / "status")
    options = StoreOptions(durable=False)
    async with await Store.open(path, clock=now, new_id=Ids(), options=options) as store:
        snapshots = Snapshots(store, repository, who=lambda: "benchmark")
        await snapshots.take()
        times = await _snapshot_each(snapshots, repository, Changes(store, landmarks), changes)
    figures = [
        *_delays(times),
        *_sizes(repository, _collected(repository, folder / "fresh"), changes),
    ]
    return [replace(figure, section=SECTION, items=items) for figure in figures]


async def _snapshot_each(
    snapshots: Snapshots, repository: Repository, changes: Changes, count: int
) -> Times:
    times = Times()
    upkeep: asyncio.Task[None] | None = None
    for _ in range(count):
        await changes.make(1)
        maintained = upkeep is not None and not upkeep.done()
        start = perf_counter_ns()
        await snapshots.take()
        taken = perf_counter_ns() - start
        (times.maintained if maintained else times.otherwise).append(taken)
        if (upkeep is None or upkeep.done()) and wants_maintenance(repository):
            upkeep = asyncio.create_task(asyncio.to_thread(maintain, repository))
    if upkeep is not None:
        await upkeep
    return times


def _delays(times: Times) -> list[Figure]:
    """How much slower a snapshot is while maintenance runs; nothing when it never ran."""
    if not times.maintained or not times.otherwise:
        return []
    maintained, otherwise = in_ms(times.maintained), in_ms(times.otherwise)
    slowest = Floor(OTHERWISE, Sample(otherwise.values[-1:]))
    delay = max(maintained.values[-1] - otherwise.values[-1], 0.0)
    return [
        Figure("", "while maintained", maintained, (Floor(OTHERWISE, otherwise),)),
        Figure("", "slowest, later by", Sample((delay,)), (slowest,), must=DELAY_MUST),
    ]


def _sizes(repository: Repository, fresh: Repository, changes: int) -> list[Figure]:
    """How large it is, and how soon one file's story is told."""
    size, gathered = _kilobytes(repository), Floor(FRESH, _kilobytes(fresh))
    log, read = _logs(repository), Floor(FRESH, _logs(fresh))
    must = BLOAT_MUST if changes >= PROMISED else None
    return [
        Figure("", f"kB, {changes:,} changes", size, (gathered,), unit="kB", must=must),
        Figure("", "git log -- FILE", log, (read,)),
    ]


def _collected(repository: Repository, folder: Path) -> Repository:
    """A copy of a repository, packed as `git gc` does it."""
    shutil.copytree(repository.work_tree, folder)
    fresh = Repository(folder / ".git", folder, folder / ".git" / "index", repository.branch)
    fresh.git.run("gc", "--quiet")
    return fresh


def _kilobytes(repository: Repository) -> Sample:
    """What the repository takes of the disk."""
    parts = [repository.git_dir, *repository.git_dir.rglob("*")]
    return Sample((sum(part.stat().st_blocks for part in parts) * _BLOCK / 1e3,))


def _logs(repository: Repository) -> Sample:
    """The time `git log` takes for each of some files."""
    times = []
    for file in sorted(repository.work_tree.rglob("work-items/*/*.md"))[:_LOGS]:
        start = perf_counter_ns()
        repository.git.run("log", "--oneline", "--", str(file))
        times.append(perf_counter_ns() - start)
    return in_ms(times)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bloat", description=__doc__)
    parser.add_argument("--changes", type=int, default=PROMISED)
    changes: int = parser.parse_args().changes
    with TemporaryDirectory(prefix="tidelog-bloat-") as folder:
        figures = asyncio.run(measure_bloat(Path(folder), ITEMS, changes))
    for line in table.lines(figures):
        print(line)


if __name__ == "__main__":
    main()
