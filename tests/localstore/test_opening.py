"""Opening a store: made when absent, private, shared, and refused whole when it cannot be used."""

import asyncio
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from localstore.errors import Unavailable
from localstore.models import Page
from localstore.store import StoreOptions
from localstore.values import rows_of, text_of
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


def mode_of(path: Path) -> int:
    """Who may do what with a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


async def refusal(path: Path) -> Unavailable:
    """How opening a path is refused."""
    with pytest.raises(Unavailable) as caught:
        await World.begin(path)
    return caught.value


async def test_absent_store_is_made(tmp_path: Path) -> None:
    """A store that does not exist is made, with its folders, and holds no work."""
    world = await World.begin(tmp_path / "deep" / "er" / "store.db")
    assert (await world.listed())["total"] == 0
    assert await world.failed_checks() == []
    await world.store.close()


async def test_files_are_private(tmp_path: Path) -> None:
    """The file and its companions are 0600 and the new folder 0700."""
    world = await World.begin(tmp_path / "new" / "store.db")
    await world.item()
    files = sorted((tmp_path / "new").iterdir())
    assert len(files) == 3
    assert {mode_of(each) for each in files} == {0o600}
    assert mode_of(tmp_path / "new") == 0o700
    await world.store.close()


async def test_reopened_store_holds_what_was_written(world: World) -> None:
    """What was written is there when the store is opened again, under the same replica id."""
    item = await world.item("Stay")
    await world.store.close()
    again = await World.begin(world.path, first_id=5_000)
    assert (await again.full(item))["title"] == "Stay"
    assert again.store.replica_id == world.store.replica_id
    await again.store.close()


async def test_opening_again_writes_nothing(world: World) -> None:
    """Opening a store that is current leaves every table as it was."""
    before = world.sizes()
    again = await World.begin(world.path, first_id=5_000)
    await again.store.close()
    assert world.sizes() == before


async def test_first_configuration_is_the_same_everywhere(tmp_path: Path) -> None:
    """Two stores begun apart share their first configuration change: nothing to merge."""
    found = []
    for number in (1, 2):
        world = await World.begin(tmp_path / f"{number}.db", first_id=1000 * number)
        told = await world.store.history(None, Page())
        found.append([text_of(entry, "change_id") for entry in rows_of(told, "items")])
        await world.store.close()
    assert len(found[0]) == 1
    assert found[0] == found[1]


async def test_replica_ids_differ(tmp_path: Path) -> None:
    """Two stores are two replicas."""
    one = await World.begin(tmp_path / "1.db", first_id=1000)
    other = await World.begin(tmp_path / "2.db", first_id=2000)
    assert one.store.replica_id != other.store.replica_id
    await one.store.close()
    await other.store.close()


async def test_openers_at_once_make_one_store(tmp_path: Path) -> None:
    """Ten openers of a store that does not exist all succeed and share one replica."""
    path = tmp_path / "store.db"
    worlds = await asyncio.gather(*(World.begin(path, first_id=1000 * n) for n in range(10)))
    assert len({world.store.replica_id for world in worlds}) == 1
    assert (await worlds[0].store.history(None, Page()))["total"] == 1
    for world in worlds:
        await world.store.close()


async def test_empty_file_is_a_new_store(tmp_path: Path) -> None:
    """An empty file, as a crash before the first write leaves it, is taken as a new store."""
    (tmp_path / "store.db").touch()
    world = await World.begin(tmp_path / "store.db")
    await world.item("First")
    assert await world.titles() == ["First"]
    assert await world.failed_checks() == []
    await world.store.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" * 64])
async def test_damaged_file_is_refused_and_left(tmp_path: Path, content: bytes) -> None:
    """A file that is no database is refused and stays byte for byte as it was."""
    path = tmp_path / "store.db"
    path.write_bytes(content)
    assert (await refusal(path)).hint
    assert path.read_bytes() == content


async def test_newer_store_is_refused_and_left(world: World) -> None:
    """A store that a newer tidelog wrote is refused with the way out, and not touched."""
    world.sql(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('tidelog', '9999_later', '2030')"
    )
    await world.store.close()
    before = world.path.read_bytes()
    assert "newer tidelog" in (await refusal(world.path)).message
    assert world.path.read_bytes() == before


async def test_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    """A folder where the file should be is refused."""
    (tmp_path / "store.db").mkdir()
    await refusal(tmp_path / "store.db")


async def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be is refused."""
    (tmp_path / "home").write_text("")
    await refusal(tmp_path / "home" / "store.db")


async def test_page_damaged_while_open(world: World) -> None:
    """A store whose file has gone bad refuses with a word about the file, not a traceback."""
    for number in range(100):
        await world.item(f"Item {number}", description="x" * 2_000)
    await world.store.close()
    content = bytearray(world.path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 64] = b"\xa5" * 64
    world.path.write_bytes(content)

    async def open_and_read() -> None:
        again = await World.begin(world.path)
        async with again.store:
            await again.listed(Page(limit=200, detail="full"))

    with pytest.raises(Unavailable):
        await open_and_read()


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
async def test_durability_is_as_asked(tmp_path: Path, durable: bool, level: int) -> None:
    """A durable store syncs every commit to the disk (FULL); another one only now and then."""
    world = await World.begin(tmp_path / "store.db", options=StoreOptions(durable=durable))
    (found,) = await world.store._writer.read(lambda c: c.execute("PRAGMA synchronous").fetchone())
    assert found == level
    await world.store.close()


async def test_default_is_durable() -> None:
    """Who says nothing gets commits that survive power loss."""
    assert StoreOptions().durable


async def test_store_is_plain_sqlite(world: World) -> None:
    """The file is in WAL mode and any SQLite opens it."""
    await world.item("Plain")
    with closing(sqlite3.connect(world.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT title FROM work_items").fetchone() == ("Plain",)


async def test_leaving_the_block_closes(new_store: Path) -> None:
    """A store left as a context manager is closed."""
    world = await World.begin(new_store.parent / "other.db")
    async with world.store as store:
        await world.item()
    with pytest.raises(ValueError, match="closed"):
        await store.head()


async def test_copied_store_is_another_replica(tmp_path: Path) -> None:
    """A store copied to another place takes a replica id of its own, once; its rows stay."""
    world = await World.begin(tmp_path / "one" / "store.db")
    await world.item("Fix the parser")
    await world.store.close()
    (tmp_path / "two").mkdir()
    shutil.copy(world.path, tmp_path / "two" / "store.db")
    copied = await World.begin(tmp_path / "two" / "store.db", first_id=500)
    again = await World.begin(tmp_path / "two" / "store.db", first_id=900)
    assert copied.store.replica_id != world.store.replica_id
    assert again.store.replica_id == copied.store.replica_id
    assert await again.titles() == ["Fix the parser"]
    await copied.store.close()
    await again.store.close()


async def test_moved_store_stays_itself(tmp_path: Path) -> None:
    """A store whose folder was moved is the replica it was."""
    world = await World.begin(tmp_path / "one" / "store.db")
    await world.store.close()
    (tmp_path / "one").rename(tmp_path / "two")
    moved = await World.begin(tmp_path / "two" / "store.db", first_id=500)
    assert moved.store.replica_id == world.store.replica_id
    await moved.store.close()
