"""The files people see. Whatever somebody wrote into one of them is never written over unseen."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gitlayer.repository import PROBLEM_SUFFIX
from localstore.errors import Unavailable

_FILE_MODE = 0o600
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO)


class WorkTree:
    """A folder of files that people and tidelog both write; paths are relative, with slashes."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        """`scratch` is a folder of ours on the same file system."""
        self._folder = folder
        self._scratch = scratch

    def read(self, path: str) -> bytes | None:
        """What stands in a file; None when there is none, or something that is no file: a symbolic
        link, a folder, a pipe.

        Raises:
            Unavailable: it may not be read.
        """
        try:
            # Opening a pipe would wait for somebody to write into it.
            opened = os.open(self._folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as failure:
            if failure.errno in _NO_FILE:
                return None
            told = f"{self._folder / path} cannot be read: {failure.strerror}"
            raise Unavailable(told) from failure
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            return None
        with os.fdopen(opened, "rb") as file:
            return file.read()

    def holds(self, path: str) -> bool:
        """Whether anything stands there, be it no file."""
        return os.path.lexists(self._folder / path)

    def write(self, path: str, content: bytes, *, over: bytes | None) -> bool:
        """Put `content` in place of what we have seen there, `over`, as one step.

        Returns False, with nothing lost and the file as somebody left it, when it holds something
        else by then.

        Raises:
            Unavailable: the folder leads elsewhere through a symbolic link, or cannot be written.
        """
        target = self._folder / path
        found = self.read(path)
        if found == content:
            return True
        if found != over:
            return False
        try:
            self._make_parent(target)
            fresh = self._scratch / f"tidelog-{os.getpid()}"
            fresh.write_bytes(content)
            fresh.chmod(_FILE_MODE)
            return self._exchange(fresh, target, over)
        except OSError as failure:
            raise Unavailable(f"{target} cannot be written: {failure.strerror}") from failure

    def remove(self, path: str, *, over: bytes) -> None:
        """Take a file away, unless it holds something else than `over`."""
        if self.read(path) == over:
            (self._folder / path).unlink()

    def note(self, path: str, text: str) -> None:
        """Leave a note beside a file, for the person who edited it.

        A note that says this already is not written again: whoever watches the folder would be
        woken by that.
        """
        note = self._folder / (path + PROBLEM_SUFFIX)
        content = text.encode(errors="backslashreplace")
        if self.read(path + PROBLEM_SUFFIX) != content:
            self._make_parent(note)
            note.write_bytes(content)

    def forget_note(self, path: str) -> None:
        """Take away the note beside a file, if there is one."""
        (self._folder / (path + PROBLEM_SUFFIX)).unlink(missing_ok=True)

    def notes(self) -> Iterator[tuple[str, str]]:
        """The notes there are, as (path of the file, text), by path."""
        for note in sorted(self._folder.rglob(f"*{PROBLEM_SUFFIX}")):
            path = note.relative_to(self._folder).as_posix().removesuffix(PROBLEM_SUFFIX)
            yield path, note.read_text(encoding="utf-8", errors="replace")

    def _exchange(self, fresh: Path, target: Path, over: bytes | None) -> bool:
        """Put `fresh` there, and take it back if what it replaced was written just then."""
        if over is None:
            try:
                os.link(fresh, target)
            except FileExistsError:
                return False
            finally:
                fresh.unlink()
            return True
        aside = self._scratch / f"tidelog-{os.getpid()}.aside"
        aside.unlink(missing_ok=True)
        try:
            os.link(target, aside)
        except FileNotFoundError:
            return False
        fresh.replace(target)
        if aside.read_bytes() != over:
            aside.replace(target)
            return False
        aside.unlink()
        return True

    def _make_parent(self, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self._folder.resolve()):
            raise Unavailable(
                f"{target.parent} leads out of the folder of the snapshots",
                hint="put a real folder in place of the symbolic link",
            )
