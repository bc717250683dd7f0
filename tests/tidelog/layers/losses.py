"""The ways in which the store of a real process is lost, each with the way back."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import PAGE
from tests.tidelog.layers.test_commands import BOUND_BY_MODES
from tests.tidelog.layers.test_journal_places import LIMITED

Loss = Callable[[Kept], AbstractContextManager[None]]
"""Brings a store into that state; what was lost is back when the block ends."""

_SMALL_DISK = ("mount", "-t", "tmpfs", "-o", "size=6000k", "none")
_HOLD = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("PRAGMA locking_mode = EXCLUSIVE")
other.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def _replaced(broken: Callable[[Path], None]) -> Loss:
    """The file is put aside whole, and a broken copy of it stands in its place."""

    @contextmanager
    def loss(kept: Kept) -> Iterator[None]:
        aside = kept.folder / "aside.db"
        kept.database.rename(aside)
        shutil.copy(aside, kept.database)
        broken(kept.database)
        yield
        breaking.missing(kept.database)
        aside.rename(kept.database)

    return loss


@contextmanager
def _locked(kept: Kept) -> Iterator[None]:
    """Another process has it to itself, for longer than anybody waits."""
    words = [sys.executable, "-c", _HOLD, str(kept.database)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.kill()


@contextmanager
def _read_only(kept: Kept) -> Iterator[None]:
    """Nobody may write into the store's folder; `words_of` has root bound by that too."""
    every = [*kept.home.rglob("*"), kept.home]
    for path in every:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield
    for path in every[::-1]:
        path.chmod(0o700 if path.is_dir() else 0o600)


@cache
def can_mount() -> bool:
    """Whether this user may mount a small disk of the test's own."""
    with TemporaryDirectory() as folder:
        mounted = subprocess.run([*_SMALL_DISK, folder], check=False, capture_output=True)
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        return mounted.returncode == 0


@contextmanager
def _full(kept: Kept) -> Iterator[None]:
    """The disk of the project's folder has not one block left; see `disk_of`."""
    if not can_mount():
        with _grown(kept):
            yield
        return
    ballast = kept.folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PAGE))
    assert shutil.disk_usage(kept.folder).free == 0
    yield
    ballast.unlink()


@contextmanager
def _grown(kept: Kept) -> Iterator[None]:
    """The store's log, which cannot begin anew while somebody reads, is as long as a file of the
    server's may get: see `words_of`."""
    log = kept.home / "store.db-wal"
    longest = 2 * kept.database.stat().st_size
    with (
        closing(sqlite3.connect(kept.database)) as reader,
        closing(sqlite3.connect(kept.database)) as writer,
        pytest.MonkeyPatch.context() as patched,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        with writer:
            writer.execute("CREATE TABLE ballast (held BLOB)")
            writer.execute("INSERT INTO ballast VALUES (zeroblob(?))", (longest,))
        with writer:
            writer.execute("DROP TABLE ballast")
        assert log.stat().st_size > longest
        patched.setenv("LONGEST", str(longest))
        yield


LOSSES: dict[str, Loss] = {
    "missing": _replaced(breaking.missing),
    "zero bytes": _replaced(breaking.emptied),
    "truncated": _replaced(breaking.truncated),
    "overwritten": _replaced(breaking.overwritten),
    "locked": _locked,
    "read-only folder": _read_only,
    "disk full": _full,
    "from the future": _replaced(breaking.future),
}


@contextmanager
def disk_of(loss: str, folder: Path) -> Iterator[None]:
    """Where the disk is to be full: a small one for the folder, if this user may mount one."""
    if loss != "disk full" or not can_mount():
        yield
        return
    folder.mkdir()
    subprocess.run([*_SMALL_DISK, str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def words_of(loss: str) -> list[str]:
    """The words after Python's name that start a server, which no daemon keeps."""
    serve = ["serve", "--no-daemon"]
    if loss == "read-only folder" and os.geteuid() == 0:
        return ["-c", BOUND_BY_MODES, *serve]
    if loss == "disk full" and not can_mount():
        return ["-c", LIMITED, *serve]
    return ["-m", "tidelog", *serve]
