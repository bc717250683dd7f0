"""How much a round exchanges at once: it makes room when somebody else writes to the store."""

import asyncio
from collections.abc import Sequence

import pytest

from localstore.exchange import HubPage, PushedRow, Receipt
from syncd.hub import Asking
from syncd.pacing import PULL_LIMIT, PUSH_BYTES, Pace, alongside
from syncd.rounds import run_round
from tests.syncd.apart import Laptop, expect_equal, settle

pytestmark = pytest.mark.anyio


class Rests:
    """Counts the rests that are taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self, seconds: float) -> None:
        """One rest."""
        assert seconds > 0
        self.taken += 1


async def test_alone_it_takes_more_and_more() -> None:
    """While nobody else writes, steps grow to the most there is, and follow each other at once."""
    rests = Rests()
    pace = Pace(rest=rests)
    limits = []
    for head in range(0, 110, 10):
        limits.append(pace.pull_limit)
        pace.stepped(head, head + 10)
        await pace.rest()
    assert limits[:2] == [PULL_LIMIT // 10, 2 * PULL_LIMIT // 10]
    assert limits[9:] == [PULL_LIMIT, PULL_LIMIT]
    assert (pace.push_bytes, rests.taken) == (PUSH_BYTES, 0)


async def test_others_are_given_room() -> None:
    """A write of somebody else between two steps makes the next ones small, with rests, until a
    hundred steps went by without another one; then they grow again."""
    rests = Rests()
    pace = Pace(rest=rests)
    for _ in range(10):
        pace.stepped(10, 10)
    pace.stepped(11, 20)
    assert (pace.pull_limit, pace.push_bytes) == (PULL_LIMIT // 10, PUSH_BYTES // 10)
    for _ in range(100):
        await pace.rest()
        pace.stepped(20, 20)
    assert (pace.pull_limit, rests.taken) == (PULL_LIMIT // 10, 100)
    await pace.rest()
    pace.stepped(20, 20)
    assert (pace.pull_limit, rests.taken) == (2 * PULL_LIMIT // 10, 100)


def test_a_step_is_never_empty() -> None:
    """However little it is, something is asked for."""
    pace = Pace(pull_limit=3, push_bytes=3)
    assert (pace.pull_limit, pace.push_bytes) == (1, 1)


class Busy:
    """A laptop's line, over which each page comes just as somebody has written on that laptop."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self.limits: list[int] = []

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        self.limits.append(limit)
        await self._laptop.item("Written meanwhile")
        return await self._laptop.line.pull(asking, cursor, limit)

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        return await self._laptop.line.push(asking, rows)


async def test_a_pull_makes_room(two: tuple[Laptop, Laptop]) -> None:
    """Pages become small when somebody writes here between two of them, and all rows arrive."""
    ann, ben = two
    for number in range(60):
        await ann.item(f"Item {number}")
    await ann.sync()
    line = Busy(ben)
    rests = Rests()
    await run_round(ben.store, line, pace=Pace(pull_limit=20, tenths=10, rest=rests))
    assert (line.limits[0], line.limits[-1]) == (20, 2)
    assert 0 < rests.taken < len(line.limits)
    await settle(ann, ben)
    await expect_equal(ann, ben)


async def test_work_alongside_goes_on_meanwhile() -> None:
    """What is begun alongside runs while other work waits, and its outcome can be awaited."""
    begun = asyncio.Event()

    async def work() -> int:
        begun.set()
        return 7

    async with alongside(work()) as outcome:
        await begun.wait()
        assert await outcome == 7


async def test_work_alongside_is_given_up() -> None:
    """When the work it stands beside fails, it is ended before the failure goes on."""
    ended = asyncio.Event()
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fail_beside_it() -> None:
        async with alongside(work()):
            await begun.wait()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_beside_it()
    assert ended.is_set()
