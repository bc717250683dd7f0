"""A store that comes back is used again, without a restart; and what a real server does."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.errors import TidelogError, Unavailable
from localstore.models import VendorPatch
from localstore.store import Store
from localstore.values import Row, text_of
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, Watch, served
from tests.tidelog.running import environment, tidelog
from tidelog.layers.copies import Copy, Layer, NotNow
from tidelog.layers.local import AGAIN_SECONDS
from tidelog.layers.rooms import PREFIX, Rooms

pytestmark = pytest.mark.anyio


def source_of(answer: Row) -> str:
    """Where a status is from."""
    return text_of(answer, "source")


async def test_a_file_that_comes_back(prepared: Prepared, tmp_path: Path) -> None:
    """A store whose file was moved away and put back answers with the next call."""
    kept = prepared.copy(tmp_path / "w")
    aside = kept.folder / "aside.db"
    async with served(kept) as (caller, _):
        for _ in range(2):
            assert source_of(await caller.ok("get_project_status")) == "local"
            kept.database.rename(aside)
            assert source_of(await caller.ok("get_project_status")) == "hub"
            aside.rename(kept.database)
        assert source_of(await caller.ok("get_project_status")) == "local"


async def test_another_file_in_its_place(prepared: Prepared, tmp_path: Path) -> None:
    """A file that took the place of the one that is open is opened: nobody writes into a file that
    is gone."""
    kept = prepared.copy(tmp_path / "w")
    other = prepared.copy(tmp_path / "other")
    async with served(kept) as (caller, _):
        await caller.ok("get_project_status")
        breaking.missing(kept.database)
        other.database.rename(kept.database)
        await caller.ok("create_vendor", {"name": "Acme"})
    async with kept.store() as store:
        assert (await store.vendor("Acme"))["name"] == "Acme"


@pytest.mark.parametrize("broken", [breaking.missing, breaking.noise, breaking.truncated])
async def test_restored_beside_a_running_server(
    prepared: Prepared, tmp_path: Path, broken: Callable[[Path], None]
) -> None:
    """The command that the warning names brings the store back, for a server that is running."""
    kept = prepared.copy(tmp_path / "w")
    broken(kept.database)
    async with served(kept) as (caller, _):
        told = await caller.ok("get_project_status")
        assert "`tidelog restore`" in text_of(told, "warning")
        await kept.do("restore")
        after = await caller.ok("get_project_status")
        assert (source_of(after), after["total"]) == ("local", told["total"])
        await caller.ok("create_vendor", {"name": "Acme"})


async def test_a_lock_that_is_released(prepared: Prepared, tmp_path: Path) -> None:
    """A locked store is tried again after some seconds, not at each call, and then answers."""
    kept = prepared.copy(tmp_path / "w")
    watch = Watch()
    async with served(kept, watch) as (caller, _):
        with breaking.locked(kept.database):
            assert source_of(await caller.ok("get_project_status")) == "hub"
        assert source_of(await caller.ok("get_project_status")) in ("hub", "local")
        watch.seconds += AGAIN_SECONDS
        assert source_of(await caller.ok("get_project_status")) == "local"


async def test_a_hub_that_has_news(prepared: Prepared, tmp_path: Path) -> None:
    """The hub's copy holds what another laptop has pushed since the last call."""
    kept, other = prepared.copy(tmp_path / "w"), Kept(tmp_path / "other")
    other.folder.mkdir()
    done = tidelog("init", "--hub", prepared.dsn, "--project", "Harbour", cwd=other.folder)
    assert done.code == 0, done.err
    breaking.missing(kept.database)
    async with served(kept) as (caller, _):
        before = await caller.ok("list_vendors")
        async with other.store() as store:
            await _rename(store, "Vendor number 00", str(tmp_path.name)[:40])
        other.run("sync", "--once")
        after = await caller.ok("list_vendors")
    assert before["total"] == after["total"]
    assert before["items"] != after["items"]


async def _rename(store: Store, name: str, version_text: str) -> None:
    vendor = await store.vendor(name)
    patch = VendorPatch(extractor_version=version_text)
    await store.update_vendor(name, int(str(vendor["version"])), patch, who="ada")


async def test_a_newer_commit(prepared: Prepared, tmp_path: Path) -> None:
    """The copy of the snapshots is that of their newest commit."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    good = kept.folder / "good.db"
    async with served(kept) as (caller, _):
        kept.database.rename(good)
        first = await caller.ok("get_project_status")
        again = await caller.ok("get_project_status")
        good.rename(kept.database)
        await kept.create("Written meanwhile")
        kept.run("snapshot")
        breaking.missing(kept.database)
        second = await caller.ok("get_project_status")
    assert first["commit"] == again["commit"] != second["commit"]
    assert int(str(second["total"])) == int(str(first["total"])) + 1


class Slow:
    """A source that takes until it is told."""

    name, title = "git", "the snapshots in git"

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.go_on = asyncio.Event()

    async def refresh(self) -> Copy:
        """Wait, and make one."""
        await self.go_on.wait()
        return Copy(await self._rooms.new("Slow"), "2027-01-01T00:00:00Z")

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_copy_that_takes_long() -> None:
    """A call waits for a copy only so long, is told to ask again, and the copy is made meanwhile;
    once there is one, a newer one keeps nobody waiting."""
    rooms = Rooms(365)
    source = Slow(rooms)
    layer = Layer(source, 0.01)
    try:
        for _ in range(2):
            with pytest.raises(NotNow) as caught:
                await layer.copy()
            assert caught.value.retryable
            assert "being rebuilt" in caught.value.message
        source.go_on.set()
        layer._patience_seconds = 60
        copy = await layer.copy()
        source.go_on.clear()
        layer._patience_seconds = 0.01
        assert await layer.copy() == copy
    finally:
        await layer.close()
        await rooms.close()


async def test_a_source_that_fails_unforeseen(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a source fails with, the layer says that it has nothing, and the log says where."""

    class Broken(Slow):
        async def refresh(self) -> Copy:
            raise IndexError("deep inside")

    layer = Layer(Broken(Rooms(365)), 60)
    with pytest.raises(Unavailable):
        await layer.copy()
    assert "deep inside" in caplog.text


async def test_rooms_are_private_and_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies live in a folder for this user only, which goes when they are closed; what a killed
    process left is removed, what a living one has is not."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / "lock").touch()
    living, rooms = Rooms(365), Rooms(365)
    await living.new("One")
    store = await rooms.new("Two")
    assert not left.exists()
    assert {folder.stat().st_mode & 0o777 for folder in tmp_path.iterdir()} == {0o700}
    assert store.path.stat().st_mode & 0o777 == 0o600
    await rooms.close()
    assert len([*tmp_path.iterdir()]) == 1
    await living.close()
    assert [*tmp_path.iterdir()] == []


def client(kept: Kept) -> Client[StdioTransport]:
    """A client that starts a server."""
    transport = StdioTransport(
        sys.executable,
        ["-m", "tidelog", "serve"],
        cwd=str(kept.folder),
        env=environment(TMPDIR=str(kept.folder)),
        keep_alive=False,
    )
    return Client(transport, timeout=60)


async def status_over(caller: Client[StdioTransport]) -> Row:
    """The status as a client gets it."""
    row: Row = (await caller.call_tool("get_project_status")).structured_content or {}
    return row


@pytest.mark.parametrize("broken", [breaking.missing, breaking.emptied, breaking.future])
async def test_a_server_begins_without_its_store(
    prepared: Prepared, tmp_path: Path, broken: Callable[[Path], None]
) -> None:
    """A server whose store is lost answers over stdio from below, makes no store, and goes back to
    the store when that is there; its scratch folder goes with it."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    shutil.copy(kept.database, good)
    broken(kept.database)
    async with client(kept) as caller:
        assert source_of(await status_over(caller)) == "hub"
        good.replace(kept.database)
        assert source_of(await status_over(caller)) == "local"
    assert [*kept.folder.glob(f"{PREFIX}*")] == []


def test_errors_are_refusals() -> None:
    """What says to ask again is a refusal like any other, and may be retried."""
    assert issubclass(NotNow, TidelogError)
    assert NotNow("x").to_row()["retryable"] is True
    assert os.path.sep not in PREFIX
