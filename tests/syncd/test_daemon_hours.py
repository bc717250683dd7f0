"""The daemon through hours of its own loop's time: offline, deaf, and with nothing to do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from localstore.exchange import PushedRow, Receipt
from localstore.values import number_of
from syncd.backoff import Backoff
from syncd.daemon import Wake
from syncd.hub import Asking
from tests.simulation.inline import finished
from tests.syncd.exchange_board import PROJECT, Board, Desk, attended
from tests.syncd.passing import run_passing, store_at_hand

HOUR = 3600.0
POLL_SECONDS = 30.0
LINES_AT_MOST = 5
WRITES = 12
LONGEST_PAUSE = Backoff().cap_seconds / 2
"""With dice that fall in the middle."""
ATTEMPTS_AT_MOST = 2 * (HOUR / LONGEST_PAUSE + 7) + WRITES
"""The hub is tried, and its notifications are, each as often as its backoff lets it: seven times
until the pauses are at their longest. A write here is one try more."""


async def seconds_until(holds: Callable[[], bool]) -> float:
    """How long it takes until something holds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not holds():
        assert loop.time() - began < HOUR
        await asyncio.sleep(0.1)
    return loop.time() - began


async def write_now_and_then(alone: Desk) -> list[str]:
    """Write for an hour."""
    titles = [f"Item {number}" for number in range(WRITES)]
    for title in titles:
        await asyncio.sleep(HOUR / WRITES / 2)
        await alone.write(title)
        await asyncio.sleep(HOUR / WRITES / 2)
    return titles


@asynccontextmanager
async def laptop(
    board: Board, new_store: Path, folder: Path, number: int = 1
) -> AsyncIterator[Desk]:
    """A laptop whose daemon is as a person's is, with nothing under way."""
    board.hub.open_project(PROJECT)
    async with (
        store_at_hand(new_store, folder, number) as store,
        attended(store, board, backoff=Backoff(), poll_seconds=POLL_SECONDS) as whole,
    ):
        await whole.daemon.settled()
        yield whole


@pytest.mark.parametrize("silent_seconds", [0.0, 30.0], ids=["refused", "silent"])
@pytest.mark.parametrize("begun_online", [True, False])
def test_an_hour_offline(
    new_store: Path, tmp_path: Path, silent_seconds: float, begun_online: bool
) -> None:
    """While the hub does not answer for an hour the daemon says so in a line and tries it no more
    often than its backoff has it; what was written meanwhile is pushed when it answers again,
    within the longest pause and without anybody's doing."""

    async def an_hour() -> None:
        board = Board(up=begun_online, silent_seconds=silent_seconds)
        async with laptop(board, new_store, tmp_path) as alone:
            board.take_away()
            before = board.calls.copy()
            titles = await write_now_and_then(alone)
            assert number_of(await alone.store.sync_status(), "dirty") >= WRITES
            assert WRITES < (board.calls - before).total() <= ATTEMPTS_AT_MOST
            assert len(alone.said) == 1
            board.bring_back()
            took = await seconds_until(lambda: board.titles() == sorted(titles))
            assert took <= LONGEST_PAUSE + silent_seconds + 1
            await alone.daemon.settled()
            assert number_of(await alone.store.sync_status(), "dirty") == 0
            assert len(alone.said) <= LINES_AT_MOST
            assert "working offline" in alone.said[0]
            assert "is back" in alone.said[-1]

    run_passing(an_hour())


def test_a_busy_minute_offline(new_store: Path, tmp_path: Path) -> None:
    """However often somebody writes while the hub is away, it is tried once a second at most."""

    async def busy() -> None:
        board = Board()
        async with laptop(board, new_store, tmp_path) as alone:
            board.take_away()
            before = board.calls["pull"]
            for number in range(600):
                await alone.write(f"Item {number}")
                await asyncio.sleep(0.1)
            assert 10 < board.calls["pull"] - before <= 60 + 1

    run_passing(busy())


def test_a_network_that_comes_back_is_noticed(new_store: Path, tmp_path: Path) -> None:
    """Nothing is written and nobody rings: that the connection for notifications comes about again
    ends the wait, long before the daemon would have tried the hub by itself."""

    async def back() -> None:
        board = Board()
        async with laptop(board, new_store, tmp_path) as alone:
            board.take_away()
            # The notifications' own tries are from now on out of step with the daemon's.
            await asyncio.sleep(LONGEST_PAUSE / 3)
            alone.daemon.ring(Wake.TIMER)
            await asyncio.sleep(HOUR)
            tried = board.calls["pull"]
            await seconds_until(lambda: board.calls["pull"] > tried)
            board.bring_back()
            await asyncio.sleep(LONGEST_PAUSE * 5 / 6)
            assert [line for line in alone.said if "is back" in line] == alone.said[1:]
            assert len(alone.said) == 2

    run_passing(back())


def test_a_lost_notification(new_store: Path, tmp_path: Path) -> None:
    """What nobody was notified of is found by the timer."""

    async def deaf() -> None:
        board = Board(loses_notifications=True)
        async with (
            laptop(board, new_store, tmp_path, 1) as ann,
            laptop(board, new_store, tmp_path, 2) as ben,
        ):
            await asyncio.sleep(HOUR)
            await ann.write("Fix the parser")
            await ann.daemon.settled()
            assert board.titles() == ["Fix the parser"]
            assert not await ben.has("Fix the parser")
            await asyncio.sleep(POLL_SECONDS + 1)
            assert await ben.has("Fix the parser")

    run_passing(deaf())


def test_an_hour_with_nothing_to_do(new_store: Path, tmp_path: Path) -> None:
    """With nothing to do the daemon asks the hub at each poll, and otherwise it is as quiet as can
    be: it pushes nothing, says nothing and writes nothing."""

    async def idle() -> None:
        board = Board()
        async with laptop(board, new_store, tmp_path) as alone:
            before, file = board.calls.copy(), alone.store.path.read_bytes()
            await asyncio.sleep(HOUR)
            assert set(board.calls - before) == {"pull"}
            assert abs((board.calls - before)["pull"] - HOUR / POLL_SECONDS) <= 1
            assert (alone.said, alone.store.path.read_bytes()) == ([], file)

    run_passing(idle())


def test_somebody_writes_faster_than_it_is_sent(
    new_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written while each push is under way is sent at once also where one attempt has no
    more rounds for it, and not when the timer comes round."""
    monkeypatch.setattr("syncd.exchanging._ROUNDS", 3)
    board = Board()
    push = board.hub.push

    async def some_seconds() -> None:
        async with laptop(board, new_store, tmp_path) as alone:
            titles = [f"Item {number}" for number in range(8)]
            left = iter(titles[1:])

            def push_and_write(asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
                receipt = push(asking, rows)
                title = next(left, None)
                if title is not None:
                    finished(alone.write(title))
                return receipt

            monkeypatch.setattr(board.hub, "push", push_and_write)
            await alone.write(titles[0])
            assert await seconds_until(lambda: board.titles() == titles) <= 1

    run_passing(some_seconds())
