"""The lines of a journal as they stand in a file: each whole and on the disk, or not there."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from localstore.disk import to_disk
from localstore.values import Row, from_json, number_of, rows_of, text_of

FORMAT = 1


class Line(NamedTuple):
    """One call: what the store was told, with its number and as it stands in the file."""

    number: int
    told: Row
    text: bytes

    @property
    def is_known(self) -> bool:
        """Whether this version can read what it says."""
        return self.told.get("format") == FORMAT


@dataclass(slots=True)
class Found:
    """What the files hold: lines in the order in which they were taken; how many lines are damaged;
    and whether one at an end is torn, which was never acknowledged."""

    lines: list[Line] = field(default_factory=list)
    damaged: int = 0
    torn: bool = False

    @property
    def changes(self) -> int:
        """How many changes wait."""
        return sum(len(rows_of(line.told, "changes")) for line in self.lines)

    @property
    def since(self) -> str:
        """When the first of them was taken; empty when there is none."""
        return text_of(self.lines[0].told, "at") if self.lines else ""


def read_lines(files: Sequence[Path]) -> Found:
    """What some files hold; one that is not there holds nothing."""
    found = Found()
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            continue
        *whole, rest = content.split(b"\n")
        found.torn |= bool(rest)
        for text in filter(None, whole):
            line = _line(text)
            if line is None:
                found.damaged += 1
            else:
                found.lines.append(line)
    found.lines.sort(key=lambda line: line.number)
    return found


def _line(text: bytes) -> Line | None:
    try:
        told = from_json(text.decode())
    except ValueError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("changes"), list):
        return None
    return Line(number_of(told, "number"), told, text)


def append_whole(file: Path, content: bytes) -> None:
    """Append to a file, made when it is missing: wholly and on the disk, or not at all.

    Raises: OSError: what was written of it is cut off again.
    """
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(opened).st_size
        try:
            if size and os.pread(opened, 1, size - 1) != b"\n":
                content = b"\n" + content  # what a killed process left half-written stays apart
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(opened, rest) :]
            os.fsync(opened)
            if not size:
                to_disk(file.parent)
        except OSError:
            with suppress(OSError):
                os.ftruncate(opened, size)
                if not size:
                    file.unlink()
            raise
    finally:
        os.close(opened)


def open_lock(file: Path) -> int | None:
    """A lock's file, opened; None where there is no folder, or none can be made in it."""
    for flags in (os.O_CREAT | os.O_RDWR, os.O_RDONLY):
        with suppress(OSError):
            return os.open(file, flags | os.O_NOFOLLOW, 0o600)
    return None
