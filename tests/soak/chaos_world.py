"""Real processes on three laptops, killed at random while they write and sync; then quiet."""

import asyncio
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

import psutil

from localstore.entities import ENTITIES
from localstore.rows.lookup import ARCHIVE
from syncd.embedded import EmbeddedTrouble
from tests.postgres import Server, fresh_database
from tests.soak.chaos_aftermath import Reckoning, reckon
from tests.soak.chaos_book import Book
from tests.soak.chaos_laptop import Laptop
from tests.soak.chaos_line import line_to

LAPTOPS = ("ann", "ben", "cyd")
QUIET_SECONDS = 90.0
"""When all must be equal, after everything is running again."""
_TABLES = (*(entity.table for entity in ENTITIES.values()), ARCHIVE)
_UNSENT = " UNION ALL ".join(
    f"SELECT id FROM {table} WHERE change_id IS NOT base_change_id" for table in _TABLES
)
KILLS = (Laptop.kill_daemon, Laptop.kill_child, Laptop.kill_server)
WEIGHTS = (5, 3, 3)
Blow = Callable[[], Awaitable[str]]
"""Something bad that happens; it returns what it was."""


@dataclass(repr=False)
class Chaos:
    """Three laptops on one hub, and what befell them."""

    folder: Path
    seed: str
    book: Book = field(default_factory=Book)
    befell: Counter[str] = field(default_factory=Counter)
    laptops: list[Laptop] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        for name in LAPTOPS:
            laptop = Laptop(
                self.folder / name,
                Random(f"{self.seed}.{name}"),
                self.book,
                child=name != "ben",
                alone=name != "ann",
                snapshots=name == "cyd",
            )
            self.laptops.append(laptop)

    async def run(
        self, dsn: str, blows: Sequence[Blow], heal: Callable[[], Awaitable[None]]
    ) -> None:
        """Let all write while one blow falls after the other; then heal everything, and wait until
        all hold the same. No process is left, whatever happens.

        Raises:
            TimeoutError: they did not come to hold the same.
        """
        try:
            joins = [asyncio.to_thread(laptop.join, dsn) for laptop in self.laptops]
            await asyncio.gather(*joins)
            async with asyncio.TaskGroup() as lives:
                for laptop in self.laptops:
                    lives.create_task(laptop.live())
                try:
                    await self._until(self._all_write)
                    for blow in blows:
                        await asyncio.sleep(self.dice.uniform(0.1, 0.9))
                        self.befell[await blow()] += 1
                finally:
                    for laptop in self.laptops:
                        laptop.stop()
            await heal()
            for laptop in self.laptops:
                laptop.end()
                laptop.start_daemon()
            await self._until(self._is_equal)
            ended = [await asyncio.to_thread(laptop.end_daemon) for laptop in self.laptops]
            assert ended == [0] * len(ended), f"the daemons ended with {ended}"
        finally:
            for laptop in self.laptops:
                laptop.end()

    async def kill(self) -> str:
        """A daemon or a server is killed, often in the middle of an exchange."""
        laptops = self.dice.sample(self.laptops, len(self.laptops))
        if self.dice.random() < 0.5:
            with suppress(TimeoutError):
                await self._until(laptops[0].is_exchanging, seconds=0.5, look=0.001)
            await asyncio.sleep(self.dice.uniform(0, 0.02))
        first = self.dice.choices(KILLS, WEIGHTS)[0]
        for kill in (first, *KILLS):
            for laptop in laptops:
                exchanging = laptop.is_exchanging()
                if await asyncio.to_thread(kill, laptop):
                    place = " in an exchange" if exchanging else ""
                    return kill.__name__.replace("_", " a ") + place
        return "nothing there to kill"

    async def _until(
        self, holds: Callable[[], bool], seconds: float = QUIET_SECONDS, look: float = 0.1
    ) -> None:
        async with asyncio.timeout(seconds):
            while True:
                if holds():
                    return
                await asyncio.sleep(look)

    def _all_write(self) -> bool:
        written = Counter(write.who for write in self.book.writes)
        return all(written[laptop.name] >= 3 for laptop in self.laptops)

    def _is_equal(self) -> bool:
        held = []
        for laptop in self.laptops:
            uri = f"file:{laptop.home / 'store.db'}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True)) as connection:
                run = connection.execute
                if run(f"{_UNSENT} LIMIT 1").fetchone():
                    return False
                if run("SELECT 1 FROM history WHERE NOT at_hub LIMIT 1").fetchone():
                    return False
                held.append(set(run("SELECT change_id FROM history").fetchall()))
        return all(each == held[0] for each in held)


class Restarts:
    """Ways to end a server of Postgres, one after the other, and to have it again."""

    def __init__(self, server: Server, dice: Random) -> None:
        self.server = server
        self.dice = dice
        ways = {"fast": server.stop, "immediate": server.kill, "SIGKILL": self._kill}
        self._ways = cycle(dice.sample([*ways.items()], len(ways)))

    async def restart(self) -> str:
        """Stop it in the next way, leave it so for a moment, and start it."""
        name, stop = next(self._ways)
        await asyncio.to_thread(stop)
        await asyncio.sleep(self.dice.uniform(0, 1))
        await self.start()
        return f"restart Postgres ({name})"

    async def start(self) -> None:
        """Start it, unless it runs."""
        for last in (False, False, True):
            try:
                await asyncio.to_thread(self.server.start)
                return
            except EmbeddedTrouble:
                if last:
                    raise

    def _kill(self) -> None:
        """SIGKILL of the postmaster; its children notice, and are waited for."""
        pid = self.server.postgres.pid
        assert pid is not None
        postmaster = psutil.Process(pid)
        children = postmaster.children(recursive=True)
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([postmaster, *children], timeout=30)


async def killing(chaos: Chaos, server: Server, *, kills: int, restarts: int) -> Reckoning:
    """So many kills and restarts in random order, and the reckoning. Raises AssertionError where a
    promise is broken."""
    ends = Restarts(server, chaos.dice)
    blows: list[Blow] = [*[chaos.kill] * kills, *[ends.restart] * restarts]
    chaos.dice.shuffle(blows)
    async with fresh_database(server) as dsn:
        await chaos.run(dsn, blows, ends.start)
        return await asyncio.to_thread(reckon, chaos.folder, LAPTOPS, dsn, chaos.book)


async def cutting(chaos: Chaos, server: Server, *, cuts: int) -> Reckoning:
    """So many faults of the line between the laptops and the hub, and the reckoning. Raises as
    `killing`."""
    async with fresh_database(server) as dsn, line_to(server.port, chaos.dice) as line:
        kinds: list[Blow] = [line.break_off, line.run_dry, line.break_off, line.slow]
        blows = [kinds[number % len(kinds)] for number in range(cuts)]
        await chaos.run(line.through(dsn), blows, line.heal)
        return await asyncio.to_thread(reckon, chaos.folder, LAPTOPS, dsn, chaos.book)
