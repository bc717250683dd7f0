"""Putting another store's content in the place of a store that may be open elsewhere."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from localstore.connection import connect, translated
from localstore.errors import Busy, Unavailable
from localstore.opened import mark_of
from localstore.rows import sync_place
from localstore.schema import applied_migrations, is_current, migrate

_LEFT = "the store was left as it is"
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_STEP_PAGES = 16
"""Less than any store has: after the first step the lock is held and nothing is replaced yet."""


def replace_content(
    path: Path,
    other: Path,
    *,
    replica_id: str,
    busy_timeout_seconds: float,
    durable: bool,
    set_aside: Path | None = None,
) -> None:
    """Give the store at `path` the content of the store at `other`, as one transaction.

    Other processes that have it open go on, and see the new content with their next statement; a
    crash leaves the old or the new. The project's name stays when there is one, and the store is
    `replica_id` from then on. `other` is only read, and brought to this schema in a copy. What was
    there until then is copied to the file `set_aside` under the lock that replaces it, so that
    nobody's write falls between the two.

    Raises:
        Busy: the write lock was not had within the timeout. Unavailable: `other` is missing,
            damaged, no store, or from a newer tidelog; or what is there cannot be copied. Nothing
            was written then.
    """
    opened = partial(connect, busy_timeout_seconds=busy_timeout_seconds, durable=durable)
    keep = None if set_aside is None else partial(copy_store, path, set_aside)
    try:
        with tempfile.TemporaryDirectory(prefix=".replacing-", dir=path.parent) as folder:
            copy = Path(folder) / "store.db"
            copy_store(other, copy)
            with closing(opened(copy)) as source, closing(opened(path)) as target:
                _prepare(source, target, other, {"replica_id": replica_id, "file": mark_of(path)})
                look = _gives_up(busy_timeout_seconds, keep)
                source.backup(target, pages=_STEP_PAGES, progress=look, sleep=0)
    except sqlite3.Error as failure:
        raise translated(failure, busy_timeout_seconds) from failure
    except OSError as failure:
        raise Unavailable(f"the store cannot be replaced: {failure.strerror}") from failure


def copy_store(other: Path, copy: Path) -> None:
    """Take what `other` holds at this moment, its write-ahead log included."""
    if not other.is_file():
        raise Unavailable(f"there is no store at {other}", hint="name the file of a store")
    try:
        with closing(sqlite3.connect(other)) as source, closing(sqlite3.connect(copy)) as target:
            source.execute("PRAGMA query_only = ON")
            source.backup(target)
    except sqlite3.Error as failure:
        raise Unavailable(f"{other} cannot be read: {failure}", hint=_LEFT) from failure


def _prepare(
    source: sqlite3.Connection, target: sqlite3.Connection, other: Path, identity: dict[str, str]
) -> None:
    """Make the copy what the store shall be: itself, in its project, with other content."""
    found = [str(line) for (line,) in source.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise Unavailable(f"{other} is damaged: {found[0]}", hint=_LEFT)
    if not applied_migrations(source):
        raise Unavailable(f"{other} is no tidelog store", hint=_LEFT)
    if not is_current(source):
        migrate(source)
    kept = target.execute("SELECT key, value FROM meta WHERE key = 'project'").fetchall()
    source.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [*kept, *identity.items()],
    )
    project_id = sync_place.place(target).project_id
    if project_id is not None:
        sync_place.join(source, project_id)


def _gives_up(
    waited_seconds: float, keep: Callable[[], None] | None
) -> Callable[[int, int, int], None]:
    """What to do after each step: sqlite3 itself would try for ever.

    A step waits for the lock as long as every write does, and has not had it when it says busy.
    From the first step that has it until the end nobody else writes, and readers see what was
    there: that is when to `keep` it.
    """
    kept = keep is None

    def look(status: int, _remaining: int, _total: int) -> None:
        nonlocal kept
        if status in _BUSY:
            raise Busy(waited_seconds)
        if keep is not None and not kept:
            kept = True
            keep()

    return look
