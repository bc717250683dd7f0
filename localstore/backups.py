"""Backups: verified copies of a store's file, in a folder beside it, and which of them are kept."""

import fcntl
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from localstore.disk import to_disk
from localstore.entities import ENTITIES
from localstore.errors import Unavailable
from localstore.reading import reading
from localstore.rows.checks import all_checks
from localstore.rows.lookup import ARCHIVE
from localstore.schema import MIGRATIONS, applied_migrations
from localstore.values import Row, format_moment

Reason = Literal["daily", "migration"]
"""Why a backup was made: a day had gone by, or the store was about to be migrated."""

FOLDER = "backups"
MIGRATION_BACKUPS = 3
"""How many of the backups from before a migration are kept."""

_UNNAMED = ".making-"
_TIME = "%Y-%m-%dT%H-%M-%S"
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z-(\d{4})-(daily|migration)")
_STEP_PAGES = 256
_STEP_OPCODES = 1_000_000
_TABLES = (*(entity.table for entity in ENTITIES.values()), ARCHIVE)


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole store as it was at one moment: a file that was verified before it got this name."""

    path: Path
    made_at: datetime
    schema: str
    reason: str

    @property
    def name(self) -> str:
        """What people call it: when it was made (UTC), the store's schema then, and why."""
        return self.path.stem


def backups_of(store: Path) -> list[Backup]:
    """The backups of the store at `store`, the newest first."""
    found = []
    for path in (store.parent / FOLDER).glob("*.db"):
        told = _NAME.fullmatch(path.stem)
        if told:
            with suppress(ValueError):  # a name of somebody's, with a 13th month
                made_at = datetime.strptime(told[1], _TIME).replace(tzinfo=UTC)
                found.append(Backup(path, made_at, told[2], told[3]))
    return sorted(found, key=lambda backup: (backup.made_at, backup.name), reverse=True)


def outline(backup: Backup) -> Row:
    """A backup as a row: `name`, `made_at`, `reason`, `schema`, `bytes`, and how many `rows` and
    `changes` are in it; `damaged` says why these cannot be counted."""
    row: Row = {
        "name": backup.name,
        "made_at": format_moment(backup.made_at),
        "reason": backup.reason,
        "schema": backup.schema,
    }
    try:
        row["bytes"] = backup.path.stat().st_size
        with reading(backup.path) as connection:
            rows = [connection.execute(f"SELECT count(*) FROM {table}") for table in _TABLES]
            changes = connection.execute("SELECT count(*) FROM history")
            counted = [int(each.fetchone()[0]) for each in (*rows, changes)]
        return row | {"rows": sum(counted[:-1]), "changes": counted[-1]}
    except (sqlite3.Error, OSError) as failure:
        return row | {"damaged": str(failure)}


def back_up(
    store: Path,
    *,
    moment: datetime,
    reason: Reason,
    keep: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Backup | None:
    """Make a verified copy of the store at `store`, then let go of all but the newest `keep` that
    were made for the same reason.

    The copy is of one moment. Nobody waits for it: it is read in one transaction, which with a
    write-ahead log stands in nobody's way, and is not begun anew with each write as a backup is
    that lets go between its steps. `stopped` is asked after each step; it may take its time, which
    leaves the disk to others. Returns None, having done nothing, when the newest backup made for
    that reason holds this schema and the newest change already.

    Raises:
        Unavailable: there is no room, the store is damaged, or `stopped` said so. The earlier
            backups stay, all of them.
    """
    newest = next((each for each in backups_of(store) if each.reason == reason), None)
    try:
        if newest is not None and _state_of(newest.path) == _state_of(store):
            return None
        folder = store.parent / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        with _unnamed(folder) as copy:
            _copy(store, copy, stopped)
            made = _name(copy, _verified(copy, stopped), moment, reason)
    except (sqlite3.Error, OSError) as failure:
        said = failure.strerror if isinstance(failure, OSError) else failure
        raise Unavailable(
            f"no backup of the store was made: {said}",
            hint="make room on the disk; the store and its earlier backups are as they were",
        ) from failure
    older = [each for each in backups_of(store) if each.reason == reason and each != made]
    for old in older[max(keep, 1) - 1 :]:
        old.path.unlink(missing_ok=True)
    return made


def _state_of(path: Path) -> tuple[object, ...] | None:
    """What two files have in common when one need not be copied again; None: it cannot be read."""
    try:
        with reading(path) as connection:
            newest = "SELECT seq, change_id FROM history ORDER BY seq DESC LIMIT 1"
            return *applied_migrations(connection), connection.execute(newest).fetchone()
    except sqlite3.Error:
        return None


@contextmanager
def _unnamed(folder: Path) -> Iterator[Path]:
    """A file to copy into, which is gone after the block unless it was renamed.

    What a process that was killed left behind goes first. Whoever makes a backup shares a lock on
    the folder; who has it alone knows that nobody does.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in folder.glob(f"{_UNNAMED}*"):
                left.unlink()
        fcntl.flock(held, fcntl.LOCK_SH)
        file, name = tempfile.mkstemp(prefix=_UNNAMED, suffix=".db", dir=folder)
        os.close(file)
        try:
            yield Path(name)
        finally:
            for part in folder.glob(f"{Path(name).name}*"):
                part.unlink()
    finally:
        os.close(held)


def _copy(store: Path, copy: Path, stopped: Callable[[], bool]) -> None:
    def look(_status: int, _remaining: int, _total: int) -> None:
        if stopped():
            raise sqlite3.OperationalError("stopped")

    with reading(store) as source, closing(sqlite3.connect(copy)) as target:
        # Neither a journal nor a sync before the end: until it has a name nobody trusts the copy.
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        source.backup(target, pages=_STEP_PAGES, progress=look)


def _verified(copy: Path, stopped: Callable[[], bool]) -> str:
    """Look the copy through, and bring it to the disk as one file; return its schema's number.

    Every page of the store is in it, so that what is damaged there is found here.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.set_progress_handler(stopped, _STEP_OPCODES)
        connection.execute("PRAGMA journal_mode = DELETE")
        applied = applied_migrations(connection)
        if not applied:
            raise sqlite3.DatabaseError("it is no tidelog store")
        found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(1)")]
        if found == ["ok"] and applied == list(MIGRATIONS):
            checks = [check for check in all_checks(connection) if check["ok"] is not True]
            found = [f"{check['check']}: {check['found']}" for check in checks] or found
        if found != ["ok"]:
            raise sqlite3.DatabaseError(f"it is damaged: {found[0]}")
        # Put back by hand it may get the very inode that tells a store's own file from a copy.
        connection.execute("UPDATE meta SET value = 'backup' WHERE key = 'file'")
    to_disk(copy)
    return max(applied).partition("_")[0]


def _name(copy: Path, schema: str, moment: datetime, reason: Reason) -> Backup:
    """Give the copy its name, one that no other has."""
    made_at = moment.astimezone(UTC).replace(microsecond=0)
    while (path := copy.with_name(f"{made_at:{_TIME}}Z-{schema}-{reason}.db")).exists():
        made_at += timedelta(seconds=1)
    copy.rename(path)
    to_disk(path.parent)
    return Backup(path, made_at, schema, reason)
