"""`tidelog doctor --repair`: from each kind of damage to a store that is whole, losing nothing."""

import json
from collections.abc import Callable
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
from tests.tidelog.layers.breaking import served
from tests.tidelog.repairing import REPAIR, failed, repaired
from tests.tidelog.running import on_terminal, too_wide
from tidelog.wiring import Ids, now

pytestmark = pytest.mark.anyio

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


async def test_what_waits_in_the_journal(kept: Laptop) -> None:
    """What was written while the store was lost comes in with the repair, after the store is back,
    and once."""
    breaking.noise(kept.database)
    async with served(kept) as (caller, _):
        await caller.ok("create_vendor", {"name": "Acme"})
    assert [done["repair"] for done in repaired(kept)] == ["store", "journal"]
    assert await vendors(kept) == ["Acme"]
    assert repaired(kept) == []
    assert await vendors(kept) == ["Acme"]


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
