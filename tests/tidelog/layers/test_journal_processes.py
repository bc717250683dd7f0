"""The journal between processes: killed servers, commands, keepers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localstore.errors import Busy
from localstore.values import rows_of, text_of
from tests.tidelog.keepers import Kept, until
from tests.tidelog.layers import breaking, dying
from tests.tidelog.layers.breaking import Prepared, served
from tests.tidelog.layers.test_journal import create, journal_at
from tests.tidelog.layers.waiting import TITLE, die, repair, times
from tests.tidelog.running import environment, tidelog
from tidelog.replaying import bring_in

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("moment", dying.MOMENTS)
async def test_killed(lost: Kept, moment: str) -> None:
    """A server that is killed before the line is on the disk has written nothing, and after it has;
    one that is killed when the store has the line, and before the journal is set aside, does no
    harm."""
    if moment == "before it is set aside":
        die(lost, "after the line")
        repair(lost)
    die(lost, moment)
    if moment == "before it is set aside":
        assert await times(lost) == (1, 1)
    else:
        repair(lost)
    lost.run("status")
    # The second server wrote an item of its own when the first one's line was in the store.
    expected = 0 if moment == "before the line" else 1
    assert await times(lost) == (expected, expected)
    assert journal_at(lost).is_empty()


def test_a_command_brings_it_in(lost: Kept) -> None:
    """The next command says in a line that what waited is in the store, and works on that."""
    die(lost, "after the line")
    told = tidelog("ready", "--json", cwd=lost.folder)
    assert TITLE in told.out
    assert json.loads(told.out)["source"] == "git"
    repair(lost)
    done = tidelog("show", "T-ZZZZZ", cwd=lost.folder)
    assert done.err.splitlines()[0] == ("tidelog: 1 change from the journal is in the store now")
    again = tidelog("ready", cwd=lost.folder)
    assert TITLE in again.out
    assert again.err == ""


async def test_a_conflict_of_it_is_told(prepared: Prepared, tmp_path: Path) -> None:
    """A command that brings in what meets with another change says where to decide."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    good = kept.folder / "good.db"
    kept.database.rename(good)
    async with served(kept) as (caller, _):
        item = await caller.ok("query_work_item", {"id": prepared.item})
        change = {"id": prepared.item, "version": item["version"], "title": "Ours"}
        await caller.ok("update_work_item", change)
        good.rename(kept.database)
        await kept.change(item, title="Theirs")
    done = kept.run("conflicts", "list")
    assert "1 conflict came of it: `tidelog conflicts` shows what needs a decision" in done.err
    with breaking.writing(kept.database):
        done = kept.run("conflicts", "resolve", _only_conflict(kept), "--keep", "local")
    assert "in the journal" in done.err
    kept.run("status")
    assert (await kept.row(item))["title"] == "Ours"


def _only_conflict(kept: Kept) -> str:
    told = json.loads(kept.run("conflicts", "list", "--json").out)
    (conflict,) = rows_of(told, "items")
    return text_of(conflict, "ref")


@pytest.mark.parametrize("words", [("snapshot", "--watch"), ("sync",)])
async def test_a_keeper_brings_it_in(
    prepared: Prepared, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """With no command and no server that is asked, whoever keeps the store brings in what was
    journalled while it did, commits it and takes the note away."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    with _keeping(kept, *words):
        async with served(kept) as (caller, _):
            with breaking.writing(kept.database):
                await create(caller)
                assert (kept.status / "JOURNAL.md").exists()
        await until(kept, lambda: _committed(kept))
    assert await times(kept) == (1, 1)
    assert not (kept.status / "JOURNAL.md").exists()


async def _committed(kept: Kept) -> bool:
    return any(TITLE in subject for subject in kept.subjects())


@contextmanager
def _keeping(kept: Kept, *words: str) -> Iterator[None]:
    """A process that has said that it keeps the project."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tidelog", *words],
        cwd=kept.folder,
        env=environment(TIDELOG_SNAPSHOTS="true"),
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stderr is not None
            assert "; Ctrl-C ends it" in process.stderr.readline()
            yield
        finally:
            process.kill()


async def test_a_locked_store_keeps_nobody_from_the_journal(lost: Kept) -> None:
    """Whoever wants to bring the journal in first waits for the store, and only then keeps others
    from the journal."""
    die(lost, "after the line")
    repair(lost)
    lock = lost.home / "journal.lock"
    lock.unlink()
    async with lost.store() as store:
        with breaking.writing(lost.database), pytest.raises(Busy):
            await bring_in(store, journal_at(lost))
        assert not lock.exists()
        assert (await bring_in(store, journal_at(lost))).changes == 1
        assert lock.exists()
