"""What the daemon and the doctor do about backups."""

import asyncio
import fcntl
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.backups import backups_of
from localstore.values import Row, rows_of, text_of
from tests.tidelog.keepers import Kept, begun
from tests.tidelog.laptops import Laptop, eventually
from tests.tidelog.running import Ended, too_wide
from tests.tidelog.test_serve_snapshots import stdio
from tidelog import backing_up
from tidelog.arguments import parse
from tidelog.opening import Setting, locate
from tidelog.turns import KEEPER_LOCK

pytestmark = pytest.mark.anyio
SEVEN = {"TIDELOG_BACKUPS": "7"}


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Laptop:
    """A project with a task, which no daemon has looked after yet."""
    begun_ = await begun(tmp_path / "project")
    await begun_.create("Fix")
    return Laptop(begun_.folder)


def names(kept: Kept) -> list[str]:
    """The backups there are."""
    return [backup.name for backup in backups_of(kept.database)]


def examined(kept: Laptop, **variables: str) -> tuple[Row, Ended]:
    """What the doctor finds about backups, and how it ended."""
    done = kept.command("doctor", "--json", **(SEVEN | variables))
    told: Row = json.loads(done.out)
    [found] = [row for row in rows_of(told, "checks") if row["check"] == "backups"]
    return found, done


def setting_of(kept: Kept) -> Setting:
    """The project's setting, as a command finds it."""
    return locate(parse(["sync", "--home", str(kept.home)]), kept.folder)


async def test_the_daemon_makes_one(kept: Laptop) -> None:
    """A daemon makes a backup when it begins, and one that begins again on the same day does not;
    the doctor finds it, and finds nobody but the owner can read it."""
    with kept.syncing(**SEVEN):
        await eventually(lambda: names(kept))
    [made] = names(kept)
    await kept.create("Later")
    (kept.home / "archived").unlink(missing_ok=True)
    with kept.syncing(**SEVEN) as process:
        await eventually((kept.home / "archived").exists)
        process.terminate()
        assert process.wait() == 0
    assert names(kept) == [made]
    found, done = examined(kept)
    assert done.code == 0
    assert text_of(found, "found").startswith("1 backup, the newest ")
    assert text_of(found, "found").endswith(", verified when it was made")
    backups_of(kept.database)[0].path.chmod(0o644)
    assert made in kept.command("doctor", "--json").out


async def test_beside_a_server(kept: Laptop) -> None:
    """A server has a daemon for the sake of backups alone, where there is no hub and no snapshot is
    kept."""
    with stdio(kept.folder, TIDELOG_SNAPSHOTS="false", **SEVEN):
        await eventually(lambda: names(kept))


async def test_turned_off(kept: Laptop) -> None:
    """With `backups = 0` a daemon makes none, and the doctor says so."""
    with kept.syncing(TIDELOG_BACKUPS="0") as process:
        await eventually((kept.home / "archived").exists)
        process.terminate()
        assert process.wait() == 0
    assert names(kept) == []
    found, _ = examined(kept, TIDELOG_BACKUPS="0")
    assert (found["ok"], found["found"]) == (True, "none; turned off (backups = 0)")


async def test_a_daemon_that_ends_leaves_off(kept: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup whose maker is cancelled is left off between two steps, and leaves nothing."""
    monkeypatch.setattr("localstore.operations.backups._REST_SECONDS", 3600.0)
    folder = kept.home / "backups"
    async with kept.store() as store:
        making = asyncio.create_task(store.back_up(keep=1))
        await eventually(lambda: [*folder.glob("*")])
        making.cancel()
        await eventually(lambda: not [*folder.glob("*")])
    assert making.cancelled()


async def test_each_day(kept: Laptop) -> None:
    """One is made when the newest daily one is a day old; what was made before a migration, and
    one that a wrong clock dated ahead, do not count."""
    setting = setting_of(kept)
    assert backing_up._is_due(setting)
    async with kept.store() as store:
        made = await store.back_up(keep=7)
    assert made is not None
    assert not backing_up._is_due(setting)
    for other in ("2020-01-01T00-00-00Z-0005-daily", "9998-01-01T00-00-00Z-0005-daily"):
        path = made.path.rename(made.path.with_name(f"{other}.db"))
        assert backing_up._is_due(setting)
        path.rename(made.path)
    made.path.rename(made.path.with_name(made.path.name.replace("daily", "migration")))
    assert backing_up._is_due(setting)


async def test_what_is_in_the_way_is_told_once(
    kept: Laptop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup that cannot be made is tried again each hour, and told once; when it can, it is."""
    monkeypatch.setattr("tidelog.backing_up._HOUR_SECONDS", 0.001)
    monkeypatch.setenv("TIDELOG_BACKUPS", "7")
    looks: list[int] = []
    is_due = backing_up._is_due

    def counted(setting: Setting) -> bool:
        looks.append(1)
        return is_due(setting)

    monkeypatch.setattr(backing_up, "_is_due", counted)
    spoil(kept, "n + 1")
    async with kept.store() as store:
        daily = asyncio.create_task(backing_up.back_up_daily(store, setting_of(kept)))
        await eventually(lambda: len(looks) > 3)
        assert names(kept) == []
        spoil(kept, "n - 1")
        await eventually(lambda: names(kept))
        daily.cancel()
        await asyncio.wait([daily])
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("tidelog: no backup of the store was made: it is damaged: kept counts")


def spoil(kept: Kept, figure: str) -> None:
    """Let the kept counts be that."""
    with closing(sqlite3.connect(kept.database, isolation_level=None)) as connection:
        connection.execute(f"UPDATE item_counts SET n = {figure}")


async def test_none_though_a_daemon_runs(kept: Laptop) -> None:
    """While a daemon keeps a store that has held work for hours and has no backup, a check fails
    and says what helps; without a daemon, or in a young store, it does not."""
    found, _ = examined(kept)
    assert (found["ok"], found["found"]) == (True, "none; the daemon makes one a day")
    with (kept.home / KEEPER_LOCK).open("w") as held:
        (kept.home / KEEPER_LOCK).chmod(0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        assert examined(kept)[0]["ok"] is True
        with closing(sqlite3.connect(kept.database, isolation_level=None)) as connection:
            connection.execute("UPDATE history SET changed_at = '2026-01-02T00:00:00.000000Z'")
        found, done = examined(kept)
        assert (found["ok"], done.code) == (False, 1)
        assert found["found"] == "none, though a daemon is at work"
        assert "room on the disk" in text_of(found, "repair")
        assert too_wide(kept.command("doctor", **SEVEN).out) == []
    assert examined(kept)[0]["ok"] is True


async def test_the_newest_cannot_be_read(kept: Laptop) -> None:
    """A newest backup that cannot be read fails a check, which names the file."""
    async with kept.store() as store:
        made = await store.back_up(keep=7)
    assert made is not None
    made.path.write_bytes(b"no database" * 100)
    found, _ = examined(kept)
    assert found["ok"] is False
    assert found["repair"] == "`tidelog doctor --repair`"
