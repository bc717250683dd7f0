"""The composition root: the real clock, the real ids, the store, and what wakes a server."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.ids import uuid7
from localstore.store import Store, StoreOptions
from tidelog.discovery import STORE_FILE, Place
from tidelog.pace import Pace
from tidelog.settings import Settings
from tidelog.turns import is_kept

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

_LOW_BITS = 50
_COUNTER_BITS = 24
_SETTLE_MS = 20
_MISSING_SECONDS = 1.0
_LOOKS_SECONDS = (0.05, 0.2, 1.0, 5.0)
"""After how long it is worth looking again, each counted from the look before."""

logger = logging.getLogger(__name__)


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


class Ids:
    """UUIDv7s that rise within this process, even within one millisecond or when the clock is set
    back; for one thread.

    The 24 bits below the time count up from a random start, as RFC 9562 section 6.2, method 1, has
    it; the 50 below those are fresh random bits each time, for a row's ref is made of them.
    """

    def __init__(self) -> None:
        self._ms = 0
        self._counter = 0

    def __call__(self) -> str:
        """The next id; greater than every one before."""
        ms = time.time_ns() // 1_000_000
        if ms > self._ms:
            self._ms = ms
            self._counter = _random_bits(_COUNTER_BITS - 1)
        else:
            self._counter += 1
            if self._counter >> _COUNTER_BITS:
                self._ms, self._counter = self._ms + 1, 0
        return uuid7(self._ms, self._counter << _LOW_BITS | _random_bits(_LOW_BITS))


def _random_bits(count: int) -> int:
    return int.from_bytes(os.urandom(8)) >> (64 - count)


async def open_store(place: Place, settings: Settings) -> Store:
    """Open the store at a place with the settings in force; it is made when it is missing.

    Raises:
        Unavailable, Busy: as `Store.open` says.
    """
    options = StoreOptions(
        busy_timeout_seconds=settings.busy_timeout_seconds,
        durable=settings.durable,
        archive_after_days=settings.archive_after_days,
        is_kept=partial(is_kept, place.home),
    )
    return await Store.open(place.store, clock=now, new_id=Ids(), options=options)


async def watch_home(home: Path) -> AsyncGenerator[None]:
    """As `watch_store`, of a folder that need not be there yet: that is asked every second."""
    if not _is_there(home):
        yield
        while True:
            await asyncio.sleep(_MISSING_SECONDS)
            if _is_there(home):
                break
    async with aclosing(watch_store(home)) as changes:
        async for change in changes:
            yield change


def _is_there(folder: Path) -> bool:
    return folder.is_dir()


async def watch_store(home: Path, *, also: str = "") -> AsyncGenerator[None]:
    """Yield once when it is watching, then soon after any process has written to the store in
    `home`, and a few times more; end where the system cannot watch files.

    The kernel tells. A change after some quiet seconds is passed on within 300 ms, one that follows
    another within about 10 ms (`Pace`); several writes within some milliseconds are one. It is
    worth looking again because the kernel tells of a commit's bytes in the log, and readers see the
    commit only once those are on the disk, which raises no event. What people write to files in the
    folder `also` of `home` counts too, but for what git keeps there.
    """
    from watchfiles._rust_notify import RustNotify  # few sessions watch, and awatch has one pace

    files, git = home / also, home / also / ".git"

    def counts(path: Path) -> bool:
        if also and path.is_relative_to(files):
            return not path.is_relative_to(git)
        return path.parent == home and path.name.startswith(STORE_FILE)

    try:
        watcher = RustNotify([str(home)], False, False, 0, bool(also), False)
    except OSError as failure:
        yield
        logger.warning("changes by other processes are not announced: %s", failure)
        return
    pace = Pace()
    waiting = asyncio.create_task(_changed(watcher, pace, counts))
    looks: Iterator[float] = iter(())
    try:
        yield
        while True:
            told, _ = await asyncio.wait([waiting], timeout=next(looks, None))
            if told:
                waiting.result()
                waiting = asyncio.create_task(_changed(watcher, pace, counts))
                looks = iter(_LOOKS_SECONDS)
            yield
    finally:
        pace.end()
        await asyncio.wait([waiting])
        watcher.close()


async def _changed(watcher: "RustNotify", pace: Pace, counts: Callable[[Path], bool]) -> None:
    """Wait in a thread until something changed that counts, or the pace ends."""
    while True:
        # No timeout: one would throw away what came in at that very moment.
        told = await asyncio.to_thread(watcher.watch, _SETTLE_MS, 0, 0, pace)
        if isinstance(told, str):
            return
        if any(counts(Path(path)) for _, path in told):
            pace.quicken()
            return
