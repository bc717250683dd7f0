"""Replacing a store's content: all of it at once, under those who have it open."""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from localstore import replacing
from localstore.errors import Busy, Unavailable
from localstore.models import Page, WorkItemFilter
from localstore.store import Store, StoreOptions
from tests.localstore.lived_in import Worker, everything
from tests.localstore.world import World, titles

pytestmark = pytest.mark.anyio
WATCHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    print(*connection.execute("SELECT count(*), max(title) FROM work_items").fetchone(), flush=True)
"""


@pytest.fixture
async def other(anyio_backend: str, tmp_path: Path) -> AsyncIterator[World]:
    """A second store, to be taken over."""
    begun = await World.begin(tmp_path / "other" / "store.db", first_id=50_000)
    yield begun
    await begun.store.close()


def meta(world: World) -> dict[str, str]:
    """What a store says of itself."""
    return {str(key): str(value) for key, value in world.sql("SELECT key, value FROM meta")}


async def test_content_is_taken_over(world: World, other: World) -> None:
    """After replacing, the store holds exactly what the other one holds, and works on."""
    await Worker(world, 1).work(60)
    await Worker(other, 2).work(150)
    await world.store.replace_with(other.path)
    assert await everything(world) == await everything(other)
    assert await world.store.head() == await other.store.head()
    assert await world.failed_checks() == []
    await world.item("Afterwards")
    assert "Afterwards" in await world.titles(status=["active"])
    assert await world.failed_checks() == []


async def test_what_was_there_is_kept(
    world: World, other: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is replaced is copied under the lock that replaces it: nobody writes between the two."""
    await world.item("Before")
    copied: list[str] = []
    copy_store = replacing.copy_store

    def copy_and_write(path: Path, copy: Path) -> None:
        copy_store(path, copy)
        if path == world.path:
            with (
                closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as another,
                pytest.raises(sqlite3.OperationalError, match="locked"),
            ):
                another.execute("BEGIN IMMEDIATE")
            copied.append("kept")

    monkeypatch.setattr(replacing, "copy_store", copy_and_write)
    aside = tmp_path / "aside.db"
    await world.store.replace_with(other.path, set_aside=aside)
    assert copied == ["kept"]
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT title FROM work_items").fetchall() == [("Before",)]


async def test_a_smaller_one_is_taken_over(world: World, other: World) -> None:
    """A store that shrinks holds nothing of what it held."""
    await Worker(world, 1).work(200)
    await other.item("Only")
    await world.store.replace_with(other.path)
    assert await world.titles() == ["Only"]
    assert world.sizes() == other.sizes()
    assert await world.failed_checks() == []


async def test_project_stays_and_replica_is_new(world: World, other: World) -> None:
    """The store keeps the name of its project, and is a replica nobody has been before."""
    await world.store.set_project("ours")
    await other.store.set_project("theirs")
    old = {world.store.replica_id, other.store.replica_id}
    await world.store.replace_with(other.path)
    mark = str(world.path.stat().st_ino)
    identity = {"project": "ours", "replica_id": world.store.replica_id, "file": mark}
    assert meta(world) == identity
    assert world.store.replica_id not in old
    assert meta(other)["project"] == "theirs"
    entry, *_ = await world.entries(await world.item("New"))
    assert entry["replica_id"] == world.store.replica_id


async def test_project_is_taken_when_there_is_none(world: World, other: World) -> None:
    """A store without a project takes the other's."""
    await other.store.set_project("theirs")
    await world.store.replace_with(other.path)
    assert meta(world)["project"] == "theirs"


async def test_others_see_the_new_content(world: World, other: World) -> None:
    """Another process and another store that had the file open see the new content at once."""
    await world.item("Old")
    await other.item("New 1")
    await other.item("New 2")
    watcher = await anyio.open_process([sys.executable, "-c", WATCHER, str(world.path)])
    seen = []
    try:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        async with await Store.open(
            world.path, clock=world.clock, new_id=world.ids, options=StoreOptions(durable=False)
        ) as second:
            lines = BufferedByteReceiveStream(watcher.stdout)
            for replaced in (False, True):
                if replaced:
                    await world.store.replace_with(other.path)
                await watcher.stdin.send(b"look\n")
                counted = (await lines.receive_until(b"\n", 100)).decode()
                listing = await second.list_work_items(WorkItemFilter(), Page())
                seen.append((counted, sorted(titles(listing))))
    finally:
        watcher.kill()
        await watcher.aclose()
    assert seen == [("1 Old", ["Old"]), ("2 New 2", ["New 1", "New 2"])]
    assert await world.failed_checks() == []


async def test_reader_keeps_its_moment(world: World, other: World) -> None:
    """A read that began before sees the old content to its end."""
    await world.item("Old")
    await other.item("New")
    with closing(sqlite3.connect(world.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT title FROM work_items").fetchall() == [("Old",)]
        await world.store.replace_with(other.path)
        assert reader.execute("SELECT title FROM work_items").fetchall() == [("Old",)]
        reader.execute("COMMIT")
        assert reader.execute("SELECT title FROM work_items").fetchall() == [("New",)]


async def test_an_unfinished_write_is_not_overrun(tmp_path: Path, other: World) -> None:
    """While another process writes, replacing gives up after the timeout, and nothing changed."""
    options = StoreOptions(durable=False, busy_timeout_seconds=0.2)
    world = await World.begin(tmp_path / "mine.db", options=options)
    await world.item("Old")
    before, replica_id = await everything(world), world.store.replica_id
    with closing(sqlite3.connect(world.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            await world.store.replace_with(other.path)
        writer.execute("ROLLBACK")
    assert await everything(world) == before
    assert meta(world)["replica_id"] == world.store.replica_id == replica_id
    await world.store.replace_with(other.path)
    assert await world.titles() == []
    await world.store.close()


@pytest.mark.parametrize("case", ["missing", "folder", "empty", "text", "another", "newer", "torn"])
async def test_what_is_no_store_is_refused(
    world: World, other: World, tmp_path: Path, case: str
) -> None:
    """A file that is missing, damaged, no store or from a newer version is refused; the store and
    its folder stay as they were."""
    await Worker(other, 2).work(150)
    await world.item("Old")
    path = _broken(other, tmp_path, case)
    before = await everything(world)
    listed = sorted(each.name for each in world.path.parent.iterdir())
    with pytest.raises(Unavailable):
        await world.store.replace_with(path)
    assert await everything(world) == before
    assert sorted(each.name for each in world.path.parent.iterdir()) == listed
    assert await world.failed_checks() == []


def _broken(other: World, folder: Path, case: str) -> Path:
    """A file that no store can be replaced with."""
    path = folder / "broken.db"
    if case == "folder":
        path.mkdir()
    elif case in ("empty", "text"):
        path.write_text("no database " * 1_000 if case == "text" else "")
    elif case == "another":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE notes (text TEXT)")
    elif case != "missing":
        with closing(sqlite3.connect(path)) as copy:
            other.sql("PRAGMA wal_checkpoint(TRUNCATE)")
            with closing(sqlite3.connect(other.path)) as source:
                source.backup(copy)
            if case == "newer":
                copy.execute("INSERT INTO _sqlite_migrations VALUES (99, 'tidelog', '9999', 'x')")
                copy.commit()
        if case == "torn":
            content = bytearray(path.read_bytes())
            middle = len(content) // 2 // 4096 * 4096
            content[middle : middle + 8192] = bytes(8192)
            path.write_bytes(content)
    return path


async def test_project_on_the_hub_stays(tmp_path: Path) -> None:
    """A store that is replaced belongs to its project on the hub still, and reads it anew."""
    world = await World.begin(tmp_path / "one" / "store.db")
    other = await World.begin(tmp_path / "two" / "store.db", first_id=1000)
    await world.store.join("0198c0de-7f3c-7abc-9def-0123456cd82f")
    await world.store.replace_with(other.path)
    place = await world.store.sync_place()
    assert place == ("0198c0de-7f3c-7abc-9def-0123456cd82f", 0, None)
    await world.store.close()
    await other.store.close()


async def test_another_project_on_the_hub_is_not_taken_over(world: World, other: World) -> None:
    """A store that took part in another project since its copy was made stays in the new one, and
    what the old one's hub knew of its rows is forgotten."""
    new, old = "0198c0de-7f3c-7abc-9def-0123456cd82f", "0198c0de-7f3c-7abc-9def-0123456cd82e"
    await other.item("Fix")
    await other.store.join(old)
    other.sql("UPDATE work_items SET base_change_id = change_id")
    other.sql("UPDATE sync SET cursor = 5, seen_seq = 5, seen_stamp = 'x'")
    await world.store.join(new)
    await world.store.replace_with(other.path)
    assert await world.store.sync_place() == (new, 0, None)
    assert await world.store.count_dirty() == 2
