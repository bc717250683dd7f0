"""Backups where things go wrong: damage, no room, a kill; the good ones stay."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from localstore.backups import back_up, outline
from localstore.errors import Unavailable
from tests.localstore.backing_up import MAKER, fill, left, make, names
from tests.localstore.lived_in import Worker
from tests.localstore.world import START, World

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


def damage(path: Path) -> None:
    """Write over the second half of each page but the first."""
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page + 2048 : page + 4096] = b"\xa5" * 2048
    path.write_bytes(content)


async def test_damaged_store_pushes_nothing_out(world: World) -> None:
    """Of a damaged store no backup is made, and the good ones stay, however few are to be kept."""
    await Worker(world, 1).work(100)
    good = make(world)
    await world.item()
    world.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    await world.store.close()
    damage(world.path)
    with pytest.raises(
        Unavailable, match=r"no backup of the store was made: .*(damaged|malformed)"
    ):
        make(world, keep=1, day=1)
    assert good is not None
    assert left(world) == [good.path.name]
    assert "damaged" not in outline(good)


async def test_unsound_store_pushes_nothing_out(world: World) -> None:
    """The same holds for a store whose pages are whole and whose rows do not fit together."""
    good = make(world)
    await world.item()
    world.sql("UPDATE item_counts SET n = n + 1")
    with pytest.raises(Unavailable, match="kept counts"):
        make(world, keep=1, day=1)
    assert good is not None
    assert left(world) == [good.path.name]


async def test_another_database_is_refused(tmp_path: Path) -> None:
    """A file that is no store is not copied."""
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    with pytest.raises(Unavailable, match="no tidelog store"):
        back_up(tmp_path / "store.db", moment=START, reason="daily", keep=1)
    with pytest.raises(Unavailable):
        back_up(tmp_path / "missing.db", moment=START, reason="daily", keep=1)


async def test_stopped_half_way(world: World) -> None:
    """A backup that is told to stop leaves nothing behind."""
    good = make(world)
    await world.item()
    fill(world, 3)
    answers = iter([False, True])
    with pytest.raises(Unavailable, match="stopped"):
        back_up(world.path, moment=START, reason="daily", keep=1, stopped=lambda: next(answers))
    assert good is not None
    assert left(world) == [good.path.name]


def killed_half_way(world: World) -> None:
    """Kill a process in the middle of making a backup, after this one has made one beside it."""
    command = [sys.executable, "-c", MAKER, str(world.path), "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as maker:
        assert maker.stdout is not None
        assert maker.stdin is not None
        for _ in range(2):
            assert maker.stdout.readline() == "under way\n"
            maker.stdin.write("\n")
            maker.stdin.flush()
        assert make(world) is not None
        assert [name[:8] for name in left(world)] == [".making-", "2026-03-"]
        maker.kill()


async def test_killed_half_way(world: World) -> None:
    """A process killed half-way leaves no backup, and what it did leave goes with the next one;
    while it is at work it does not."""
    await world.item()
    fill(world, 3)
    killed_half_way(world)
    assert names(world) == ["03-14"]
    await world.item()
    assert make(world, keep=1, day=1) is not None
    assert names(world) == ["03-15"]
    assert len(left(world)) == 1


def said_without_room(path: Path, room_bytes: int) -> list[str]:
    """What a process says that makes a backup where a file may only be so large."""
    done = subprocess.run(
        [sys.executable, "-c", MAKER, str(path), str(room_bytes)],
        cwd=ROOT,
        input="\n" * 10,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


async def test_no_room(world: World) -> None:
    """Where the copy finds no room it is refused in words; the earlier backups stay."""
    good = make(world)
    await world.item()
    fill(world, 3)
    said = said_without_room(world.path, 2 << 20)
    assert said[-1].startswith("no backup of the store was made: ")
    assert good is not None
    assert left(world) == [good.path.name]
