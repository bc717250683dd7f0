"""The first sync of a full store, up and down, each in a process of its own."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Floor
from benchmarks.load import fill
from benchmarks.promises import (
    COPY,
    EARLY,
    FIRST_AIM,
    FIRST_MUST,
    FLAT_AIM,
    MEMORY_MUST,
    SQLITE,
)
from benchmarks.servers import CHECKOUT
from benchmarks.sync_floors import CopiedRows, load_bare
from benchmarks.sync_hub import beside, joined_store, open_project
from benchmarks.timing import Sample, in_ms
from localstore.values import Row
from tidelog.wiring import Ids, now

SECTION = "Sync, the first one: rows and their history, beside COPY and upsert, ms"
MEMORY = "Resident memory during the first sync, MB"


@dataclass(frozen=True, slots=True)
class First:
    """What one first sync took, in nanoseconds, how many rows it moved, and its memory in MB."""

    nanoseconds: int
    rows: int
    early: float
    most: float


async def measure_first(folder: Path, dsn: str, items: int) -> tuple[list[Figure], str]:
    """Sync a store of `items` items to a new project of an empty hub, and from there to a new
    store; return also the project's id."""
    up, down = (folder / name / "store.db" for name in ("up", "down"))
    await fill(up, items, new_id=Ids(), clock=now)
    project_id = await open_project(dsn, "first")
    for path in (up, down):
        await (await joined_store(path, project_id)).close()
    sent = await _once(up, dsn)
    other = await beside(dsn, "floor")
    copied = await CopiedRows.of(dsn)
    copies = [await copied.put(other)]
    taken = await _once(down, dsn)
    copies += [await copied.put(other) for _ in range(2)]
    del copied
    floor = in_ms(copies)
    bare = in_ms([load_bare(down, folder / "bare.db")])
    figures = [
        _time("up", sent, COPY, floor),
        _rate(sent, COPY, floor),
        _time("down", taken, COPY, floor),
        _rate(taken, COPY, floor),
        _time("down", taken, SQLITE, bare),
        *(_memory(name, once) for name, once in (("up", sent), ("down", taken))),
    ]
    return figures, project_id


async def _once(path: Path, dsn: str) -> First:
    words = (sys.executable, "-m", "benchmarks.sync_once", str(path), dsn)
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT
    )
    said, _ = await process.communicate()
    told: Row = json.loads(said)
    seconds, pulled, pushed, early, most = (
        float(str(told[name])) for name in ("seconds", "pulled", "pushed", "early", "most")
    )
    return First(int(seconds * 1e9), int(pulled + pushed), early, most)


def _time(name: str, once: First, floor: str, sample: Sample) -> Figure:
    promised = floor == COPY
    return Figure(
        SECTION,
        f"{once.rows:,} rows {name}",
        in_ms([once.nanoseconds]),
        (Floor(floor, sample),),
        must=FIRST_MUST if promised else None,
        aim=FIRST_AIM if promised else None,
    )


def _rate(once: First, floor: str, sample: Sample) -> Figure:
    """Rows a second; more is better."""
    taken = Sample((once.rows * 1e9 / once.nanoseconds,))
    alone = Sample((once.rows * 1e3 / sample.p50,))
    return Figure(SECTION, "rows a second", taken, (Floor(floor, alone),), unit="/s")


def _memory(name: str, once: First) -> Figure:
    early = Floor(EARLY, Sample((once.early,)))
    most = Sample((once.most,))
    return Figure(
        MEMORY, f"at most, {name}", most, (early,), unit="MB", must=MEMORY_MUST, aim=FLAT_AIM
    )
