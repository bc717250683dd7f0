"""`tidelog doctor --repair`: from each kind of damage to a store that is whole, losing nothing."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from localstore.entities import VENDOR
from localstore.models import VendorCreate
from localstore.store import Store
from localstore.values import Row, mapping_of, rows_of, text_of
from tests.tidelog.keepers import Kept, begun, listing, written
from tests.tidelog.laptops import Laptop
from tests.tidelog.layers import breaking
from tests.tidelog.running import on_terminal, too_wide
from tidelog.wiring import Ids, now

pytestmark = pytest.mark.anyio

REPAIR = "`tidelog doctor --repair`"
LOST = [each for each in breaking.BROKEN if each is not breaking.future]


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Laptop:
    """A project called Harbour in a folder of another name, with everything in git."""
    kept = await begun(tmp_path / "project")
    await written(kept)
    laptop = Laptop(kept.folder)
    laptop.run("status")
    return laptop


def tomorrow() -> datetime:
    """A clock that is a day ahead."""
    return now() + timedelta(days=1)


async def later(kept: Kept, name: str, *, back_up: bool = False) -> None:
    """A new vendor, made a day after everything else."""
    async with await Store.open(kept.database, clock=tomorrow, new_id=Ids()) as store:
        await store.create_vendor(VendorCreate(name=name), who="ada")
        if back_up:
            await store.back_up(keep=1)


async def vendors(kept: Kept) -> list[str]:
    """The names of all vendors."""
    async with kept.store() as store:
        return [text_of(row, "name") for row in await store.rows_of(VENDOR)]


def failed(kept: Laptop) -> list[Row]:
    """The checks that fail."""
    told: Row = json.loads(kept.command("doctor", "--json").out)
    return [check for check in rows_of(told, "checks") if check["ok"] is not True]


def repaired(kept: Laptop, code: int = 0, **variables: str) -> list[Row]:
    """What a repair does."""
    done = kept.command("doctor", "--repair", "--json", **variables)
    assert done.code == code, done.err + done.out
    told: Row = json.loads(done.out)
    assert told["ok"] is (code == 0)
    return rows_of(told, "repaired")


async def project(kept: Kept) -> str:
    """What the project is called."""
    async with kept.store() as store:
        return await store.project()


@pytest.mark.parametrize("broken", LOST, ids=lambda each: each.__name__)
async def test_a_lost_store(kept: Laptop, broken: Callable[[Path], None]) -> None:
    """However a store is lost, the doctor names one command, and that brings all back that was
    committed, under the project's name; a second time there is nothing to do."""
    broken(kept.database)
    [lost] = failed(kept)
    assert (lost["check"], lost["repair"]) == ("store", REPAIR)
    [done] = repaired(kept)
    assert (done["repair"], done["source"]) == ("store", "git")
    assert await kept.titles() == ["Two", "Uno"]
    assert await project(kept) == "Harbour"
    before = listing(kept.home), kept.database.stat().st_ino
    assert repaired(kept) == []
    assert (listing(kept.home), kept.database.stat().st_ino) == before
    assert failed(kept) == []


async def test_a_newer_store(kept: Laptop) -> None:
    """A store of a newer tidelog is not touched: what helps is said, exit 1."""
    breaking.future(kept.database)
    before = kept.database.read_bytes()
    assert repaired(kept, code=1) == []
    assert text_of(failed(kept)[0], "repair").startswith("upgrade tidelog")
    assert kept.database.read_bytes() == before


async def test_somebody_has_the_store(kept: Laptop) -> None:
    """While another process has the store nothing is changed, and that is said in one line."""
    kept.database.chmod(0o644)
    before = listing(kept.home)
    with breaking.locked(kept.database):
        done = kept.command("doctor", "--repair", TIDELOG_BUSY_TIMEOUT_SECONDS="0.05")
        assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert "kept the store locked" in done.err
    assert {*listing(kept.home)} <= {*before, "store.db-shm", "store.db-wal"}
    assert kept.database.stat().st_mode & 0o777 == 0o644


def derived(store: Path) -> None:
    """Counts and full text tell something else than the rows."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("UPDATE item_counts SET n = n + 3")
        connection.execute("UPDATE work_items SET waits_on = 4 WHERE title = 'Uno'")
        connection.execute("INSERT INTO work_items_fts (work_items_fts) VALUES ('delete-all')")


def index_of_another(store: Path) -> None:
    """An index lacks what the rows have."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        [(sql,)] = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'work_items_ref'"
        ).fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = sql || ' WHERE ref IS NULL' "
            "WHERE name = 'work_items_ref'"
        )
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("REINDEX work_items_ref")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'work_items_ref'", (sql,))


def index_of_noise(store: Path) -> None:
    """The page on which an index begins holds noise."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'work_items_ref'"
        ).fetchall()
    breaking.overwrite(store, [int(page)])


@pytest.mark.parametrize("broken", [derived, index_of_another, index_of_noise])
async def test_what_is_derived(
    anyio_backend: str, tmp_path: Path, broken: Callable[[Path], None]
) -> None:
    """What is derived is built anew from the rows, with no other source at all; the file as it was
    is kept, history and rows are those of before."""
    begun_ = await begun(tmp_path / "project")
    kept = Laptop(begun_.folder)
    await kept.change(await kept.create("One"), title="Uno")
    async with kept.store() as store:
        before = await store.states_after(0, 50)
    broken(kept.database)
    assert {check["repair"] for check in failed(kept)} == {REPAIR}
    [done] = repaired(kept)
    assert (Path(text_of(done, "set_aside")) / "store.db").stat().st_size
    async with kept.store() as store:
        assert [s.entry["change_id"] for s in await store.states_after(0, 50)] == [
            state.entry["change_id"] for state in before
        ]
        assert [s.row for s in await store.states_after(0, 50)] == [s.row for s in before]
    assert repaired(kept) == []


async def test_what_the_damaged_store_can_give(kept: Laptop) -> None:
    """What was never committed is brought in from a damaged store, and told."""
    await kept.create("Three")
    breaking.damage(kept.database, "enhancements")
    [done] = repaired(kept)
    assert done["source"] == "git"
    assert mapping_of(done, "brought_in") == {"changes": 1, "torn_tables": ["enhancements"]}
    assert await kept.titles() == ["Three", "Two", "Uno"]
    assert repaired(kept) == []


async def test_a_newer_backup(kept: Laptop) -> None:
    """A backup that is newer than the newest commit is taken, and it is said why."""
    await later(kept, "Acme", back_up=True)
    breaking.noise(kept.database)
    [done] = repaired(kept)
    assert done["source"] == "backup"
    assert "the newest source there is" in text_of(done, "done")
    assert await vendors(kept) == ["Acme"]
    assert repaired(kept) == []


async def test_files_alone(kept: Laptop) -> None:
    """Where git has lost its objects, and there is nothing else, the files are taken."""
    breaking.with_corrupt_git(kept)
    breaking.missing(kept.database)
    checks = {text_of(check, "check"): check for check in failed(kept)}
    assert checks.keys() == {"store", "snapshots"}
    [done] = repaired(kept, code=1)
    assert done["source"] == "markdown"
    assert await kept.titles() == ["Two", "Uno"]
    [left] = failed(kept)
    assert (left["check"], "tidelog snapshot" in text_of(left, "repair")) == ("snapshots", True)


async def test_a_newer_hub(tmp_path: Path, hub_database: str) -> None:
    """What another laptop sent later makes the hub the newest source; what was committed here and
    never sent is in the store too."""
    ann = Laptop.joined(tmp_path / "ann", hub_database)
    ann.run("sync", "--once")
    ben = Laptop.joined(tmp_path / "ben", hub_database)
    await later(ben, "Acme")
    ben.run("sync", "--once")
    await ann.create("Never sent")
    ann.run("snapshot")
    breaking.missing(ann.database)
    told: Row = json.loads(ann.command("doctor", "--json").out)
    [hub] = [check for check in rows_of(told, "checks") if check["check"] == "hub"]
    assert (hub["ok"], text_of(hub, "as_of")[:10]) == (True, f"{tomorrow():%Y-%m-%d}")
    [done] = repaired(ann)
    assert done["source"] == "hub"
    assert await vendors(ann) == ["Acme"]
    assert await ann.titles() == ["Never sent"]
    assert repaired(ann) == []


async def test_no_source(anyio_backend: str, tmp_path: Path) -> None:
    """Where nothing is left to build from nothing is changed; what is there is to be kept."""
    kept = Laptop((await begun(tmp_path / "project")).folder)
    breaking.noise(kept.database)
    before = kept.database.read_bytes()
    assert repaired(kept, code=1) == []
    assert kept.database.read_bytes() == before
    [lost] = failed(kept)
    assert f"`cp -a {kept.home} {kept.home}.copy`" in text_of(lost, "repair")


async def test_files_that_are_missing(kept: Laptop) -> None:
    """Files of the snapshots that are gone fail a check, and are put back; nothing is committed."""
    tip = kept.git("rev-parse", "HEAD")
    for file in kept.status.glob("work-items/*/*.md"):
        file.unlink()
    assert [check["check"] for check in failed(kept)] == ["files"]
    repaired(kept, code=1)
    assert {check["check"] for check in failed(kept)} == {"edit by hand"}
    assert len([*kept.status.glob("work-items/*/*.md")]) == 2
    assert kept.git("rev-parse", "HEAD") == tip


async def test_around_the_store(kept: Laptop) -> None:
    """Rights, what a killed restore left, and a backup that cannot be read are put right."""
    async with kept.store() as store:
        made = await store.back_up(keep=1)
    assert made is not None
    made.path.write_bytes(b"no database" * 100)
    (kept.home / "restoring-x").mkdir(mode=0o700)
    kept.database.chmod(0o644)
    assert {check["check"] for check in failed(kept)} == {"permissions", "leftovers", "backups"}
    done = repaired(kept)
    assert [each["repair"] for each in done] == ["permissions", "leftovers", "backups"]
    [aside] = (kept.home / "set-aside").glob(f"*/{made.path.name}")
    assert aside.read_bytes() == b"no database" * 100
    assert repaired(kept) == []


async def test_how_it_looks(kept: Laptop) -> None:
    """On a terminal and in a pipe it keeps to 80 columns; nothing is told but what was done and
    what is left."""
    breaking.noise(kept.database)
    shown = on_terminal("doctor", cwd=kept.folder)
    assert (shown.code, too_wide(shown.out)) == (1, [])
    shown = on_terminal("doctor", "--repair", cwd=kept.folder)
    assert (shown.code, too_wide(shown.out)) == (0, [])
    piped = kept.run("doctor", "--repair")
    assert piped.lines[0] == "Nothing had to be repaired, or could be without a loss."
    assert piped.lines[-1] == "All is well."
