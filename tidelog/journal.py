"""The journal: a file that takes what the store cannot, one line a call, on the disk before it is
acknowledged.

It stands in the store's folder, or, where that takes nothing either, in one of the user's own.
Whoever appends or sets it aside holds a lock beside it, so that no line goes into a file that was
just set aside, and lines are numbered in the order in which they were taken.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from localstore.disk import to_disk
from localstore.errors import Busy, Unavailable
from localstore.values import Row, format_moment, to_json
from tidelog.discovery import SET_ASIDE, Place
from tidelog.journal_lines import (
    FORMAT,
    Found,
    Line,
    append_whole,
    open_lock,
    read_lines,
)
from tidelog.turns import locked

JOURNAL_FILE = "journal.jsonl"
LEFT_FILE = "journal.left.jsonl"
"""In the store's folder: lines that no store of this version could take in."""
LOCK_FILE = "journal.lock"
_LOOK_SECONDS = 0.02


class Journal:
    """The journal of one store."""

    def __init__(self, home: Path, fallback: Path, clock: Callable[[], datetime]) -> None:
        """`fallback` is the folder to turn to where `home` takes nothing; made when it has to."""
        self.home = home
        self._folders = (home, fallback)
        self._clock = clock
        self._files = tuple(folder / JOURNAL_FILE for folder in self._folders)

    def is_empty(self) -> bool:
        """Whether nothing waits: what a good day's call asks, so it only looks whether the files
        are there."""
        for file in self._files:
            try:
                file.stat()
            except OSError:
                continue
            return False
        return True

    def found(self, *, left: bool = False) -> Found:
        """What waits; with `left` also what could not be taken in before. A line that is just being
        written is torn until it is whole."""
        return read_lines([*self._files, *([self.home / LEFT_FILE] if left else [])])

    def left(self) -> Found:
        """What could not be taken in before."""
        return read_lines([self.home / LEFT_FILE])

    @asynccontextmanager
    async def held(self, patience_seconds: float) -> AsyncIterator["HeldJournal"]:
        """Keep others from the journal. Raises: Busy: somebody else keeps it that long."""
        held = HeldJournal(self, self._folders, self._clock)
        try:
            waited = 0.0
            for file in held.lock_files():
                while not locked(file):
                    if waited >= patience_seconds:
                        raise Busy(waited)
                    await asyncio.sleep(_LOOK_SECONDS)
                    waited += _LOOK_SECONDS
            yield held
        finally:
            held.let_go()


class HeldJournal:
    """A journal that nobody else appends to or sets aside meanwhile."""

    def __init__(
        self, journal: Journal, folders: Sequence[Path], clock: Callable[[], datetime]
    ) -> None:
        self._journal = journal
        self._folders = folders
        self._clock = clock
        self._locks: dict[Path, int] = {}

    def lock_files(self) -> Iterable[int]:
        """Open the lock of each folder there is, to be locked."""
        for folder in self._folders:
            file = open_lock(folder / LOCK_FILE)
            if file is not None:
                self._locks[folder] = file
                yield file

    def let_go(self) -> None:
        """Let others have it."""
        while self._locks:
            os.close(self._locks.popitem()[1])

    def found(self, *, left: bool = False) -> Found:
        """As `Journal.found`."""
        return self._journal.found(left=left)

    def append(self, told: Row) -> Line:
        """Take what a store was told (`Store.told_after`) as the next line; on the disk when this
        returns.

        Raises:
            Unavailable: no folder takes it; nothing was written then, and the message says where
                it was tried.
        """
        known = self.found().lines
        number = max((line.number for line in known), default=0) + 1
        at = format_moment(self._clock())
        row: Row = {"format": FORMAT, "number": number, "at": at, **told}
        text = to_json(row).encode()
        reasons = []
        for folder in self._folders:
            try:
                self._make(folder)
                append_whole(folder / JOURNAL_FILE, text + b"\n")
            except OSError as failure:
                reasons.append(f"{folder / JOURNAL_FILE}: {failure.strerror}")
            else:
                return Line(number, row, text)
        raise Unavailable(
            f"nothing was written: the store cannot take it, and neither can the journal "
            f"({'; '.join(reasons)})",
            hint="make room, or make one of these folders writable, and send the same call again",
        )

    def set_aside(self, left: Sequence[Line], *, with_left: bool) -> None:
        """Put the journal away, for all of it is in the store but for the lines `left`, which are
        kept for a later version; `with_left` says that those of before are among them.

        Not interrupted by anything but the death of the process; nothing is ever deleted.

        Raises: Unavailable: the files cannot be moved; they are read once more then.
        """
        try:
            before = self._journal.left().lines if with_left else []
            if [line.text for line in left] != [line.text for line in before]:
                if with_left:
                    self._move(self._journal.home, LEFT_FILE)
                self._leave(left)
            for folder in self._folders:
                if folder in self._locks:
                    self._move(folder, JOURNAL_FILE)
        except OSError as failure:
            raise Unavailable(
                f"the journal is in the store and cannot be set aside: {failure.strerror}",
                hint=f"make {failure.filename or self._journal.home} writable",
            ) from failure

    def _leave(self, left: Sequence[Line]) -> None:
        if left:
            text = b"".join(line.text + b"\n" for line in left)
            append_whole(self._journal.home / LEFT_FILE, text)

    def _make(self, folder: Path) -> None:
        """Make the fallback folder, and hold it too."""
        if folder == self._journal.home:
            return
        for each in (folder.parent.parent, folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder not in self._locks:
            file = open_lock(folder / LOCK_FILE)
            if file is not None and not locked(file):
                os.close(file)
                raise BlockingIOError(0, "another process writes to it")
            if file is not None:
                self._locks[folder] = file

    def _move(self, folder: Path, name: str) -> None:
        file = folder / name
        if not file.exists():
            return
        aside = folder / SET_ASIDE
        aside.mkdir(mode=0o700, exist_ok=True)
        stem = f"{name.removesuffix('.jsonl')}-{self._clock():%Y-%m-%dT%H-%M-%S}"
        target, again = aside / f"{stem}.jsonl", 1
        while target.exists():
            again += 1
            target = aside / f"{stem}-{again}.jsonl"
        file.rename(target)
        to_disk(aside)
        to_disk(folder)


def journal_of(place: Place) -> Journal:
    """The journal of the store at a place; it need not exist."""
    import platformdirs

    from tidelog.wiring import now

    digest = hashlib.sha256(os.fsencode(place.home.resolve())).hexdigest()[:32]
    fallback = platformdirs.user_state_path("tidelog") / "journals" / digest
    return Journal(place.home, fallback, now)
