"""The store's connections and a round's calls on one thread, stepped from await to await."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from localstore.connection import StoreConnection
from localstore.errors import TidelogError

T = TypeVar("T")


class Checkpoint:
    """A place at which a coroutine can be left waiting: its await comes back once."""

    def __await__(self) -> Generator[None, None, None]:
        """Wait until somebody sends the coroutine on."""
        yield


class InlineConnection(StoreConnection):
    """The store's connection without its thread: each function waits once, and then runs here."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        # Not the base's: it would make a thread. The transactions around a function stay its own.
        self._connection = connection
        self._busy_timeout_seconds = 0.0

    async def _execute(self, fn: Callable[..., T], *args: object, **kwargs: object) -> T:
        await Checkpoint()
        return fn(*args, **kwargs)

    def forget(self) -> None:
        """Let go of the file; whoever opened it closes it."""
        self._connection = None


def connect_inline(path: Path) -> sqlite3.Connection:
    """Open a store's file for one process alone, which never loses power."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def finished(call: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns when nothing happens between its awaits. Raises what it raises."""
    try:
        while True:
            call.send(None)
    except StopIteration as end:
        return cast("T", end.value)


@asynccontextmanager
async def at_last(work: Coroutine[Any, Any, T]) -> AsyncIterator[Awaitable[T]]:
    """What a round may do meanwhile, done when it is wanted."""
    try:
        yield work
    finally:
        work.close()


@asynccontextmanager
async def at_first(work: Coroutine[Any, Any, T]) -> AsyncIterator[Awaitable[T]]:
    """What a round may do meanwhile, done before all else; what it raises is raised when it is
    wanted."""
    try:
        ended: T | TidelogError = await work
    except TidelogError as failure:
        ended = failure

    async def told() -> T:
        if isinstance(ended, TidelogError):
            raise ended
        return ended

    end = told()
    try:
        yield end
    finally:
        end.close()
