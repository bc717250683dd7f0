"""What a daemon costs while nothing happens."""

import asyncio
from pathlib import Path

import psutil

from benchmarks.figures import Figure, Floor
from benchmarks.promises import BARE, IDLE_AIM, IDLE_MUST, MEMORY_MUST
from benchmarks.sync_daemons import asleep, daemon, online
from benchmarks.sync_hub import joined_store, open_project
from benchmarks.timing import Sample

SECTION = "A daemon with nothing to do, beside a process that sleeps: ms of processor, MB"
_SETTLE_SECONDS = 8.0
"""For some seconds after a change it looks for the next one."""
_LEAST_SECONDS = 30.0
"""The system counts a process's time in steps of 10 ms; over less than this it says too little."""


async def measure_idle(folder: Path, dsn: str, seconds: float) -> list[Figure]:
    """Leave a daemon alone with an empty store for so long, and a bare process too; their time of
    the processor is told by the minute."""
    path = folder / "store.db"
    project_id = await open_project(dsn, "idle")
    async with (
        await joined_store(path, project_id) as store,
        daemon(path, dsn) as ours,
        asleep() as bare,
    ):
        await online(store)
        await asyncio.sleep(min(_SETTLE_SECONDS, seconds))
        before = [_spent(each) for each in (ours, bare)]
        await asyncio.sleep(seconds)
        spent, floor = (
            Sample(((_spent(each) - then) * 60 / seconds,))
            for each, then in zip((ours, bare), before, strict=True)
        )
        memory, least = (Sample((each.memory_info().rss / 1e6,)) for each in (ours, bare))
    return [
        Figure(
            SECTION,
            "a minute",
            spent,
            (Floor(BARE, floor),),
            unit="ms of CPU",
            must=IDLE_MUST if seconds >= _LEAST_SECONDS else None,
            aim=IDLE_AIM if seconds >= _LEAST_SECONDS else None,
        ),
        Figure(SECTION, "memory", memory, (Floor(BARE, least),), unit="MB", must=MEMORY_MUST),
    ]


def _spent(process: psutil.Process) -> float:
    """The processor time a process has used so far, in milliseconds."""
    times = process.cpu_times()
    return (times.user + times.system) * 1e3
