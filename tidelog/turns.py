"""Whose turn it is, of all the processes that work on a store: locks that die with a process."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from localstore.errors import Busy

KEEPER_LOCK = "keeper.lock"
"""Held, in the store's folder, by the process that keeps the store: its snapshots, and in step."""
SYNC_LOCK = "sync.lock"
"""Held during one exchange with the hub."""
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 120.0


def is_kept(home: Path) -> bool:
    """Whether a process keeps the store in `home` at this moment."""
    try:
        file = os.open(home / KEEPER_LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def turns(home: Path) -> Callable[[], AbstractAsyncContextManager[None]]:
    """How to have a turn on the store in `home`: wait for it, and have it while the block runs.

    What it returns raises Busy where another process goes on for two minutes.
    """
    return lambda: _turn(home)


@asynccontextmanager
async def _turn(home: Path) -> AsyncIterator[None]:
    file = os.open(home / SYNC_LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        waited = 0.0
        while not locked(file):
            if waited >= _PATIENCE_SECONDS:
                raise Busy(waited)
            await asyncio.sleep(_LOOK_SECONDS)
            waited += _LOOK_SECONDS
        yield
    finally:
        os.close(file)


def locked(file: int) -> bool:
    """Take the lock on an open file for this process; False when another one has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
