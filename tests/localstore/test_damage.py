"""What a store with damaged pages still answers."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.errors import Unavailable
from localstore.models import DeploymentCreate, VendorCreate
from localstore.store import Store
from localstore.values import Row, mapping_of, text_of, texts_of
from tests.localstore.world import World
from tidelog.wiring import Ids, now

pytestmark = pytest.mark.anyio

TOUCHED = {
    "vendors": {"vendors"},
    "deployments": {"recent_deployments"},
    "enhancements": {"enhancements"},
    "conflicts": {"open_conflicts"},
    "history": {"token"},
    "configuration": {"configuration"},
}
"""The sections of a status that a table is all of."""


def damage(path: Path, table: str) -> None:
    """Overwrite the pages on which a table and its indexes begin."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        found = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0", (table,)
        ).fetchall()
    dice = random.Random(9)
    with path.open("r+b") as file:
        for (page,) in found:
            file.seek((page - 1) * size)
            file.write(dice.randbytes(size))


async def status_of(path: Path) -> Row:
    """The status of the store in a file."""
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        return await store.status()


@pytest.mark.parametrize("table", TOUCHED)
async def test_one_section_is_unavailable(world: World, table: str) -> None:
    """A table that cannot be read costs its own section of the status, which says so, and no
    other; the warning names it."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await world.item("Watched")
    await world.store.record_deployment(
        DeploymentCreate(commit_hash="a" * 40, affected_vendors=["Acme"]), who="ada"
    )
    before = await world.store.status()
    await world.store.close()
    damage(world.path, table)
    told = await status_of(world.path)
    broken = {name for name in told if "unavailable" in mapping_of(told, name)}
    assert broken == TOUCHED[table]
    assert broken <= {*text_of(told, "warning").replace(":", "").split()}
    others = before.keys() - broken - {"as_of", "recent_deployments", "health"}
    assert {name: told[name] for name in others} == {name: before[name] for name in others}
    assert told["recent_deployments"]


async def test_health_counts_what_it_can(world: World) -> None:
    """Vendors that cannot be counted need attention, and so does what could be counted."""
    await world.item("Stuck", status="blocked")
    await world.store.close()
    damage(world.path, "vendors")
    attention = texts_of(mapping_of(await status_of(world.path), "health"), "attention")
    assert attention == [
        "broken vendor(s) cannot be counted: the store is damaged",
        "1 blocked item(s)",
    ]


async def test_text_that_is_not_what_was_written(world: World) -> None:
    """A row whose JSON was damaged on the disk makes the store unavailable, which is no bug."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    world.sql("UPDATE vendors SET metadata = '{'")
    with pytest.raises(Unavailable, match="damaged"):
        await world.store.vendor("Acme")


async def test_a_token_of_another_store(world: World) -> None:
    """Since a token that another store gave the whole status is told."""
    await world.item("Watched")
    told = await world.store.status("0123abcd.7")
    assert (told["total"], "since" in told) == (1, False)
