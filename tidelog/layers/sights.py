"""What a store's files look like from outside: whether one is another, or was written to."""

from pathlib import Path
from typing import NamedTuple


class Sight(NamedTuple):
    """What a file looks like from outside; zeros where there is none."""

    inode: int = 0
    size: int = 0
    changed_ns: int = 0


def sight_of(file: Path) -> Sight:
    """The file as it looks now."""
    try:
        found = file.stat()
    except OSError:
        return Sight()
    return Sight(found.st_ino, found.st_size, found.st_mtime_ns)


def sights_of(store: Path) -> tuple[Sight, Sight]:
    """A store's file and its write-ahead log as they look now."""
    return sight_of(store), sight_of(log_of(store))


def log_of(store: Path) -> Path:
    """Where a store's write-ahead log stands."""
    return store.with_name(f"{store.name}-wal")
