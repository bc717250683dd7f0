"""Several servers on one file: visible at once, one writer at a time, a word when it is busy."""

import asyncio
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from localstore.errors import Busy, NotFound, Unavailable, VersionConflict
from localstore.store import StoreOptions
from tests.localstore.world import World

pytestmark = pytest.mark.anyio
IMPATIENT = StoreOptions(busy_timeout_seconds=0.05, durable=False)


async def test_commits_are_visible_at_once(world: World) -> None:
    """What one server commits, the next read of another sees."""
    other = await World.begin(world.path, first_id=5_000)
    item = await world.item("Seen")
    assert (await other.full(item))["title"] == "Seen"
    await other.change(item, title="Seen again")
    assert (await world.full(item))["title"] == "Seen again"
    await other.store.close()


async def test_two_servers_cannot_both_win(world: World) -> None:
    """Of two servers that update one version, the second is refused and sees the first's row."""
    other = await World.begin(world.path, first_id=5_000)
    item = await world.item("Contended")
    await world.change(item, title="First", who="ada")
    with pytest.raises(VersionConflict) as caught:
        await other.change(item, title="Second", who="bob")
    assert caught.value.current["title"] == "First"
    assert caught.value.current["updated_by"] == "ada"
    await other.store.close()


async def test_a_lock_held_too_long_is_busy(new_store: Path, tmp_path: Path) -> None:
    """A write that waited longer than the timeout says busy, is worth a retry, and left nothing."""
    path = Path(shutil.copy(new_store, tmp_path / "store.db"))
    world = await World.begin(path, options=IMPATIENT, first_id=100)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy) as caught:
            await world.item("Late")
        assert caught.value.retryable
        holder.execute("ROLLBACK")
    assert (await world.listed())["total"] == 0
    assert (await world.item("Now"))["version"] == 1
    await world.store.close()


async def test_reads_do_not_wait_for_a_writer(new_store: Path, tmp_path: Path) -> None:
    """While another process holds the write lock, reads answer with what was committed."""
    path = Path(shutil.copy(new_store, tmp_path / "store.db"))
    world = await World.begin(path, options=IMPATIENT, first_id=100)
    item = await world.item("Readable")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("UPDATE work_items SET title = 'half'")
        assert (await world.full(item))["title"] == "Readable"
        holder.execute("ROLLBACK")
    await world.store.close()


async def test_a_write_waits_for_the_lock(world: World) -> None:
    """A write that finds the lock held goes through once it is free."""
    with closing(sqlite3.connect(world.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(world.item("Patient"))
        await world.store.head()
        assert not writing.done()
        holder.execute("ROLLBACK")
    assert (await writing)["title"] == "Patient"


async def test_a_refused_write_leaves_the_store_usable(world: World) -> None:
    """After a refusal inside a transaction the next write goes through."""
    with pytest.raises(NotFound):
        await world.item("Orphan", parent_id="T-00000")
    assert (await world.item("Fine"))["version"] == 1


async def test_a_cancelled_caller_leaves_no_half(world: World) -> None:
    """A write whose caller went away is either whole or absent, and the next one goes through."""
    started, release = threading.Event(), threading.Event()

    def held(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE meta SET value = 'x' WHERE key = 'nothing'")
        started.set()
        release.wait(10)

    writing = asyncio.ensure_future(world.store._writer.write(held))
    await asyncio.to_thread(started.wait, 10)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    release.set()
    await world.item("After")
    assert await world.titles() == ["After"]
    assert await world.failed_checks() == []


async def test_fault_in_a_write_rolls_back(world: World) -> None:
    """An exception from inside a write undoes all of it and reaches the caller as it is."""

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta (key, value) VALUES ('half', 'written')")
        raise LookupError

    with pytest.raises(LookupError):
        await world.store._writer.write(fail)
    assert world.sql("SELECT 1 FROM meta WHERE key = 'half'") == []


async def test_one_read_sees_one_moment(world: World) -> None:
    """Within one read, two looks see the same rows though another connection wrote between them."""
    other = sqlite3.connect(world.path, isolation_level=None, check_same_thread=False)

    def look_twice(connection: sqlite3.Connection) -> list[int]:
        counts = []
        for key in ("one", "two"):
            counts.append(int(connection.execute("SELECT count(*) FROM meta").fetchone()[0]))
            other.execute("INSERT INTO meta (key, value) VALUES (?, '')", (key,))
        return counts

    first, second = await world.store._reader.read(look_twice)
    assert first == second
    other.close()


async def test_failures_of_the_file_are_translated(world: World) -> None:
    """What SQLite says of a file that lacks a table reaches the caller as unavailable."""
    with pytest.raises(Unavailable):
        await world.store._reader.read(lambda c: c.execute("SELECT * FROM no_such_table"))
