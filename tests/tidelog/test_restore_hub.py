"""`tidelog restore --from hub`: a store pulled whole, and what must not be lost on the way."""

import json
import re
from pathlib import Path

import pytest

from localstore.errors import InvalidArguments
from syncd.embedded import free_port
from syncd.hub import HubUnreachable
from tests.tidelog.keepers import Kept, begun, listing, store_files, written
from tests.tidelog.laptops import Laptop, refused

pytestmark = pytest.mark.anyio


def lose(kept: Kept) -> None:
    """The store is gone, and what SQLite keeps beside it."""
    for name in store_files(kept.home):
        (kept.home / name).unlink()


async def history(kept: Kept) -> list[str]:
    """Every change, in this file's order."""
    async with kept.store() as store:
        return [str(state.entry["change_id"]) for state in await store.states_after(0, 500)]


def exchanged(laptop: Laptop) -> tuple[int, int]:
    """How many rows one exchange sends and receives."""
    told = json.loads(laptop.run("sync", "--once", "--json").out)
    return told["sent"], told["received"]


@pytest.fixture
async def laptop(tmp_path: Path, hub_database: str) -> Laptop:
    """A laptop of the project Harbour, in step with its hub; nothing was ever committed."""
    laptop = Laptop.joined(tmp_path / "w", hub_database)
    for title in ("One", "Two"):
        await laptop.create(title)
    laptop.run("sync", "--once")
    return laptop


async def test_all_of_it(laptop: Laptop) -> None:
    """A store that is gone comes back with every row, its history and its name, has joined its
    project, and the next exchange has nothing to do."""
    before = await history(laptop)
    lose(laptop)
    told = json.loads(laptop.run("restore", "--from", "hub", "--json").out)
    assert (told["restored"]["from"], told["restored"]["rows"]) == ("hub", 3)
    assert "set_aside" not in told
    assert await laptop.titles() == ["One", "Two"]
    assert sorted(await history(laptop)) == sorted(before)
    async with laptop.store() as store:
        assert await store.project() == "Harbour"
    assert exchanged(laptop) == (0, 0)
    await laptop.create("Three")
    assert exchanged(laptop) == (1, 0)
    laptop.run("doctor")


async def test_what_was_committed_and_never_sent(laptop: Laptop) -> None:
    """What only git knows is in the restored store too, goes to the hub with the next exchange, and
    the snapshots go on with nothing new to commit."""
    await laptop.do("snapshot")
    await laptop.create("Three")
    await laptop.do("snapshot")
    tip = laptop.git("rev-parse", "HEAD")
    lose(laptop)
    laptop.run("restore", "--from", "hub")
    assert await laptop.titles() == ["One", "Three", "Two"]
    await laptop.do("snapshot")
    assert laptop.git("rev-parse", "HEAD") == tip
    assert laptop.is_clean()
    assert exchanged(laptop) == (1, 0)
    await laptop.do("doctor")


async def test_what_only_the_hub_knows(laptop: Laptop, hub_database: str, tmp_path: Path) -> None:
    """What another laptop has sent meanwhile is restored, and committed by the next snapshot; a
    restore from git then gives the same."""
    await laptop.do("snapshot")
    other = Laptop.joined(tmp_path / "other", hub_database)
    await other.create("Three")
    other.run("sync", "--once")
    lose(laptop)
    laptop.run("restore", "--from", "hub")
    assert await laptop.titles() == ["One", "Three", "Two"]
    await laptop.do("snapshot")
    assert laptop.is_clean()
    restored = await history(laptop)
    await laptop.do("restore", "--from", "git")
    assert await history(laptop) == restored
    assert exchanged(laptop) == (0, 0)


async def test_the_hub_does_not_answer(laptop: Laptop) -> None:
    """Where nobody answers that is said in one line, and nothing is changed."""
    noted = (laptop.home / "hub").read_text().splitlines()
    dead = f"postgresql://ann:secret@127.0.0.1:{free_port()}/hub"
    (laptop.home / "hub").write_text("\n".join([dead, *noted[1:]]) + "\n")
    before = listing(laptop.home), laptop.database.read_bytes()
    with pytest.raises(HubUnreachable, match=r"does not answer|cannot be reached"):
        await laptop.do("restore", "--from", "hub")
    line = refused(laptop.command("restore", "--from", "hub"))
    assert "nothing was changed" in line
    assert "secret" not in line
    assert {*listing(laptop.home)} - {*before[0]} <= {"store.db-shm", "store.db-wal"}
    assert laptop.database.read_bytes() == before[1]


async def test_which_project(laptop: Laptop) -> None:
    """Where neither the store nor the note beside the address tells which project it is, that is
    said, with what helps."""
    lose(laptop)
    address = (laptop.home / "hub").read_text().splitlines()[0]
    (laptop.home / "hub").write_text(f"{address}\n")
    assert "which project of the hub" in refused(laptop.command("restore", "--from", "hub"))


async def test_a_hub_has_only_now(laptop: Laptop, tmp_path: Path) -> None:
    """--at is refused, as is a store without a hub."""
    with pytest.raises(InvalidArguments, match="a hub has only now"):
        await laptop.do("restore", "--from", "hub", "--at", "2026-01-01")
    alone = await begun(tmp_path / "alone")
    assert "has no hub" in refused(Laptop(alone.folder).command("restore", "--from", "hub"))


@pytest.mark.parametrize("source", ["git", "markdown", "backup", "hub"])
async def test_the_name_is_kept(laptop: Laptop, source: str) -> None:
    """Whatever a store that is gone is restored from, the project is called what it was called, and
    has its place on the hub."""
    await written(laptop)
    laptop.run("status")
    async with laptop.store() as store:
        await store.set_project("Pier 9")
        await store.back_up(keep=1)
    laptop.run("ready")
    lose(laptop)
    await laptop.do("restore", "--from", source)
    async with laptop.store() as store:
        assert await store.project() == "Pier 9"
        assert (await store.sync_place()).project_id is not None
    sent, _ = exchanged(laptop)
    assert sent == 2
    assert re.search(r"Pier 9", laptop.run("status").out)


async def test_no_new_store_over_a_hub(laptop: Laptop) -> None:
    """Where the note of the project on its hub is all that is left, `init` makes no empty store; it
    names what fetches the lost one."""
    lose(laptop)
    line = refused(laptop.command("init"))
    assert "`tidelog restore --from hub` fetches it" in line
    assert not laptop.database.exists()
    laptop.run("restore", "--from", "hub")
    assert await laptop.titles() == ["One", "Two"]
