"""How often the watch of the files looks, and that it misses nothing between two paces."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchfiles._rust_notify import RustNotify

from tidelog.pace import LIVELY_PAUSE_SECONDS, LIVELY_SECONDS, QUIET_PAUSE_SECONDS, Pace

SECONDS = 60
Told = set[tuple[int, str]] | str


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


class Watched:
    """A folder that is watched at a pace, in a thread, one change after the other."""

    def __init__(self, folder: Path, watcher: RustNotify, threads: ThreadPoolExecutor) -> None:
        self.folder = folder
        self.clock = Clock()
        self.pace = Pace(self.clock)
        self._watcher, self._threads = watcher, threads

    def begin(self) -> "Future[Told]":
        """Wait, in the thread, until something is told."""
        return self._threads.submit(self._watcher.watch, 20, 0, 0, self.pace)

    def write(self, name: str) -> str:
        """Make a file; its path."""
        file = self.folder / name
        file.touch()
        return str(file)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A folder that nobody has written to yet."""
    with watching(tmp_path) as each:
        yield each


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    """The watch of a folder, ended with the block."""
    watcher = RustNotify([str(folder)], False, False, 0, False, False)
    with watcher, ThreadPoolExecutor(1) as threads:
        yield Watched(folder, watcher, threads)


def paths(told: Told) -> set[str]:
    """The files that were told of."""
    assert not isinstance(told, str)
    return {path for _, path in told}


def test_lively_then_quiet() -> None:
    """For some seconds after it began, and after each change, it looks often; then seldom, with the
    second look of each pair at once."""
    clock = Clock()
    pace = Pace(clock)
    assert [pace.pause_seconds() for _ in range(3)] == [LIVELY_PAUSE_SECONDS] * 3
    clock.seconds += LIVELY_SECONDS
    assert [pace.pause_seconds() for _ in range(4)] == [0.0, QUIET_PAUSE_SECONDS] * 2
    pace.quicken()
    assert [pace.pause_seconds() for _ in range(2)] == [LIVELY_PAUSE_SECONDS] * 2


def test_nothing_is_missed_between_two_paces(watched: Watched) -> None:
    """Each change is told, whatever the pace was before it and turns to while it is waited for, and
    also when nobody was looking at that moment."""
    for number in range(40):
        told = watched.begin() if number % 4 else None
        if number % 2:
            watched.clock.seconds += LIVELY_SECONDS  # it turns quiet while it is waited for
        path = watched.write(f"{number}")
        if number % 3:
            watched.pace.quicken()
        told = told or watched.begin()
        assert path in paths(told.result(SECONDS))
    watched.pace.end()


@pytest.mark.parametrize("quiet", [False, True])
def test_it_ends_at_once(watched: Watched, quiet: bool) -> None:
    """Whoever waits for a change is let go when the pace ends, in the middle of a pause too; so is
    whoever comes later."""
    watched.clock.seconds += LIVELY_SECONDS * quiet
    told = watched.begin()
    watched.pace.end()
    assert told.result(SECONDS) == "stop"
    assert watched.begin().result(SECONDS) == "stop"
