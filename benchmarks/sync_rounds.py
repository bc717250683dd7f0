"""Rounds of two replicas in step: one change at a time, and a hundred."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter_ns

from benchmarks.figures import Figure, Floor
from benchmarks.load import fill
from benchmarks.promises import POSTGRES, SQLITE
from benchmarks.snapshots import Changes
from benchmarks.sync_floors import BareCommits
from benchmarks.sync_hub import joined_store, open_project
from benchmarks.timing import Sample, in_ms
from localstore.store import Store
from syncd.postgres import PostgresHub
from syncd.rounds import run_round
from tidelog.wiring import Ids, now

SECTION = "Sync, step by step: a round, beside bare commits of as many rows on both sides, ms"
_ITEMS = 1_200
_TOGETHER = 100


async def measure_rounds(folder: Path, dsn: str, calls: int) -> list[Figure]:
    """Change something in one store, have a round of it and of another one, again and again."""
    one, other = (folder / name / "store.db" for name in ("one", "other"))
    landmarks = await fill(one, _ITEMS, new_id=Ids(), clock=now)
    project_id = await open_project(dsn, "rounds")
    async with (
        await joined_store(one, project_id) as ours,
        await joined_store(other, project_id) as theirs,
        await PostgresHub.connect(dsn) as sender,
        await PostgresHub.connect(dsn) as receiver,
        BareCommits.on(dsn, folder / "bare.db") as bare,
    ):
        push, pull = partial(_round, ours, sender), partial(_round, theirs, receiver)
        await push()
        await pull()
        changes = Changes(ours, landmarks)
        figures: list[Figure] = []
        for count, times in ((1, calls), (_TOGETHER, max(calls // 4, 1))):
            taken: list[list[int]] = [[], [], [], []]
            for _ in range(times):
                await changes.make(count)
                for each, nanoseconds in zip(
                    (push, pull, partial(bare.upsert, count), partial(bare.commit, count)),
                    taken,
                    strict=True,
                ):
                    nanoseconds.append(await each())
            figures += _figures(count, [in_ms(each) for each in taken])
        return figures


async def _round(store: Store, hub: PostgresHub) -> int:
    start = perf_counter_ns()
    await run_round(store, hub)
    return perf_counter_ns() - start


def _figures(count: int, taken: Sequence[Sample]) -> list[Figure]:
    """Of a push, a pull, a bare upsert on the hub and a bare commit in a file."""
    pushed, pulled, upserted, committed = taken
    name = "1 change" if count == 1 else f"{count} changes"
    floors = (Floor(POSTGRES, upserted), Floor(SQLITE, committed))
    return [
        Figure(SECTION, f"push {name}", pushed, floors),
        Figure(SECTION, f"pull {name}", pulled, floors[1:]),
    ]
