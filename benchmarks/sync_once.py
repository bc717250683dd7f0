"""`python -m benchmarks.sync_once STORE DSN`: one round, in a process that does nothing else.

Prints what it took and moved, and how much memory the process had on the way.
"""

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter

import psutil

from localstore.store import Store
from syncd.postgres import PostgresHub
from syncd.rounds import run_round
from tidelog.wiring import Ids, now

EARLY = 0.2
"""The share of the work after which memory is looked at for the first time."""


class Footprint:
    """The memory this process has resident, in megabytes: early on, at most, and in the end."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.early = 0.0
        self.most = 0.0

    def now(self) -> float:
        """At this moment."""
        return float(self._process.memory_info().rss) / 1e6

    def step(self, done: int, total: int) -> None:
        """Look at it; called after each page and each batch."""
        megabytes = self.now()
        self.most = max(self.most, megabytes)
        if not self.early and done >= EARLY * total:
            self.early = megabytes


async def main(path: Path, dsn: str) -> None:
    """Sync the store once, and print the figures as one line of JSON."""
    footprint = Footprint()
    async with (
        await Store.open(path, clock=now, new_id=Ids()) as store,
        await PostgresHub.connect(dsn) as hub,
    ):
        start = perf_counter()
        done = await run_round(store, hub, step=footprint.step)
        seconds = perf_counter() - start
    told = {
        "seconds": seconds,
        "pulled": done.pulled,
        "pushed": done.pushed,
        "early": footprint.early,
        "most": footprint.most,
        "end": footprint.now(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
