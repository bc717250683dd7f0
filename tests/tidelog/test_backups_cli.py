"""`tidelog restore --from backup`: what there is, and the store as one of them has it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.backups import backups_of
from localstore.errors import InvalidArguments, Unavailable
from localstore.values import Row, rows_of, text_of
from tests.tidelog.keepers import Kept, begun, listing, store_files
from tests.tidelog.running import ANSI, on_terminal, tidelog, too_wide
from tidelog.backups import find_backup

pytestmark = pytest.mark.anyio
DAYS = ("2026-03-12T09-30-00Z", "2026-03-14T09-30-00Z", "2026-03-14T18-00-00Z")


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Kept:
    """A project with one task more in each of three backups, and one that no backup has."""
    kept = await begun(tmp_path / "project")
    for number, day in enumerate(DAYS):
        await kept.create(f"Task {number}")
        await backed_up(kept, day)
    await kept.create("Unknown to all")
    return kept


async def backed_up(kept: Kept, day: str) -> None:
    """A backup, dated to that moment."""
    async with kept.store() as store:
        made = await store.back_up(keep=9)
    assert made is not None
    made.path.rename(made.path.with_name(f"{day}-{made.schema}-{made.reason}.db"))


def listed(kept: Kept) -> list[Row]:
    """The backups, as programs are told."""
    done = tidelog("restore", "--from", "backup", "--list", "--json", cwd=kept.folder)
    told: Row = json.loads(done.out)
    assert told["total"] == len(rows_of(told, "backups"))
    return rows_of(told, "backups")


def set_aside(kept: Kept) -> list[Path]:
    """The folders of stores that were set aside, in order."""
    folder = kept.home / "set-aside"
    return sorted(folder.iterdir()) if folder.is_dir() else []


async def test_list(kept: Kept) -> None:
    """Each backup is shown on a line of 80 columns, the newest first: name, time, rows, size, why;
    nothing is restored."""
    before = listing(kept.home)
    done = on_terminal("restore", "--from", "backup", "--list", cwd=kept.folder)
    assert done.code == 0
    assert too_wide(done.out) == []
    lines = ANSI.sub("", done.out).splitlines()
    assert lines[0] == "Backups (3)"
    assert [line.split()[0] for line in lines[2:]] == [f"{day}-0005-daily" for day in DAYS[::-1]]
    assert lines[2].split()[1:4] == ["2026-03-14", "18:00", "4"]
    assert lines[2].endswith("kB  a day's")
    assert await kept.titles() == ["Task 0", "Task 1", "Task 2", "Unknown to all"]
    assert listing(kept.home) == before


async def test_list_as_json(kept: Kept) -> None:
    """--json lists them for programs, a damaged one with what is wrong with it."""
    backups_of(kept.database)[0].path.write_bytes(b"no database" * 1000)
    newest, _, oldest = listed(kept)
    assert oldest | {"bytes": 0} == {
        "name": f"{DAYS[0]}-0005-daily",
        "made_at": "2026-03-12T09:30:00.000000Z",
        "reason": "daily",
        "schema": "0005",
        "bytes": 0,
        "rows": 2,
        "changes": 2,
    }
    assert "not a database" in text_of(newest, "damaged")
    shown = tidelog("restore", "--from", "backup", "--list", cwd=kept.folder)
    assert shown.lines[2].endswith("kB  damaged")
    assert too_wide(shown.out) == []


async def test_none(tmp_path: Path) -> None:
    """Where there is none that is said, by the list and by the refusal, with what makes one."""
    kept = await begun(tmp_path / "project")
    assert listed(kept) == []
    shown = tidelog("restore", "--from", "backup", "--list", cwd=kept.folder)
    assert shown.out == "There is no backup yet; the daemon makes one a day.\n"
    with pytest.raises(Unavailable, match="no backup"):
        await kept.do("restore", "--from", "backup")
    with pytest.raises(InvalidArguments, match="--list"):
        await kept.do("restore", "--list")


async def test_newest(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --at the newest is taken, under a process that has the store open; what was there is
    kept aside, and what only that had is brought in."""
    async with kept.store() as other:
        await kept.do("restore", "--from", "backup")
        assert (await other.status())["total"] == 4
    assert await kept.titles() == ["Task 0", "Task 1", "Task 2", "Unknown to all"]
    [aside] = set_aside(kept)
    told = capsys.readouterr().out
    assert f"Restored 4 rows and 4 changes from the backup {DAYS[2]}-0005-daily" in told
    assert str(aside) in told
    assert "Brought in 1 change that only it had." in told
    old = Kept(kept.folder)
    old.database = aside / "store.db"
    assert "Unknown to all" in await old.titles()
    assert len(backups_of(kept.database)) == 3
    await kept.do("doctor")


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (f"{DAYS[0]}-0005-daily", 0),
        (f"{DAYS[1]}-0005-daily.db", 1),
        ("2026-03-14", 2),
        ("2026-03-13", 0),
        ("2026-03-14T09:30:00Z", 1),
        ("2026-03-14T11:00:00+01:00", 1),
    ],
)
async def test_by_name_or_date(kept: Kept, at: str, number: int) -> None:
    """--at names a backup, or means the newest by a date, whose end counts."""
    found = backups_of(kept.database)
    assert find_backup(found, at).name.startswith(DAYS[number])


@pytest.mark.parametrize("at", ["2026-03-11", "1-0005-daily", "", "9999-99-99", "../store.db"])
async def test_no_such_backup(kept: Kept, at: str) -> None:
    """What is neither a backup nor a date, or before the first, is refused in one line."""
    before = listing(kept.home)
    done = tidelog("restore", "--from", "backup", f"--at={at}", cwd=kept.folder)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith("tidelog: --at: ")
    assert listing(kept.home) == before


async def test_restored_as_json(kept: Kept) -> None:
    """--json tells what was restored, and where the old store went."""
    words = ("restore", "--from", "backup", "--at", "2026-03-12", "--json")
    told: Row = json.loads(kept.run(*words).out)
    assert told["restored"] == {"from": "backup"} | listed(kept)[2]
    assert told["store"] == str(kept.database)
    assert told["set_aside"] == str(set_aside(kept)[0])
    assert await kept.titles() == ["Task 0"]


async def test_damaged_backup(kept: Kept) -> None:
    """A backup that is damaged is refused; the store and its folder are as they were, and an older
    one can be taken."""
    newest = backups_of(kept.database)[0].path
    content = bytearray(newest.read_bytes())
    for page in range(8192, len(content), 4096):
        content[page : page + 64] = b"\xa5" * 64
    newest.write_bytes(content)
    before = listing(kept.home)
    with pytest.raises(Unavailable):
        await kept.do("restore", "--from", "backup")
    assert "Unknown to all" in await kept.titles()
    assert listing(kept.home) == before
    await kept.do("restore", "--from", "backup", "--at", "2026-03-12")
    assert await kept.titles() == ["Task 0"]


async def test_lost_store(kept: Kept) -> None:
    """Where only backups are left nothing makes an empty store; the newest brings it back, with the
    name of its project."""
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    for words in (("init",), ("status",), ("serve",)):
        refused = tidelog(*words, cwd=kept.folder)
        assert refused.code == 1
        assert f"`tidelog restore --from backup` brings back {DAYS[2]}" in refused.err
    assert not kept.database.exists()
    await kept.do("restore", "--from", "backup")
    assert await kept.titles() == ["Task 0", "Task 1", "Task 2"]
    assert set_aside(kept) == []
    async with kept.store() as store:
        assert (await store.status())["project"] == "Harbour"


async def test_garbage_store(kept: Kept) -> None:
    """A store that cannot be read is set aside as it is, and the backup takes its place."""
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    kept.database.write_bytes(b"garbage" * 1000)
    kept.database.chmod(0o600)
    await kept.do("restore", "--from", "backup")
    [aside] = set_aside(kept)
    assert (aside / "store.db").read_bytes() == b"garbage" * 1000
    assert await kept.titles() == ["Task 0", "Task 1", "Task 2"]
    await kept.do("doctor")


@pytest.mark.parametrize("at", [DAYS[1][:10], DAYS[0][:10]])
async def test_snapshots_follow(kept: Kept, at: str) -> None:
    """Snapshots that knew more than the backup go on from what it knew, by a commit that says so;
    git and the store agree, and a restore from git gives the same store."""
    await kept.do("snapshot")
    await kept.create("After")
    await kept.do("snapshot")
    before = len(kept.subjects())
    await kept.do("restore", "--from", "backup", "--at", at)
    titles = await kept.titles()
    assert kept.subjects()[0].startswith("restored to ")
    assert len(kept.subjects()) == before + 1
    await kept.create("New")
    await kept.do("snapshot")
    assert kept.subjects()[0] == 'task "New": created, active'
    assert kept.is_clean()
    kept.git("fsck", "--strict")
    await kept.do("restore", "--from", "git")
    assert await kept.titles() == sorted([*titles, "New"])
    await kept.do("doctor")


async def test_snapshots_that_knew_less(kept: Kept) -> None:
    """Snapshots that had not got as far as the backup are not touched, and catch up."""
    shutil.rmtree(kept.status, ignore_errors=True)
    await kept.do("restore", "--from", "backup", "--at", DAYS[0][:10])
    await kept.do("snapshot")
    tip = kept.git("rev-parse", "HEAD")
    await kept.do("restore", "--from", "backup", "--at", DAYS[2][:10])
    assert kept.git("rev-parse", "HEAD") == tip
    await kept.do("snapshot")
    assert kept.subjects()[0] == 'task "Task 2": created, active'
    await kept.do("doctor")


async def test_unsound_backup(kept: Kept) -> None:
    """A backup whose pages are whole and whose rows do not fit together is refused too."""
    newest = backups_of(kept.database)[0].path
    with closing(sqlite3.connect(newest, isolation_level=None)) as connection:
        connection.execute("UPDATE item_counts SET n = n + 1")
    with pytest.raises(Unavailable, match="does not make a whole store: kept counts"):
        await kept.do("restore", "--from", "backup")
    assert "Unknown to all" in await kept.titles()
    assert set_aside(kept) == []
