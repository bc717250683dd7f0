"""`tidelog snapshot --watch`: it keeps the snapshots while others work."""

import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from tests.tidelog.keepers import Keeper, Kept, begun, keeper, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Kept:
    """A project with a store."""
    return await begun(tmp_path / "project")


def awake(running: Keeper) -> None:
    """The keeper works, and says where."""
    assert "keeping" in running.line()


async def expect_subject(kept: Kept, subject: str) -> float:
    """Wait until the newest commit says something; how long it took."""

    async def holds() -> bool:
        ready = (kept.status / ".git" / "info" / "attributes").exists()
        return ready and bool(kept.git("branch")) and kept.subjects()[0] == subject

    return await until(kept, holds)


async def test_changes_and_edits_are_kept(kept: Kept) -> None:
    """A change by another process is committed, and an edit by hand is in the store, each within
    two seconds; SIGTERM ends it with 0."""
    with keeper(kept) as running:
        awake(running)
        item = await kept.create("Fix")
        assert await expect_subject(kept, 'task "Fix": created, active') < 2
        await kept.change(item, status="blocked")
        assert await expect_subject(kept, 'task "Fix": active → blocked') < 2

        async def is_taken() -> bool:
            return (await kept.row(item))["status"] == "completed"

        await until(kept, _clean(kept))
        kept.edit(item, "status: blocked", "status: completed")
        assert await until(kept, is_taken) < 2
        assert await expect_subject(kept, 'task "Fix": blocked → completed') < 2
        assert (await kept.row(item))["updated_by"] == "grace"
        assert "took your edit" in running.line()
        await until(kept, _clean(kept))
        assert running.end(signal.SIGTERM) == 0


def _clean(kept: Kept) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return kept.is_clean()

    return holds


async def test_what_happened_before(kept: Kept) -> None:
    """Changes from before it began are committed as soon as it begins."""
    await kept.create("Early")
    with keeper(kept) as running:
        awake(running)
        await expect_subject(kept, 'task "Early": created, active')
        assert running.end(signal.SIGINT) == 0


async def test_second_keeper_waits(kept: Kept) -> None:
    """Of two keepers one works; when it is killed, the other goes on."""
    with keeper(kept) as first:
        awake(first)
        with keeper(kept) as second:
            assert "another process keeps these snapshots" in second.line()
            await kept.create("One")
            await expect_subject(kept, 'task "One": created, active')
            assert first.end(signal.SIGKILL) == -signal.SIGKILL
            awake(second)
            await kept.create("Two")
            await expect_subject(kept, 'task "Two": created, active')
            assert second.end(signal.SIGTERM) == 0
    assert len(kept.subjects()) == 3


async def test_waiting_keeper_ends(kept: Kept) -> None:
    """A keeper that waits for another one ends when it is told to, and at the end of its input."""
    with keeper(kept) as first:
        awake(first)
        with keeper(kept) as second:
            assert "another process" in second.line()
            assert second.end(signal.SIGTERM) == 0
        with keeper(kept, "--until-eof") as third:
            assert third.process.stdin is not None
            third.process.stdin.close()
            assert third.process.wait(20) == 0
        assert first.process.poll() is None


async def test_idle_keeper_rests(kept: Kept) -> None:
    """While nobody writes it takes no time of the processor, also beside an edit that cannot be
    taken and an editor's scraps."""
    item = await kept.create("Fix")
    await kept.do("snapshot")
    with keeper(kept) as running:
        awake(running)
        kept.edit(item, "status: active", "status: [")
        kept.file(item).with_name(f".{kept.file(item).name}.swp").write_bytes(b"\xff")
        assert "line " in running.line()
        await kept.create("Two")
        await expect_subject(kept, 'task "Two": created, active')
        process = psutil.Process(running.process.pid)
        before = _spent(process)
        with pytest.raises(psutil.TimeoutExpired):
            process.wait(2)
        assert _spent(process) - before < 0.5  # it looks some more times after a change
        assert running.end(signal.SIGTERM) == 0


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system


async def test_trouble_is_told_once(kept: Kept) -> None:
    """What stands in the way of snapshots is told once, and when it is gone they go on."""
    await kept.create("Fix")
    kept.run("snapshot")
    folder = kept.status / "work-items"
    folder.rename(kept.home / "away")
    folder.write_text("in the way")
    with keeper(kept) as running:
        awake(running)
        await kept.create("One")
        assert "cannot be written" in running.line() or "no snapshot" in running.line()
        await kept.create("Two")
        await expect_subject(kept, 'task "Two": created, active')
        folder.unlink()
        (kept.home / "away").rename(folder)
        await kept.create("Three")
        await expect_subject(kept, 'task "Three": created, active')
        await until(kept, _clean(kept))
        assert running.end(signal.SIGTERM) == 0
