"""A store's file that was copied by hand: without its write-ahead log, or beside another one."""

import shutil
from pathlib import Path

import pytest

from localstore.errors import Unavailable
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


def log_of(path: Path) -> Path:
    """A store's write-ahead log."""
    return path.with_name(path.name + "-wal")


async def fill(world: World, title: str, items: int) -> None:
    """Write items, long enough to take some pages."""
    for number in range(items):
        await world.item(f"{title} {number}", description=title * 100)


async def test_copied_without_its_log(world: World, tmp_path: Path) -> None:
    """A file that is copied while its log holds more is the store as it was when the log was last
    copied into it: whole, and another replica."""
    await fill(world, "Old", 20)
    world.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await fill(world, "New", 20)
    (tmp_path / "copy").mkdir()
    path = Path(shutil.copy(world.path, tmp_path / "copy" / "store.db"))
    copied = await World.begin(path, first_id=5_000)
    async with copied.store:
        assert sorted(await copied.titles()) == sorted(f"Old {number}" for number in range(20))
        assert copied.store.replica_id != world.store.replica_id
        assert await copied.failed_checks() == []


@pytest.mark.parametrize("missing", ["log of another time", "half of the file"])
async def test_a_torn_copy_is_refused(world: World, tmp_path: Path, missing: str) -> None:
    """A file beside a log that is not its own, or of which the second half is from before a
    checkpoint, is refused when it is opened, before it is given an identity."""
    await fill(world, "Old", 100)
    world.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    earlier = world.path.read_bytes()
    await fill(world, "Between", 30)
    log = log_of(world.path).read_bytes()
    await fill(world, "New", 300)
    world.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = tmp_path / "copy" / "store.db"
    path.parent.mkdir()
    content = world.path.read_bytes()
    if missing == "half of the file":
        half = len(earlier) // 2 // 4096 * 4096
        path.write_bytes(content[:half] + earlier[half:] + content[len(earlier) :])
    else:
        path.write_bytes(content)
        log_of(path).write_bytes(log)
    with pytest.raises(Unavailable, match=r"damaged|malformed"):
        await World.begin(path, first_id=5_000)
