"""Pages that rot: whatever one of them holds, no answer is wrong without saying so."""

import logging
import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from localstore.looking import Look
from localstore.values import text_of
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, Watch, served
from tests.tidelog.layers.rot_asking import asking
from tests.tidelog.layers.rotting import Lived, lived_in, put, rotten
from tests.tidelog.layers.test_recovery import source_of
from tidelog.layers.soundness import AGAIN_SECONDS

pytestmark = pytest.mark.anyio
SEEDS = 1_000 if "TIDELOG_SOAK_SECONDS" in os.environ else 96


@pytest.fixture(scope="module")
async def lived(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A lived-in project; each test puts its store's file back as it wants it."""
    return await lived_in(tmp_path_factory.mktemp("lived") / "harbour")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Damage is logged, hundreds of times here."""
    with caplog.at_level(logging.ERROR):
        yield


@pytest.mark.slow
async def test_a_page_rots(lived: Lived) -> None:
    """Of a store with one rotten page each answer is as it was, or says which layer it is from and
    is that layer's. Only a bit that turned over may go unnoticed, where a value stands in one place
    alone: who made an earlier change, when and where. `make soak` takes a thousand pages and tells
    what became of them."""
    ends: Counter[tuple[str, str]] = Counter()
    unnoticed = []
    async with asking(lived) as asker:
        for seed in range(SEEDS):
            rot = rotten(lived, seed)
            end, answers = await asker.verdict(rot)
            if end == "silent":
                unnoticed.append((rot.kind, f"seed {seed}, page {rot.page}", *answers))
            ends[rot.kind, "unused" if end == "none" and rot.page in lived.unused else end] += 1
    for (kind, end), count in sorted(ends.items()):
        sys.stdout.write(f"{kind:8} {end:7} {count}\n")
    assert {end for _, end in ends} >= {"told", "unused", "none"}
    assert {kind for kind, *_ in unnoticed} <= {"flipped"}, unnoticed
    assert {answer.partition(" ")[0] for _, _, *told in unnoticed for answer in told} <= {
        "get_history"
    }, unnoticed


async def test_a_letter_that_turned_over(lived: Lived) -> None:
    """A bit that turns one letter of a title into another is found: history holds the title too."""
    store = lived.kept.database
    put(store, lived.sound)
    assert Look(store).damage() == ""
    at = lived.sound.index(b"Small 17")
    put(store, lived.sound[:at] + b"Snall" + lived.sound[at + 5 :])
    assert "what their history tells" in Look(store).damage()


async def test_the_only_copy(lived: Lived, tmp_path: Path) -> None:
    """Where nothing stands in for a damaged store it answers itself, and says that it may be
    wrong."""
    alone = Kept(tmp_path / "alone")
    shutil.copytree(lived.kept.folder, alone.folder)
    shutil.rmtree(alone.status)
    put(alone.database, lived.sound)
    with closing(sqlite3.connect(alone.database)) as connection:
        connection.execute("UPDATE work_items SET title = 'Nobody wrote this' WHERE version = 1")
        connection.commit()
    async with served(alone) as (caller, _):
        answer = await caller.ok("list_work_items", {"limit": 1})
    assert answer["source"] == "local"
    assert "may be wrong" in text_of(answer, "warning")


async def test_what_waits_beside_damage(lived: Lived) -> None:
    """A write that a damaged store does not take, and what is read with it, never stands on a copy
    of that store; once it is mended the write is in it."""
    store = lived.kept.database
    put(store, lived.sound)
    _sql(store, "UPDATE work_items SET title = 'Nobody wrote this' WHERE title = 'Small 17'")
    async with served(lived.kept) as (caller, _):
        written = await caller.ok("create_vendor", {"name": "Waiting"})
        read = await caller.ok("list_work_items", {"query": "Nobody", "limit": 1})
        assert (written["source"], source_of(read), read["total"]) == ("journal", "git", 0)
    _sql(store, "UPDATE work_items SET title = 'Small 17' WHERE title = 'Nobody wrote this'")
    async with served(lived.kept) as (caller, _):
        read = await caller.ok("query_vendor_status", {"name": "Waiting"})
    assert (read["name"], source_of(read)) == ("Waiting", "")


async def test_mended_in_place(lived: Lived) -> None:
    """A store whose damage is mended answers again, without a restart; one that is only written to
    is looked at again after some seconds."""
    store, watch = lived.kept.database, Watch()
    put(store, lived.sound)
    _sql(store, "UPDATE item_counts SET n = n + 1")
    async with served(lived.kept, watch) as (caller, _):
        assert source_of(await caller.ok("get_project_status")) == "git"
        _sql(store, "UPDATE item_counts SET n = n - 1")
        watch.seconds += AGAIN_SECONDS
        assert source_of(await caller.ok("get_project_status")) == "local"


async def test_damage_that_comes_later(prepared: Prepared, tmp_path: Path) -> None:
    """A row that no code can make sense of has the store looked through, and is answered for."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    async with served(kept) as (caller, _):
        assert source_of(await caller.ok("get_project_status")) == "local"
        _sql(kept.database, "DELETE FROM configuration")
        assert source_of(await caller.ok("get_project_configuration")) == "git"
        assert source_of(await caller.ok("list_vendors")) == "git"


def test_a_look_makes_no_store(tmp_path: Path) -> None:
    """Looking at a file that has gone makes none, and damage is not what that is."""
    with pytest.raises(Exception, match="cannot be used"):
        Look(tmp_path / "store.db").damage()
    assert [*tmp_path.iterdir()] == []


def test_a_look_that_is_stopped(lived: Lived) -> None:
    """A look that was stopped has found nothing, whatever there is."""
    put(lived.kept.database, b"x" * 8192)
    look = Look(lived.kept.database)
    look.stop()
    assert look.damage() == ""
    put(lived.kept.database, lived.sound)


def _sql(store: Path, statement: str) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute(statement)
