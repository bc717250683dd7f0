"""Stores of every released schema: opened, copied, migrated and read right; or left alone."""

import asyncio
import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.backups import back_up, backups_of
from localstore.entities import ENTITIES
from localstore.errors import Unavailable
from localstore.ids import full_ref
from localstore.rows.lookup import ARCHIVE
from localstore.schema import MIGRATIONS, applied_migrations
from localstore.values import to_json
from tests.localstore.lived_in import Everything, Worker, everything
from tests.localstore.old_stores import Columns, begin_old, write_old
from tests.localstore.world import World

pytestmark = pytest.mark.anyio
OLD = range(1, len(MIGRATIONS))


async def lived_in(world: World) -> Everything:
    """What the store holds after much work; closed, with nothing left in its log."""
    await Worker(world, 3).work(250)
    found = await everything(world)
    await world.store.close()
    return found


def as_told(found: Everything, columns: Columns) -> Everything:
    """Those rows with the fields that an older version had."""
    told = {}
    for (name, row_id), row in found.items():
        kept = columns[ARCHIVE if row.get("archived_at") else ENTITIES[name].table]
        told[name, row_id] = {field: value for field, value in row.items() if field in kept}
    return told


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with what is in it."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("number", OLD)
async def test_old_store_reads_right(world: World, tmp_path: Path, number: int) -> None:
    """A store that an older version wrote has every row, its history and its figures after it was
    opened, is found by its words, and is worked on."""
    found = await lived_in(world)
    path = tmp_path / "old" / "store.db"
    columns = write_old(path, number, world.path)
    upgraded = await World.begin(path, first_id=50_000)
    async with upgraded.store:
        assert await everything(upgraded) == as_told(found, columns)
        history = "SELECT change_id, entity_id, parents, changes FROM history ORDER BY change_id"
        assert upgraded.sql(history) == world.sql(history)
        assert upgraded.store.replica_id == world.store.replica_id
        assert await upgraded.failed_checks() == []
        item = await upgraded.item("Written today")
        await upgraded.change(item, status="completed")
        assert await upgraded.titles(query="written today") == ["Written today"]
        assert await upgraded.failed_checks() == []


@pytest.mark.parametrize("number", OLD)
async def test_old_store_is_copied_first(world: World, tmp_path: Path, number: int) -> None:
    """Before an older store is migrated a backup is made of it, in the older schema, that holds all
    of it and can be opened itself."""
    found = await lived_in(world)
    path = tmp_path / "old" / "store.db"
    columns = write_old(path, number, world.path)
    await (await World.begin(path, first_id=50_000)).store.close()
    [backup] = backups_of(path)
    assert (backup.reason, backup.schema) == ("migration", MIGRATIONS[number - 1][:4])
    with closing(sqlite3.connect(backup.path)) as connection:
        assert applied_migrations(connection) == list(MIGRATIONS[:number])
    taken = await World.begin(backup.path, first_id=90_000)
    async with taken.store:
        assert await everything(taken) == as_told(found, columns)


async def test_new_store_is_not_copied(tmp_path: Path) -> None:
    """A new store, an empty file and a current store are opened without a backup."""
    (tmp_path / "empty.db").touch()
    for name in ("empty.db", "new.db", "new.db"):
        await (await World.begin(tmp_path / name)).store.close()
    assert not (tmp_path / "backups").exists()


async def test_openers_at_once(world: World, tmp_path: Path) -> None:
    """Of ten who open an older store at once one copies and migrates it, and all have it."""
    found = await lived_in(world)
    path = tmp_path / "old" / "store.db"
    columns = write_old(path, 1, world.path)
    worlds = await asyncio.gather(*(World.begin(path, first_id=9_000 * n) for n in range(1, 11)))
    assert len(backups_of(path)) == 1
    assert await everything(worlds[9]) == as_told(found, columns)
    for each in worlds:
        await each.store.close()


async def test_no_room_no_migration(world: World, tmp_path: Path) -> None:
    """Where there is no room for the copy the store is not migrated and not touched, and the
    refusal says why and what to do; the older version goes on."""
    await lived_in(world)
    path = tmp_path / "old" / "store.db"
    write_old(path, 2, world.path)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, hard))
    try:
        with pytest.raises(Unavailable, match="was not migrated: no backup") as refused:
            await World.begin(path, first_id=50_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "make room" in refused.value.hint
    assert path.read_bytes() == before
    assert [*(path.parent / "backups").iterdir()] == []
    expect_old_version_works(path, 2)


async def test_failed_migration_leaves_the_old_version_working(
    world: World, tmp_path: Path
) -> None:
    """After a migration that failed the older version reads and writes the file as before, and what
    it wrote is there when the migration succeeds; of each state there is one backup."""
    found = await lived_in(world)
    path = tmp_path / "old" / "store.db"
    columns = write_old(path, 1, world.path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE deployments_loosened (name TEXT)")
    for _ in range(2):
        with pytest.raises(Unavailable, match="deployments_loosened"):
            await World.begin(path, first_id=50_000)
    assert len(backups_of(path)) == 1
    expect_old_version_works(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE deployments_loosened")
    upgraded = await World.begin(path, first_id=60_000)
    async with upgraded.store:
        expected = as_told(found, columns)
        assert await upgraded.titles(query="by the old version") == ["By the old version"]
        assert len(await everything(upgraded)) == len(expected) + 1
        assert await upgraded.failed_checks() == []
    assert len(backups_of(path)) == 2


_OLD_ID = "0198f3a0-0000-7000-8000-00000000000a"
_WRITTEN: dict[str, str] = {
    "item_type": "task",
    "title": "By the old version",
    "status": "active",
    "priority": "P2",
}


def expect_old_version_works(path: Path, number: int) -> None:
    """Have the older version add an item with its history, and find it by its words."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert applied_migrations(connection) == list(MIGRATIONS[:number])
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO work_items (id, ref, item_type, title, status, priority, version,"
            " change_id, created_at, created_by, updated_at, updated_by) VALUES"
            " (?, ?, ?, ?, ?, ?, 1, 'c', 't', 'a', 't', 'a')",
            (_OLD_ID, full_ref("T", _OLD_ID), *_WRITTEN.values()),
        )
        connection.execute(
            "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
            " replica_id, changes) VALUES ('c', 'work_item', ?, 1, 't', 'a', 'r', ?)",
            (
                _OLD_ID,
                to_json({name: [None, value] for name, value in _WRITTEN.items()}),
            ),
        )
        connection.execute("COMMIT")
        match = "SELECT count(*) FROM work_items_fts WHERE work_items_fts MATCH 'old version'"
        assert connection.execute(match).fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_newer_store_is_left_alone(anyio_backend: str, tmp_path: Path) -> None:
    """A store that a newer tidelog wrote is refused in words; it and its folder stay byte for byte
    as they were."""
    path = tmp_path / "newer" / "store.db"
    path.parent.mkdir()
    with closing(begin_old(path, len(MIGRATIONS))) as connection:
        connection.execute("ALTER TABLE work_items ADD COLUMN colour TEXT")
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('tidelog', '9999_colours', '2030')"
        )
    before = files_of(path.parent)
    with pytest.raises(Unavailable, match="newer tidelog") as refused:
        await World.begin(path)
    assert "upgrade" in refused.value.hint
    assert files_of(path.parent) == before


async def test_three_migration_backups_are_kept(world: World) -> None:
    """Of the backups from before migrations the newest three are kept, whatever the daily ones."""
    for _ in range(5):
        await world.item()
        back_up(world.path, moment=world.clock(), reason="migration", keep=3)
    assert await world.store.back_up(keep=1) is not None
    assert sorted(each.reason for each in backups_of(world.path)) == ["daily", *["migration"] * 3]
