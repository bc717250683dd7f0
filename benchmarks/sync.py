"""Sync, beside what the same rows cost without it; `python -m benchmarks.sync`: only that."""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import table
from benchmarks.figures import Figure
from benchmarks.sync_calls import measure_calls
from benchmarks.sync_crowd import measure_crowd
from benchmarks.sync_first import measure_first
from benchmarks.sync_hub import hub_server
from benchmarks.sync_idle import measure_idle
from benchmarks.sync_propagation import measure_propagation
from benchmarks.sync_rounds import measure_rounds


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is synced: the items of the first sync, and how often, by how many replicas of one
    project, in how many projects at once, and for how many seconds the rest is done."""

    items: int = 80_000
    calls: int = 100
    replicas: int = 20
    projects: int = 50
    seconds: float = 3.0
    idle_seconds: float = 60.0


USUAL = Scale()
"""With their edges and what else there is, 80,000 items are 100,000 rows."""
QUICK = Scale(items=6_000, calls=20, seconds=0.6, idle_seconds=3.0)


async def measure_sync(folder: Path, scale: Scale) -> list[Figure]:
    """Measure all of it with one hub, on stores in `folder`."""
    async with hub_server() as dsn:
        figures, project_id = await measure_first(folder / "first", dsn, scale.items)
        figures += await measure_calls(folder / "calls", dsn, project_id)
    async with hub_server() as dsn:
        figures += await measure_rounds(folder / "rounds", dsn, scale.calls)
        figures += await measure_propagation(folder / "across", dsn, scale.calls)
        figures += await measure_idle(folder / "idle", dsn, scale.idle_seconds)
        figures += await measure_crowd(
            folder / "crowd",
            dsn,
            replicas=scale.replicas,
            projects=scale.projects,
            seconds=scale.seconds,
        )
    return figures


async def _main(scale: Scale) -> None:
    with TemporaryDirectory(prefix="tidelog-bench-") as folder:
        for line in table.lines(await measure_sync(Path(folder), scale)):
            print(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows, and less of everything")
    asyncio.run(_main(QUICK if parser.parse_args().quick else USUAL))
