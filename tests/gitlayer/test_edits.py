"""What people edit by hand reaches the store, meets what the store did since, and is never lost."""

import pytest

from gitlayer.edits import Fate
from localstore.entities import CONFIGURATION, VENDOR
from localstore.models import VendorCreate
from localstore.values import rows_of, text_of
from tests.gitlayer.kept import Kept, fates

pytestmark = pytest.mark.anyio


async def test_frontmatter_and_body(kept: Kept) -> None:
    """An edit of the frontmatter and of the body is one versioned change by the person, with a
    commit of its own."""
    item = await kept.world.item("Fix", description="one\n")
    await kept.snapshot()
    kept.replace(item, "priority: P2", "priority: P0")
    kept.replace(item, "\none\n", "\none\ntwo\n")
    edit = await kept.edit()
    assert (edit.fate, sorted(edit.changed), edit.conflicts) == (
        Fate.TAKEN,
        ["description", "priority"],
        [],
    )
    row = await kept.row(item)
    assert (row["priority"], row["description"]) == ("P0", "one\ntwo\n")
    assert (row["version"], row["updated_by"]) == (2, "grace")
    assert kept.git("log", "-1", "--format=%an").strip() == "grace"
    await kept.expect_whole()
    assert await kept.edits() == []


async def test_heading_is_the_title(kept: Kept) -> None:
    """A new heading is a new title, in the frontmatter too after the snapshot."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "# Fix", "# Mend")
    await kept.snapshot()
    assert (await kept.row(item))["title"] == "Mend"
    assert "title: Mend" in kept.file(item).read_text()
    await kept.expect_whole()


async def test_both_sides_merge_by_field(kept: Kept) -> None:
    """Where the store changed another field meanwhile, both changes hold."""
    item = await kept.world.item("Fix", description="one\n\ntwo\n")
    await kept.snapshot()
    kept.replace(item, "priority: P2", "priority: P0")
    kept.replace(item, "\ntwo\n", "\nzwei\n")
    await kept.world.change(item, title="Mend", description="eins\n\ntwo\n", who="bob")
    edit = await kept.edit()
    assert (edit.fate, edit.conflicts) == (Fate.TAKEN, [])
    row = await kept.row(item)
    assert (row["title"], row["priority"]) == ("Mend", "P0")
    assert row["description"] == "eins\n\nzwei\n"
    assert "title: Mend" in kept.file(item).read_text()
    await kept.expect_whole()


async def test_clash_keeps_both(kept: Kept) -> None:
    """Where both sides changed one field, the store's value stays and the person's waits in a
    conflict, once."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "title: Fix", "title: Mine")
    kept.replace(item, "# Fix", "# Mine")
    await kept.world.change(item, title="Theirs", who="bob")
    edit = await kept.edit()
    (conflict,) = await kept.conflicts()
    assert (conflict["local"], conflict["remote"]) == ("Mine", "Theirs")
    assert edit.conflicts == [conflict["ref"]]
    assert (await kept.row(item))["title"] == "Theirs"
    assert "title: Theirs" in kept.file(item).read_text()
    await kept.expect_whole()
    assert await kept.edits() == []
    assert len(await kept.conflicts()) == 1


async def test_two_edits_in_a_row(kept: Kept) -> None:
    """Each further edit is made from the file as the last snapshot left it."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    for number, status in enumerate(["planned", "blocked", "completed"]):
        text = kept.file(item).read_text()
        (line,) = (line for line in text.splitlines() if line.startswith("status: "))
        kept.replace(item, line, f"status: {status}")
        await kept.snapshot()
        row = await kept.row(item)
        assert (row["status"], row["version"]) == (status, number + 2)
    await kept.expect_whole()


async def test_edit_of_a_file_that_is_behind(kept: Kept) -> None:
    """A file that a person had open while several snapshots wrote it is merged from what the person
    began with: what the store did in between is not undone."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    opened = kept.file(item).read_text()
    await kept.world.change(item, title="Mend", status="completed", who="bob")
    await kept.snapshot()
    kept.file(item).write_text(opened.replace("priority: P2", "priority: P1"))
    edit = await kept.edit()
    assert edit.changed == ["priority"]
    row = await kept.row(item)
    assert (row["title"], row["status"], row["priority"]) == ("Mend", "completed", "P1")
    await kept.expect_whole()


async def test_old_version_put_back_is_no_edit(kept: Kept) -> None:
    """An earlier version of a file, as `git checkout` puts it there, is not taken for an edit, and
    that is said."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    before = kept.git("rev-parse", "HEAD").strip()
    await kept.world.change(item, title="Mend")
    await kept.snapshot()
    kept.git("checkout", "--quiet", before, "--", kept.path(item))
    edit = await kept.edit()
    assert edit.fate is Fate.STALE
    assert "an earlier version" in edit.reason
    assert (await kept.row(item))["version"] == 2
    await kept.expect_whole()


async def test_deleting_a_row_in_its_file(kept: Kept) -> None:
    """`deleted_at` in a file deletes the row, and taking it out again brings the row back."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "version: 1", "deleted_at: 2026-03-14T09:30:00Z\nversion: 1")
    await kept.snapshot()
    assert "deleted_at" in await kept.row(item)
    text = kept.file(item).read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("deleted_at: "))
    kept.replace(item, f"{line}\n", "")
    await kept.snapshot()
    assert "deleted_at" not in await kept.row(item)
    await kept.expect_whole()


async def test_other_entities(kept: Kept) -> None:
    """A vendor's name and a field of the configuration are edited like any other."""
    await kept.world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await kept.snapshot()
    (vendor,) = await kept.world.store.rows_of(VENDOR)
    (configuration,) = await kept.world.store.rows_of(CONFIGURATION)
    kept.replace(vendor, "name: Acme", "name: Zenith", VENDOR)
    kept.replace(configuration, "version: 1", "git_branch: next\nversion: 1", CONFIGURATION)
    assert fates(await kept.edits()) == [Fate.TAKEN, Fate.TAKEN]
    assert (await kept.row(vendor, VENDOR))["name"] == "Zenith"
    assert (await kept.row(configuration, CONFIGURATION))["git_branch"] == "next"
    await kept.expect_whole()


async def test_one_bad_file_among_good_ones(kept: Kept) -> None:
    """An edit that cannot be taken stands in the way of no other, nor of the snapshot."""
    bad, good = await kept.world.item("Bad"), await kept.world.item("Good")
    await kept.snapshot()
    kept.replace(bad, "status: active", "status: [")
    kept.replace(good, "status: active", "status: blocked")
    new = await kept.world.item("New")
    taken = await kept.snapshot()
    assert sorted(fate.name for fate in fates(taken.edits)) == ["REFUSED", "TAKEN"]
    assert (taken.commits, (await kept.row(good))["status"]) == (2, "blocked")
    assert kept.file(new).exists()


async def test_edit_that_comes_twice(kept: Kept) -> None:
    """An edit whose snapshot died after the store took it is not taken a second time."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: blocked")
    edited = kept.file(item).read_bytes()
    await kept.snapshot()
    kept.file(item).write_bytes(edited)
    edit = await kept.edit()
    assert edit.changed == []
    assert (await kept.row(item))["version"] == 2
    await kept.expect_whole()


async def test_same_edit_on_both_sides(kept: Kept) -> None:
    """The same value from both sides is no conflict and no second change."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: blocked")
    await kept.world.change(item, status="blocked", who="bob")
    await kept.snapshot()
    assert await kept.conflicts() == []
    assert (await kept.row(item))["version"] == 2
    await kept.expect_whole()


async def test_deleted_row_that_was_edited(kept: Kept) -> None:
    """A row deleted in the store and edited in its file lives, and a conflict tells of it."""
    item = await kept.world.item("Fix")
    await kept.snapshot()
    kept.replace(item, "priority: P2", "priority: P0")
    await kept.world.change(item, deleted=True)
    await kept.edits()
    row = await kept.row(item)
    conflicts = rows_of(await kept.world.store.sync_status(), "conflicts") or (
        await kept.conflicts()
    )
    assert conflicts
    assert text_of(row, "priority") == "P0" or "deleted_at" in row
    await kept.expect_whole()
