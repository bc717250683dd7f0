"""What a connected client sees of the process that keeps the snapshots, and how that is begun."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.tidelog.running import environment, git, tidelog
from tests.tidelog.test_serve_snapshots import KEPT, SECONDS, keepers, until
from tidelog.attending import attended
from tidelog.discovery import Found, Place

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store."""
    assert tidelog("init", "--project", "Harbour", cwd=tmp_path).code == 0
    return tmp_path


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[Client[StdioTransport]]:
    """A client of a server whose snapshots are kept."""
    transport = StdioTransport(
        sys.executable,
        ["-m", "tidelog", "serve"],
        cwd=str(folder),
        env=environment(**KEPT),
        keep_alive=False,
    )
    async with Client(transport, timeout=60) as client:
        await asyncio.to_thread(until, (folder / ".tidelog/status/configuration.md").exists)
        yield client


async def test_hand_edit_reaches_a_connected_client(folder: Path) -> None:
    """A title edited in its file is what the next calls of a connected client answer with."""
    async with connected(folder) as client:
        made = await client.call_tool(
            "create_work_item", {"item_type": "task", "title": "Fix date parser"}
        )
        assert made.structured_content is not None
        key = str(made.structured_content["ref"])
        items = folder / ".tidelog/status/work-items"
        [file] = await asyncio.to_thread(until, lambda: sorted(items.glob(f"*/{key}*.md")))
        text = file.read_text(encoding="utf-8")
        until(lambda: git("status", "--porcelain", cwd=folder / ".tidelog/status") == "")
        file.write_text(text.replace("Fix date parser", "Mend the dates"), encoding="utf-8")
        title = ""
        async with asyncio.timeout(SECONDS):
            while title != "Mend the dates":
                title = await title_of(client, key)


async def test_last_words_are_committed(folder: Path) -> None:
    """What a client writes just before it leaves is committed before the keeper ends."""
    status = folder / ".tidelog/status"
    async with connected(folder) as client:
        for number in range(30):
            await client.call_tool("create_vendor", {"name": f"Vendor {number}"})
    told = await asyncio.to_thread(until, lambda: log_with(status, 'vendor "Vendor 29": created'))
    assert len(told) == 31


def log_with(status: Path, subject: str) -> list[str]:
    """The subjects of all commits, as soon as one of them begins so."""
    told = git("log", "--format=%s", cwd=status).splitlines()
    return told if any(line.startswith(subject) for line in told) else []


async def title_of(client: Client[StdioTransport], key: str) -> str:
    """An item's title, as a client is told."""
    answer = await client.call_tool("query_work_item", {"id": key})
    return str((answer.structured_content or {})["title"])


async def test_follows_one_that_died(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a keeper was killed another one begins, not before its time, and that is told."""
    monkeypatch.setenv("TIDELOG_SNAPSHOTS", "true")
    place = Place(folder / ".tidelog", Found.NAMED)
    async with attended(place, first_seconds=0, again_seconds=0.5):
        [first] = await asyncio.to_thread(until, lambda: keepers(os.getpid()))
        first.kill()
        killed = time.monotonic()
        await asyncio.to_thread(
            until, lambda: [each for each in keepers(os.getpid()) if each != first]
        )
        assert time.monotonic() - killed > 0.5
    assert keepers(os.getpid()) == []
    assert "the daemon beside this server ended with code -9" in capfd.readouterr().err


async def test_leaves_none_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keeper that can hear neither the end of its input nor a signal is gone with the block."""
    monkeypatch.setenv("TIDELOG_SNAPSHOTS", "true")
    async with attended(Place(folder / ".tidelog", Found.NAMED), first_seconds=0):
        [keeper] = await asyncio.to_thread(until, lambda: keepers(os.getpid()))
        keeper.suspend()
    assert not keeper.is_running()


async def test_none_until_it_is_wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While none is wanted none is started, however often that is asked; when it is, it is."""
    monkeypatch.setenv("TIDELOG_SNAPSHOTS", "true")
    monkeypatch.setattr("tidelog.attending._LOOK_SECONDS", 0.01)
    asked: list[int] = []

    def is_wanted() -> bool:
        asked.append(len(keepers(os.getpid())))
        return len(asked) > 5

    place = Place(folder / ".tidelog", Found.NAMED)
    async with attended(place, first_seconds=0, is_wanted=is_wanted):
        await asyncio.to_thread(until, lambda: keepers(os.getpid()))
    assert asked == [0] * 6
