"""The daemon over real stores, with a hub in memory behind a network that can be cut."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from localstore.values import number_of, text_of
from syncd import daemon as daemon_module
from syncd.hub import NotGranted, ProtocolMismatch
from tests.syncd.exchange_board import PROJECT, Board, Desk, desk, same, settled, until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage of a test lasts milliseconds; so may the gap between two attempts."""
    monkeypatch.setattr(daemon_module, "_GAP_SECONDS", 0.01)


@pytest.fixture
async def board(anyio_backend: str) -> Board:
    """A hub."""
    return Board()


@pytest.fixture
async def desks(board: Board, tmp_path: Path) -> AsyncIterator[list[Desk]]:
    """Two stores that have joined one project, in step with the hub."""
    async with AsyncExitStack() as stack:
        two = [
            await stack.enter_async_context(desk(board, tmp_path / name / "store.db"))
            for name in ("ann-laptop", "ben-laptop")
        ]
        await until(lambda: len(board.listeners) == 2)
        for each in two:
            await settled(each)
        yield two


async def test_a_write_crosses(board: Board, desks: list[Desk]) -> None:
    """What is written here is pushed at once, and pulled there by the notification; no timer has
    anything to do with it."""
    await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    await desks[1].write("Write the grammar")
    await same(desks, "Fix the parser", "Write the grammar")
    assert board.titles() == ["Fix the parser", "Write the grammar"]
    assert [each.said for each in desks] == [[], []]


async def test_machines_are_known_by_name(desks: list[Desk]) -> None:
    """Whose changes were pulled is known by the name of the machine."""
    row = await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    await settled(desks[1])
    assert await desks[1].store.unnamed_replicas() == []
    assert text_of(row, "ref")


async def test_quiet_is_quiet(board: Board, desks: list[Desk]) -> None:
    """When nothing changes nothing is asked and nothing is written, however often it is rung for:
    neither its own writes nor the echo of its own push make it look again."""
    await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    for each in desks:
        await settled(each)
    calls = dict(board.calls)
    logs = [each.store.path.with_name("store.db-wal").stat().st_mtime_ns for each in desks]
    for _ in range(20):
        for each in desks:
            each.daemon.ring()
            await each.daemon.settled()
    assert dict(board.calls) == calls
    after = [each.store.path.with_name("store.db-wal").stat().st_mtime_ns for each in desks]
    assert after == logs


async def test_few_calls_for_one_write(board: Board, desks: list[Desk]) -> None:
    """One write costs its writer one push, and everybody a handful of pulls."""
    for each in desks:
        await settled(each)
    before = board.calls.copy()
    await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    for each in desks:
        await settled(each)
    spent = board.calls - before
    assert spent["push"] == 1
    assert spent["pull"] <= 4


async def test_offline_and_back(board: Board, desks: list[Desk]) -> None:
    """While the hub is away work goes on, one line says so and one that it is back; then all that
    was written meanwhile crosses."""
    board.take_away()
    for number in range(5):
        for each in desks:
            await each.write(f"Item {number} of {each.store.path.parent.name}")
            await each.daemon.settled()
    for each in desks:
        await until(partial(each.has_said, 1))
        await until(partial(each.is_in, "offline"))
        status = await each.store.sync_status()
        assert number_of(status, "dirty") >= 5
        assert "connection refused" in text_of(status, "last_error")
    board.bring_back()
    for each in desks:
        each.daemon.ring()
        await settled(each)
    await until(lambda: len(board.titles()) == 10)
    await same(desks, *board.titles())
    for each in desks:
        assert len(each.said) == 2
        assert "working offline" in each.said[0]
        assert "is back" in each.said[1]


async def test_the_hub_went_back(board: Board, desks: list[Desk]) -> None:
    """A hub that was restored from an old copy is noticed, told of once, and filled again."""
    restore = board.hub.save()
    await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    restore()
    await desks[0].write("Write the grammar")
    await until(lambda: board.titles() == ["Fix the parser", "Write the grammar"])
    desks[1].daemon.ring(daemon_module.Wake.TIMER)
    await same(desks, "Fix the parser", "Write the grammar")
    assert [line for line in desks[0].said if "earlier state" in line] == desks[0].said
    assert len(desks[0].said) == 1


async def test_the_hub_was_replaced_by_an_empty_one(board: Board, desks: list[Desk]) -> None:
    """A hub that has lost the project gets it again, with everything that was there."""
    await desks[0].write("Fix the parser")
    await same(desks, "Fix the parser")
    board.hub.wipe()
    await desks[1].write("Write the grammar")
    await until(lambda: board.titles() == ["Fix the parser", "Write the grammar"])
    await same(desks, "Fix the parser", "Write the grammar")
    assert any("lost the project Harbour" in line for line in desks[1].said)
    assert (await desks[1].store.sync_place()).project_id == PROJECT


@pytest.mark.parametrize(
    "refusal", [ProtocolMismatch("this hub speaks protocol 2, not 1"), NotGranted("not granted")]
)
async def test_a_hub_that_says_no(
    board: Board, desks: list[Desk], refusal: ProtocolMismatch | NotGranted
) -> None:
    """Where patience does not help sync stops with a clear word; local writes go on and ask the hub
    nothing."""
    board.refusal = refusal
    await desks[0].write("Fix the parser")
    await until(lambda: desks[0].said)
    await until(lambda: desks[0].is_in("stopped"))
    status = await desks[0].store.sync_status()
    assert refusal.message in text_of(status, "last_error")
    calls = board.calls.copy()
    for number in range(5):
        await desks[0].write(f"Item {number}")
        await desks[0].daemon.settled()
    assert (board.calls - calls)["push"] == 0
    assert len(desks[0].said) == 1
    board.refusal = None
    desks[0].daemon.ring(daemon_module.Wake.TIMER)
    await until(lambda: len(board.titles()) == 6)
    await until(partial(desks[0].has_said, 2))
    assert "is back" in desks[0].said[-1]
