"""Copying a store's file: one that may be damaged or hard to reach, or one of our own making."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from localstore.connection import translated
from localstore.errors import Busy, Unavailable
from localstore.looking import Look
from localstore.opened import mark_of
from localstore.reading import reading
from localstore.schema import is_current
from tidelog.layers.sights import log_of, sights_of

_WAIT_SECONDS = 0.2
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NO_INDEX = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
"""What SQLite says where it may not, or cannot, make the index of the log beside the file."""


def copy_readable(store: Path, target: Path) -> None:
    """Copy a store that can still be read to `target`, of one moment, and only read it.

    Raises:
        Busy: somebody keeps even readers out. Unavailable: there is none, it cannot be read, or
            another version wrote it.
    """
    if not sights_of(store)[0].size:
        raise Unavailable("there is no file, or nothing is in it")
    try:
        _by_pages(store, target)
    except sqlite3.Error as failure:
        if (failure.sqlite_errorcode or 0) & 0xFF not in _NO_INDEX:
            raise translated(failure, _WAIT_SECONDS) from failure
        _by_files(store, target)
    try:
        with closing(sqlite3.connect(target)) as copied:
            if not is_current(copied):
                raise Unavailable("an older tidelog wrote it")
    except sqlite3.Error as failure:
        raise translated(failure, _WAIT_SECONDS) from failure
    if found := Look(target).damage():
        raise Unavailable(f"it is damaged ({found})")


def copy_ours(store: Path, target: Path) -> None:
    """Copy a store of our own making; the copy passes for it."""
    try:
        _by_pages(store, target)
        with closing(sqlite3.connect(target)) as copied, copied:
            copied.execute("UPDATE meta SET value = ? WHERE key = 'file'", (mark_of(target),))
    except sqlite3.Error as failure:
        raise translated(failure, _WAIT_SECONDS) from failure


def _by_pages(store: Path, target: Path) -> None:
    with (
        reading(store, wait_seconds=_WAIT_SECONDS) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy, progress=_gives_up(), sleep=0)


def _by_files(store: Path, target: Path) -> None:
    """Copy file and log as they lie; two that were written to meanwhile may not fit together."""
    before = sights_of(store)
    try:
        shutil.copyfile(store, target)
        if before[1].size:
            shutil.copyfile(log_of(store), log_of(target))
    except OSError as failure:
        raise Unavailable(f"the store's file cannot be read: {failure.strerror}") from failure
    if sights_of(store) != before:
        raise Unavailable("it was written to while it was copied")


def _gives_up() -> Callable[[int, int, int], None]:
    def look(status: int, _remaining: int, _total: int) -> None:
        if status in _BUSY:
            raise Busy(_WAIT_SECONDS)

    return look
