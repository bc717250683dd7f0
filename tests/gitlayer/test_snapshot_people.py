"""People use git in the snapshot repository, and write into the report."""

import shutil
from pathlib import Path

import pytest

from gitlayer.edits import REPORT, Fate
from gitlayer.rebuild import rebuild_from_git
from gitlayer.repository import PROBLEM_SUFFIX
from localstore.values import Row, number_of, text_of
from tests.gitlayer.kept import Kept, asked, expect_restorable, fates
from tests.localstore.lived_in import everything

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("stage", [["commit", "-q", "-a", "-m", "Mine"], ["add", "-A"]])
async def test_edit_that_a_person_committed(kept: Kept, item: Row, stage: list[str]) -> None:
    """An edit that a person commits, or adds to the index, is taken as one that lies there."""
    kept.replace(item, "status: active", "status: blocked")
    kept.git(*stage)
    edit = await kept.edit()
    assert (edit.fate, edit.changed) == (Fate.TAKEN, ["status"])
    row = await kept.row(item)
    assert (row["status"], row["version"], row["updated_by"]) == ("blocked", 4, "grace")
    await kept.expect_whole()
    await expect_restorable(kept)
    assert await kept.edits() == []


async def test_committed_edit_meets_the_stores(kept: Kept, item: Row) -> None:
    """A committed edit is merged with what the store did meanwhile; a clash leaves the store's
    value in the newest commit and the person's in a conflict."""
    kept.replace(item, "priority: P1", "priority: P0")
    kept.replace(item, "\none\n", "\none\ntwo\n")
    kept.git("commit", "-q", "-a", "-m", "Mine")
    await kept.world.change(await kept.row(item), priority="P3", who="bob")
    await kept.edits()
    row = await kept.row(item)
    assert (row["priority"], row["description"]) == ("P3", "one\ntwo\n")
    assert [conflict["local"] for conflict in await kept.conflicts()] == ["P0"]
    await kept.expect_whole()
    await expect_restorable(kept)


async def test_committed_edit_that_cannot_be_taken(kept: Kept, item: Row) -> None:
    """A broken file that a person commits stays with its note, through further changes too; the
    row is as it was, also when the store is rebuilt; corrected, the edit is taken."""
    kept.replace(item, "status: active", "status: [")
    kept.git("commit", "-q", "-a", "-m", "Mine")
    for _ in range(2):
        assert fates(await kept.edits()) == [Fate.REFUSED]
    rebuilt = rebuild_from_git(kept.repository, kept.git("rev-parse", "main").strip())
    assert [problem.path for problem in rebuilt.unread] == [kept.path(item)]
    rows = {(e.name, text_of(row, "id")): row for e, row in rebuilt.rows}
    assert rows == await everything(kept.world)
    kept.replace(item, "status: [", "status: blocked")
    assert (await kept.edit()).fate is Fate.TAKEN
    await kept.expect_whole()
    await expect_restorable(kept)


@pytest.mark.parametrize("words", [["revert", "--no-edit", "HEAD"], ["rm", "-q", "FILE"]])
async def test_commit_that_takes_something_back(kept: Kept, item: Row, words: list[str]) -> None:
    """A change that is reverted with git, or a file that is removed with it, is as the store has it
    after the next snapshot; nothing is lost when the store is rebuilt from either commit."""
    kept.git(*[kept.path(item) if word == "FILE" else word for word in words])
    if words[0] == "rm":
        kept.git("commit", "-q", "-m", "Away")
    await expect_restorable(kept)
    edits = await kept.edits()
    assert Fate.TAKEN not in fates(edits)
    Path(f"{kept.file(item)}{PROBLEM_SUFFIX}").unlink(missing_ok=True)
    assert "assignee: bob" in kept.file(item).read_text()
    await kept.expect_whole()
    await expect_restorable(kept)
    assert await kept.edits() == []


async def test_amended_commit(kept: Kept, item: Row) -> None:
    """An edit that a person amends into the newest commit is taken."""
    kept.replace(item, "status: active", "status: blocked")
    kept.git("commit", "-q", "-a", "--amend", "--no-edit")
    await kept.edits()
    assert (await kept.row(item))["status"] == "blocked"
    await kept.expect_whole()
    await expect_restorable(kept)


@pytest.mark.parametrize("how", ["--hard", "--mixed", "--soft"])
async def test_reset(kept: Kept, item: Row, how: str) -> None:
    """When a person resets the branch, what it lost is committed again; no edit is invented."""
    before = kept.git("rev-parse", "HEAD")
    kept.git("reset", "-q", how, "HEAD~1")
    taken = await kept.snapshot()
    assert taken.commits == 1
    assert Fate.TAKEN not in fates(taken.edits)
    assert number_of(await kept.row(item), "version") == 3
    await kept.expect_whole()
    assert kept.git("rev-parse", "HEAD") == before


async def test_reset_with_a_new_change(kept: Kept, item: Row) -> None:
    """A change after the reset, and an edit after it, come out right as well."""
    kept.git("reset", "-q", "--hard", "HEAD~1")
    await kept.world.change(await kept.row(item), title="Mend")
    kept.replace(item, "status: active", "status: blocked")
    edits = [edit for edit in await kept.edits() if edit.path != REPORT]
    assert [edit.changed for edit in edits] == [["status"]]
    row = await kept.row(item)
    assert (row["title"], row["assignee"], row["status"]) == ("Mend", "bob", "blocked")
    await kept.expect_whole()


@pytest.mark.parametrize("gone", ["index", "status.staged"])
async def test_lost_bookkeeping(kept: Kept, item: Row, gone: str) -> None:
    """Without the index, or without our note of it, an edit is still found and nothing invented."""
    place = kept.folder / ".git" / gone if gone == "index" else kept.folder.parent / gone
    place.unlink()
    assert Fate.TAKEN not in fates(await kept.edits())
    await kept.expect_whole()
    kept.replace(item, "status: active", "status: blocked")
    place.unlink()
    assert [e.changed for e in await kept.edits() if e.fate is Fate.TAKEN] == [["status"]]
    await kept.expect_whole()


async def test_lost_repository(kept: Kept, item: Row) -> None:
    """When `.git` is deleted, the log is written again from the store; edits are still taken."""
    kept.replace(item, "status: active", "status: blocked")
    shutil.rmtree(kept.folder / ".git")
    again = Kept(kept.world)
    taken = await again.snapshot()
    assert [e.changed for e in taken.edits if e.fate is Fate.TAKEN] == [["status"]]
    assert taken.commits == len(await kept.history())
    await again.expect_whole()


async def test_detached(kept: Kept, item: Row) -> None:
    """While a person looks at an earlier commit, snapshots go on on the branch: nothing is taken
    for an edit, and back on the branch all is clean."""
    kept.git("checkout", "-q", "--detach", "HEAD~2")
    await kept.world.item("New")
    taken = await kept.snapshot()
    assert Fate.TAKEN not in fates(taken.edits)
    assert number_of(await kept.row(item), "version") == 3
    await kept.snapshot()
    kept.git("checkout", "-q", "--force", "main")
    assert fates(await kept.edits()) == []
    await kept.expect_whole()


async def test_another_branch(kept: Kept, item: Row) -> None:
    """A branch of a person's own is not written to, and an edit made on it is taken."""
    kept.git("checkout", "-q", "-b", "mine")
    before = kept.git("rev-parse", "mine")
    kept.replace(item, "status: active", "status: blocked")
    assert fates(await kept.edits()) == [Fate.TAKEN]
    assert kept.git("rev-parse", "mine") == before
    kept.git("checkout", "-q", "--force", "main")
    await kept.snapshot()
    await kept.expect_whole()


async def test_unfinished_merge(kept: Kept, item: Row) -> None:
    """A merge that stopped at a conflict breaks no snapshot and invents nothing; the file with its
    marks is kept."""
    kept.git("branch", "side", "HEAD~1")
    kept.git("checkout", "-q", "side")
    kept.replace(item, "status: active", "status: blocked")
    kept.git("commit", "-q", "-a", "-m", "Side")
    kept.replace(item, "status: blocked", "status: planned")
    kept.git("stash", "-q")
    kept.git("checkout", "-q", "--force", "main")
    asked(kept.folder, "stash", "pop")
    marked = kept.file(item).read_bytes()
    assert b"<<<<<<<" in marked
    await kept.world.item("New")
    assert Fate.REFUSED in fates(await kept.edits())
    assert kept.file(item).read_bytes() == marked
    assert number_of(await kept.row(item), "version") == 3
