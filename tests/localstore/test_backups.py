"""Backups: whole and verified, in nobody's way, and never fewer good ones than before."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from localstore.backups import FOLDER, back_up, backups_of, outline
from localstore.values import number_of, text_of
from tests.localstore.backing_up import fill, left, make, names
from tests.localstore.lived_in import Worker, everything
from tests.localstore.world import START, World

pytestmark = pytest.mark.anyio


async def test_a_backup_is_the_whole_store(world: World, tmp_path: Path) -> None:
    """A backup is one private file, named by moment, schema and reason, that holds every row."""
    await Worker(world, 1).work(150)
    made = make(world)
    assert made is not None
    assert made.path == tmp_path / "backups" / "2026-03-14T09-00-00Z-0005-daily.db"
    assert left(world) == [made.path.name]
    modes = [path.stat().st_mode & 0o777 for path in (made.path.parent, made.path)]
    assert modes == [0o700, 0o600]
    rows, head = await everything(world), await world.store.head()
    copy = await World.begin(made.path, first_id=50_000)
    async with copy.store:
        assert await everything(copy) == rows
        assert await copy.store.head() == head
        assert await copy.failed_checks() == []


async def test_outline(world: World) -> None:
    """A backup is outlined with when, why, how large and how much is in it."""
    await world.item()
    made = make(world)
    assert made is not None
    assert backups_of(world.path) == [made]
    assert outline(made) == {
        "name": "2026-03-14T09-00-00Z-0005-daily",
        "made_at": "2026-03-14T09:00:00.000000Z",
        "reason": "daily",
        "schema": "0005",
        "bytes": made.path.stat().st_size,
        "rows": 2,
        "changes": 2,
    }
    made.path.write_bytes(b"nothing of a database" * 100)
    assert "not a database" in text_of(outline(made), "damaged")


async def test_writers_go_on(world: World) -> None:
    """While the store is copied others write without waiting; the copy is of the moment at which
    it began, and is not begun anew."""
    fill(world, 4)
    steps = 0
    with closing(sqlite3.connect(world.path, timeout=0, isolation_level=None)) as writer:

        def between_steps() -> bool:
            nonlocal steps
            steps += 1
            writer.execute("INSERT INTO client_refs VALUES (?, 'task', 'y', '')", (f"s{steps}",))
            return steps > 100  # begun anew with each write it would have no end

        made = back_up(world.path, moment=START, reason="daily", keep=7, stopped=between_steps)
    pages = made.path.stat().st_size // 4096 if made else 0
    assert pages // 256 <= steps <= pages // 256 + 4
    assert made is not None
    with closing(sqlite3.connect(made.path)) as copy:
        query = "SELECT count(*) FROM client_refs WHERE entity_id = 'y'"
        assert copy.execute(query).fetchone() == (0,)
    assert world.sql("SELECT count(*) FROM client_refs WHERE entity_id = 'y'") == [(steps,)]


async def test_nothing_new_is_not_copied(world: World) -> None:
    """While no change was made since the newest backup none is made; after one, one is."""
    item = await world.item()
    assert make(world) is not None
    assert make(world, day=1) is None
    assert names(world) == ["03-14"]
    await world.change(item, title="Other")
    assert make(world, day=2) is not None
    assert names(world) == ["03-16", "03-14"]


async def test_oldest_go(world: World) -> None:
    """Of the daily ones as many are kept as asked for, the newest; what was made for another
    reason, and what is no backup, is left alone."""
    back_up(world.path, moment=START - timedelta(days=9), reason="migration", keep=3)
    stranger = world.path.parent / FOLDER / "2020-13-01T00-00-00Z-0005-daily.db"
    stranger.touch()
    for day in range(5):
        await world.item()
        make(world, keep=3, day=day)
    assert names(world) == ["03-18", "03-17", "03-16", "03-05"]
    assert stranger.exists()


async def test_one_dated_ahead(world: World) -> None:
    """Backups from when the clock was ahead do not push out the one that was just made."""
    for day in (100, 101, 0):
        await world.item()
        make(world, keep=2, day=day)
    assert names(world) == ["06-23", "03-14"]


async def test_two_of_one_second(world: World) -> None:
    """Two backups of one second are two files."""
    for _ in range(2):
        await world.item()
        make(world)
    assert [backup.made_at.second for backup in backups_of(world.path)] == [1, 0]


async def test_an_unreadable_one_does_not_count(world: World) -> None:
    """Where the newest backup cannot be read another one is made."""
    made = make(world)
    assert made is not None
    made.path.write_bytes(b"")
    assert make(world, day=1) is not None


async def test_put_back_by_hand(world: World) -> None:
    """A backup whose bytes are put in the place of the store's file is another replica."""
    await world.item("Fix")
    made = make(world)
    await world.store.close()
    assert made is not None
    world.path.write_bytes(made.path.read_bytes())
    again = await World.begin(world.path, first_id=5_000)
    async with again.store:
        assert again.store.replica_id != world.store.replica_id
        assert await again.titles() == ["Fix"]


async def test_operation(world: World) -> None:
    """A store makes a backup of itself, of the present moment, and tells which."""
    await world.item()
    made = await world.store.back_up(keep=7)
    assert made is not None
    assert backups_of(world.path) == [made]
    assert number_of(outline(made), "rows") == 2
    assert await world.store.back_up(keep=7) is None
