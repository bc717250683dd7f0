"""The journal's file: each line whole and on the disk, or not there; nothing is ever deleted."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localstore.errors import Busy, Unavailable
from localstore.values import Row
from tidelog.journal import JOURNAL_FILE, LEFT_FILE, LOCK_FILE, Journal
from tidelog.turns import locked
from tidelog.wiring import now

pytestmark = pytest.mark.anyio


def told(name: str) -> Row:
    """What a store may have been told."""
    return {"changes": [{"entry": {"change_id": name}}]}


def names(journal: Journal) -> list[str]:
    """The changes that wait, in their order."""
    return [line.text.decode().split('"change_id":"')[1][0] for line in journal.found().lines]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal of a folder that is there, with a fallback that is not."""
    (tmp_path / "home").mkdir(mode=0o700)
    return Journal(tmp_path / "home", tmp_path / "state" / "journals" / "x", now)


async def write(journal: Journal, *changes: str) -> None:
    """Append lines, each under a lock of its own."""
    for name in changes:
        async with journal.held(0) as held:
            held.append(told(name))


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """As on a disk that is full: nobody in this process can make a file longer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_line_a_call(journal: Journal) -> None:
    """Lines come back in their order, from a file that only its owner can read."""
    assert journal.is_empty()
    assert journal.found().lines == []
    await write(journal, "a", "b", "c")
    assert not journal.is_empty()
    assert names(journal) == ["a", "b", "c"]
    assert [line.number for line in journal.found().lines] == [1, 2, 3]
    assert journal.found().changes == 3
    assert {mode(journal.home / name) for name in (JOURNAL_FILE, LOCK_FILE)} == {0o600}


async def test_a_torn_end(journal: Journal) -> None:
    """What a process left half-written when it was killed is left out, and what comes after it
    stands on a line of its own."""
    await write(journal, "a", "b")
    file = journal.home / JOURNAL_FILE
    file.write_bytes(file.read_bytes()[:-9])
    found = journal.found()
    assert (names(journal), found.torn, found.damaged) == (["a"], True, 0)
    await write(journal, "c")
    found = journal.found()
    assert (names(journal), found.torn, found.damaged) == (["a", "c"], False, 1)


async def test_a_damaged_line(journal: Journal) -> None:
    """Damage costs the lines it is in."""
    await write(journal, "a", "b", "c")
    file = journal.home / JOURNAL_FILE
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"\xff\x00" + lines[1][5:] + b"[]\n" + lines[2])
    found = journal.found()
    assert (names(journal), found.damaged) == (["a", "c"], 2)


async def test_no_room(journal: Journal) -> None:
    """Where a line has no room nothing of it is left, and the user's own folder takes it, private
    as the other; lines of both come back in their order."""
    await write(journal, "a")
    before = (journal.home / JOURNAL_FILE).read_bytes()
    with no_file_above(len(before) + 7):
        async with journal.held(0) as held:
            held.append(told("b"))
    assert (journal.home / JOURNAL_FILE).read_bytes() == before
    await write(journal, "c")
    assert names(journal) == ["a", "b", "c"]
    fallback = journal.home.parent / "state" / "journals" / "x"
    assert {mode(each) for each in (fallback, fallback.parent)} == {0o700}
    assert mode(fallback / JOURNAL_FILE) == 0o600


async def test_no_room_anywhere(journal: Journal) -> None:
    """Where neither folder takes it, nothing was written, and the refusal says where it was
    tried."""
    with no_file_above(5):
        async with journal.held(0) as held:
            with pytest.raises(Unavailable, match="nothing was written") as caught:
                held.append(told("a"))
    assert caught.value.message.count(JOURNAL_FILE) == 2
    assert "File too large" in caught.value.message
    assert journal.is_empty()
    assert journal.found().lines == []


async def test_a_link_in_its_place(journal: Journal, tmp_path: Path) -> None:
    """Nothing is written through a link that somebody put there."""
    target = tmp_path / "target"
    target.touch()
    (journal.home / JOURNAL_FILE).symlink_to(target)
    await write(journal, "a")
    assert target.read_bytes() == b""


async def test_set_aside(journal: Journal) -> None:
    """What is in the store is moved, never deleted; what could not be taken is kept for later."""
    for turn in range(2):
        await write(journal, "a", "b")
        async with journal.held(0) as held:
            held.set_aside(held.found().lines[1:], with_left=False)
        assert journal.is_empty()
        assert len(journal.left().lines) == turn + 1
    assert [line.text for line in journal.found(left=True).lines] == [
        line.text for line in journal.left().lines
    ]
    async with journal.held(0) as held:
        held.set_aside([], with_left=True)
    assert not (journal.home / LEFT_FILE).exists()
    aside = sorted((journal.home / "set-aside").iterdir())
    assert [path.name.count("left") for path in aside] == [0, 0, 1]
    assert {mode(path) for path in aside} == {0o600}


async def test_one_at_a_time(journal: Journal) -> None:
    """While somebody appends, others wait, and not for ever."""
    await write(journal, "a")
    file = os.open(journal.home / LOCK_FILE, os.O_RDWR)
    try:
        assert locked(file)
        with pytest.raises(Busy):
            await write(journal, "b")
    finally:
        os.close(file)
    await write(journal, "c")
    assert names(journal) == ["a", "c"]


async def test_a_newer_format(journal: Journal) -> None:
    """A line of a newer tidelog's is known for one."""
    await write(journal, "a")
    file = journal.home / JOURNAL_FILE
    file.write_bytes(file.read_bytes().replace(b'"format":1', b'"format":2'))
    (line,) = journal.found().lines
    assert not line.is_known
