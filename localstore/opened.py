"""An opened store: its file, its two connections, and how a read or a write runs on them."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from localstore.backups import MIGRATION_BACKUPS, back_up
from localstore.connection import StoreConnection, connect, translated
from localstore.errors import Unavailable
from localstore.ids import IdSource
from localstore.rows import configuration
from localstore.schema import MINIMUM_SQLITE, is_current, migrate
from localstore.values import format_moment, parse_moment
from localstore.writing import Stamp

Clock = Callable[[], datetime]
"""Gives the present moment, with its time zone."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """How a store behaves: how long a write waits for the lock, whether a commit reaches the disk
    before it is acknowledged, after how many days closed work may be archived, and how to find out
    whether a daemon is at it now: one that was killed could not write down that it ended."""

    busy_timeout_seconds: float = 30.0
    durable: bool = True
    archive_after_days: int = 365
    is_kept: Callable[[], bool] = lambda: True


class OpenedStore:
    """What every operation of a store stands on; `Store` adds the operations."""

    def __init__(
        self,
        path: Path,
        reader: StoreConnection,
        writer: StoreConnection,
        *,
        replica_id: str,
        clock: Clock,
        new_id: IdSource,
        options: StoreOptions,
    ) -> None:
        self.path = path
        self.replica_id = replica_id
        self.options = options
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._new_id = new_id

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Clock,
        new_id: IdSource,
        options: StoreOptions = StoreOptions(),
    ) -> Self:
        """Open the store at `path`, creating it (0600, in a 0700 folder) or migrating it first.

        Raises:
            Unavailable: the file is damaged, unreadable or from a newer tidelog, SQLite is too
                old, or no backup could be made before migrating; the file is left as it was.
        """
        if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
            needed = ".".join(map(str, MINIMUM_SQLITE))
            raise Unavailable(
                f"SQLite {sqlite3.sqlite_version} is too old, {needed} is needed",
                hint="use a Python built with a newer SQLite",
            )
        connector = partial(
            connect,
            path,
            busy_timeout_seconds=options.busy_timeout_seconds,
            durable=options.durable,
        )
        stamp = Stamp("tidelog", format_moment(clock()), new_id(), new_id)
        try:
            replica_id = await asyncio.to_thread(_prepare, path, connector, stamp)
            writer = await StoreConnection.started(connector, options.busy_timeout_seconds)
            reader = await StoreConnection.started(connector, options.busy_timeout_seconds)
        except sqlite3.Error as failure:
            raise translated(failure, options.busy_timeout_seconds) from failure
        except OSError as failure:
            raise Unavailable(f"the store's folder cannot be used: {failure.strerror}") from failure
        return cls(
            path,
            reader,
            writer,
            replica_id=replica_id,
            clock=clock,
            new_id=new_id,
            options=options,
        )

    async def close(self) -> None:
        """Close both connections; what was acknowledged is in the file already."""
        await self._reader.close()
        await self._writer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        return await self._reader.read(query)

    def _now(self) -> str:
        return format_moment(self._clock())

    async def _write(self, who: str, change: Callable[[sqlite3.Connection, Stamp], T]) -> T:
        def stamped(connection: sqlite3.Connection) -> T:
            # The time is taken under the write lock, so that history is in order of time.
            return change(connection, Stamp(who, self._now(), self.replica_id, self._new_id))

        return await self._writer.write(stamped)


def _prepare(path: Path, connector: Callable[[], sqlite3.Connection], stamp: Stamp) -> str:
    """Create or migrate the file where needed; return the replica's id."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    if path.stat().st_size == 0:
        _begin_log(path.parent, connector)
    connection = connector()
    try:
        if not is_current(connection):
            migrate(connection, keep=lambda: _keep(path, stamp))
        known = dict(connection.execute("SELECT key, value FROM meta"))
        if known.get("file") != mark_of(path):
            if "file" in known:
                _expect_whole(connection)
            return _settle(connection, stamp, mark_of(path))
        return str(known["replica_id"])
    finally:
        connection.close()


def _keep(path: Path, stamp: Stamp) -> None:
    """Copy an older version's store before it is migrated; without a copy it is not."""
    moment = parse_moment(stamp.now)
    try:
        back_up(path, moment=moment, reason="migration", keep=MIGRATION_BACKUPS)
    except Unavailable as failure:
        raise Unavailable(
            f"this store of an older tidelog was not migrated: {failure.message}",
            hint="make room for a copy of it, then open it again; it was not touched, and the "
            "older tidelog goes on working with it",
        ) from failure


def _expect_whole(connection: sqlite3.Connection) -> None:
    """Look through a copy once, before it is a replica: one that was torn off its log, or put
    beside another's, would carry to the hub what nobody wrote.

    Raises: Unavailable: it is damaged.
    """
    found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise Unavailable(
            f"this copy of a store is damaged: {' '.join(found[0].split())}",
            hint="copy the store while nobody has it open, or with SQLite's VACUUM INTO",
        )


def _begin_log(folder: Path, connector: Callable[[], sqlite3.Connection]) -> None:
    """Give an empty file its write-ahead log, one process at a time.

    SQLite makes two that switch at once give up, whatever their timeout. The lock is on the folder:
    opening and closing the file itself would drop SQLite's own locks on it.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        connector().close()
    finally:
        os.close(held)


def mark_of(path: Path) -> str:
    """What tells a store's file from a copy of it: moved or renamed it stays, copied it differs."""
    return str(path.stat().st_ino)


def _settle(connection: sqlite3.Connection, stamp: Stamp, mark: str) -> str:
    """Give a store its identity: a new one its first, with the configuration row, and one that was
    copied from elsewhere an identity of its own. Whoever comes first does it."""
    connection.execute("BEGIN IMMEDIATE")
    known = dict(connection.execute("SELECT key, value FROM meta"))
    is_copy = known.get("file", mark) != mark
    replica_id = stamp.replica_id if is_copy else known.get("replica_id", stamp.replica_id)
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [("replica_id", replica_id), ("file", mark)],
    )
    configuration.plant(connection, stamp)
    connection.execute("COMMIT")
    return str(replica_id)
