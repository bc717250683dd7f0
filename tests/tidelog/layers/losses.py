"""The ways in which the store of a real process is lost, each with the way back."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import PAGE
from tests.tidelog.layers.test_commands import BOUND_BY_MODES

Loss = Callable[[Kept], AbstractContextManager[None]]
"""Brings a store into that state; what was lost is back when the block ends."""

_ROOM_KIB = 6_000
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


@contextmanager
def _full(kept: Kept) -> Iterator[None]:
    """The disk of the project's folder has not one block left; see `disk_of`."""
    ballast = kept.folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(PAGE))
    assert shutil.disk_usage(kept.folder).free == 0
    yield
    ballast.unlink()


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
    """Where the disk is to be full: a small one for the folder, which takes a right to mount."""
    if loss != "disk full":
        yield
        return
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM_KIB}k", "none", str(folder)]
    subprocess.run(words, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def words_of(loss: str) -> list[str]:
    """The words after Python's name that start a server, which no daemon keeps."""
    serve = ["serve", "--no-daemon"]
    if loss == "read-only folder" and os.geteuid() == 0:
        return ["-c", BOUND_BY_MODES, *serve]
    return ["-m", "tidelog", *serve]
