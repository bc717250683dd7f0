"""The real clock, the real ids, and what wakes a server."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localstore.ids import full_ref, is_id
from localstore.store import Store
from tidelog.wiring import Ids, now, watch_store

pytestmark = pytest.mark.anyio


def test_now_has_a_zone() -> None:
    """The clock gives UTC."""
    assert str(now().tzinfo) == "UTC"


def test_ids_rise() -> None:
    """However fast they are asked for, ids rise, and none comes twice."""
    new_id = Ids()
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    assert all(is_id(each) and each[14] == "7" for each in ids)


def test_ids_rise_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour back on the machine's clock takes no id back."""
    new_id = Ids()
    before = new_id()
    hour_ago = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: hour_ago)
    assert new_id() > before


def test_ids_rise_past_a_full_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a millisecond's counter is full the ids go on in the next one."""
    moment = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    monkeypatch.setattr(os, "urandom", lambda count: b"\xff" * count)
    new_id = Ids()
    new_id._ms, new_id._counter = moment // 1_000_000, (1 << 24) - 2
    ids = [new_id() for _ in range(3)]
    assert ids == sorted(set(ids))
    assert ids[0][:13] < ids[2][:13]


def test_refs_of_one_moment_differ() -> None:
    """Ids made in one burst do not share the start of their refs more often than chance has it."""
    new_id = Ids()
    refs = [full_ref("T", new_id())[:7] for _ in range(1_000)]
    assert len(set(refs)) > 990


async def awaited(watching: AsyncIterator[None]) -> None:
    """The next wake-up, or a failure when none comes."""
    async with asyncio.timeout(20):
        await anext(watching)


async def test_watch_tells_of_other_writers(tmp_path: Path) -> None:
    """It yields once when it watches, then after another connection has written."""
    home = tmp_path / ".tidelog"
    async with await Store.open(home / "store.db", clock=now, new_id=Ids()) as store:
        watching = watch_store(home)
        await awaited(watching)
        for name in ("One", "Two"):
            await store.set_project(name)
            await awaited(watching)
        await watching.aclose()


async def test_watch_tells_after_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing has happened for long, a write is told, and so is an edit in a folder below."""
    monkeypatch.setattr("tidelog.pace.LIVELY_SECONDS", 0.0)
    monkeypatch.setattr("tidelog.wiring._LOOKS_SECONDS", ())
    home = tmp_path / ".tidelog"
    async with await Store.open(home / "store.db", clock=now, new_id=Ids()) as store:
        (home / "status").mkdir()
        watching = watch_store(home, also="status")
        await awaited(watching)
        await store.set_project("One")
        await awaited(watching)
        (home / "status" / "edited.md").touch()
        await awaited(watching)
        await watching.aclose()


async def test_watch_looks_again(tmp_path: Path) -> None:
    """After one write it yields more than once: the bytes are told of before the commit counts."""
    home = tmp_path / ".tidelog"
    async with await Store.open(home / "store.db", clock=now, new_id=Ids()) as store:
        watching = watch_store(home)
        await awaited(watching)
        await store.set_project("told once")
        await awaited(watching)
        await awaited(watching)
        await watching.aclose()


async def test_watch_can_be_cancelled(tmp_path: Path) -> None:
    """Cancelling whoever waits for a change ends the watch, and no thread is left in it."""
    watching = watch_store(tmp_path)
    await awaited(watching)
    waiter = asyncio.create_task(awaited(watching))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter


async def test_watch_of_nothing_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where there is nothing to watch it says so in the log and ends, and breaks nothing."""
    watching = watch_store(tmp_path / "nowhere")
    assert [each async for each in watching] == [None]
    assert "changes by other processes are not announced" in caplog.text
