"""Daemon processes of ours, each on one store, ended by their own id."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from benchmarks.servers import CHECKOUT, end, environment
from localstore.store import Store

LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 120.0
_GENTLE = 10
"""What `tidelog serve` adds to the niceness of the process it keeps."""


@asynccontextmanager
async def daemon(store: Path, dsn: str) -> AsyncIterator[psutil.Process]:
    """Run `tidelog sync` on the store at `store` with that hub, as gently as a server lets it run;
    it keeps no snapshots."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tidelog", "sync", "--home", str(store.parent)),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        cwd=CHECKOUT,
        env=environment() | {"TIDELOG_HUB": dsn, "TIDELOG_SNAPSHOTS": "false"},
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, _GENTLE)
    try:
        yield psutil.Process(process.pid)
    finally:
        await end(process)


async def online(store: Store) -> None:
    """Wait until a store's daemon has everything, and the hub has everything of the store.

    Raises:
        TimeoutError: it did not come to that.
    """

    async def is_online() -> bool:
        status = await store.sync_status()
        return status.get("state") == "online" and not status["dirty"]

    await until(is_online)


async def until(condition: Callable[[], Awaitable[bool]], pause: float = LOOK_SECONDS) -> None:
    """Wait until a condition holds, which is asked for every `pause` seconds.

    Raises:
        TimeoutError: it does not in two minutes.
    """
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            if await condition():
                return
            await asyncio.sleep(pause)


@asynccontextmanager
async def asleep() -> AsyncIterator[psutil.Process]:
    """A Python process that waits for ever."""
    code = "import asyncio; asyncio.run(asyncio.Event().wait())"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        await end(process)
