"""Edits that cannot be taken: kept as they are, until they are put right."""

import pytest

from gitlayer.edits import Fate
from tests.gitlayer.kept import Kept, fates

pytestmark = pytest.mark.anyio

REFUSED = {
    "bad YAML": ("status: active", "status: [active", "line "),
    "no such status": ("status: active", "status: sleeping", "status"),
    "no field": ("status: active", "mood: fine", "mood"),
    "version": ("version: 1", "version: 7", "version"),
    "author": ("created_by: ada", "created_by: bob", "created_by"),
    "type": ("item_type: task", "item_type: research", "type"),
    "no fields": ("---\nid", "id", "---"),
    "parent unknown": ("status: active", "status: active\nparent_id: T-0000000", "no work item"),
    "own parent": ("status: active", "status: active\nparent_id: {id}", "parent"),
    "title too long": ("title: Fix", "title: " + "x" * 201, "title"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_edit_is_kept(kept: Kept, case: str) -> None:
    """An edit that cannot be taken stays as it is with a note beside it that says why; the row
    stays, other changes go on; once it is put right the note is gone and git is clean."""
    old, new, told = REFUSED[case]
    item = await kept.world.item("Fix")
    await kept.snapshot()
    before, right = await kept.row(item), kept.file(item).read_text()
    kept.replace(item, old, new.format(id=item["id"]))
    wrong = kept.file(item).read_bytes()
    for _ in range(2):
        edit = await kept.edit()
        assert edit.fate is Fate.REFUSED
        assert kept.file(item).read_bytes() == wrong
        assert told in kept.note(item)
        assert edit.reason in kept.note(item)
        assert await kept.row(item) == before
        await kept.world.item("Meanwhile")
    kept.file(item).write_text(right)
    await kept.edits()
    assert kept.note(item) == ""
    await kept.expect_whole()


async def test_refused_edit_is_merged_when_corrected(kept: Kept) -> None:
    """A refused edit that is corrected later is merged from the version it was made from: what the
    store did to the row in between stays, in snapshots too."""
    item = await kept.world.item("Fix", description="one\n")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: [blocked")
    await kept.edit()
    await kept.world.change(item, title="Mend", description="two\n", who="bob")
    assert fates(await kept.edits()) == [Fate.REFUSED]
    assert fates(await kept.edits()) == [Fate.REFUSED]
    kept.replace(item, "status: [blocked", "status: blocked")
    edit = await kept.edit()
    assert (edit.fate, edit.changed) == (Fate.TAKEN, ["status"])
    row = await kept.row(item)
    assert (row["title"], row["description"], row["status"]) == ("Mend", "two\n", "blocked")
    assert kept.note(item) == ""
    await kept.expect_whole()


async def test_dropping_a_refused_edit(kept: Kept) -> None:
    """A refused file that is deleted, as its note advises, is written again as the store has it."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: [")
    await kept.edit()
    kept.file(item).unlink()
    await kept.edits()
    assert "status: active" in kept.file(item).read_text()
    await kept.expect_whole()
