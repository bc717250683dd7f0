"""Tombstones kept for ever, or purged too soon: what goes, and what laptops make of it."""

from pathlib import Path

import pytest

from syncd.hub import HubUnreachable
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import PROJECT, Laptop, expect_equal, laptops, named, settle, titles_of
from tests.syncd.purging import delete, greet, is_there, shared_item

pytestmark = pytest.mark.anyio


async def test_purged_once_all_have_read(two: tuple[Laptop, Laptop], any_hub: SimulatedHub) -> None:
    """A tombstone that every replica has read goes, and nobody has anything to do about it."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    await settle(ann, ben)
    await greet(ann, ben)
    assert any_hub.purge(PROJECT, sparing=True) == 1
    assert not is_there(any_hub, item)
    pushes = ann.line.pushes, ben.line.pushes
    await settle(ann, ben)
    assert (ann.line.pushes, ben.line.pushes) == pushes
    assert (await ben.full(named(item)))["title"] == "Fix the parser"
    await expect_equal(ann, ben)


async def test_not_purged_before(two: tuple[Laptop, Laptop], any_hub: SimulatedHub) -> None:
    """A tombstone stays as long as one replica has not told that it has read so far."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await greet(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=True) == 0
    await ben.sync()
    assert any_hub.purge(PROJECT, sparing=True) == 0
    await ben.item("Something to push")
    await ben.sync()
    assert any_hub.purge(PROJECT, sparing=True) == 1
    assert not is_there(any_hub, item)


async def test_what_others_need_stays(two: tuple[Laptop, Laptop], any_hub: SimulatedHub) -> None:
    """What an edge names or a conflict is about stays, and what is above it; a parent goes with the
    last below it."""
    ann, ben = two
    parent = await ann.item("Parent")
    child = await ann.item("Child", under=parent)
    above = await ann.item("Above what is disputed")
    disputed, ended = await ann.item("Disputed", under=above), await ann.item("End of an edge")
    other = await ann.item("Other end")
    await ann.blocks(ended, other)
    await settle(ann, ben)
    await ann.change(disputed, title="Ann's")
    await ben.change(await ben.full(named(disputed)), title="Ben's")
    await settle(ann, ben)
    for each in (child, parent, disputed, above, ended):
        await delete(ann, each)
    assert any_hub.purge(PROJECT, sparing=False) == 2
    assert [is_there(any_hub, each) for each in (parent, child)] == [False, False]
    assert [is_there(any_hub, each) for each in (disputed, above, ended)] == [True] * 3
    await ann.blocks(ended, other, remove=True)
    await ann.sync()
    assert any_hub.purge(PROJECT, sparing=False) == 2
    assert not is_there(any_hub, ended)
    await settle(ann, ben)
    await expect_equal(ann, ben)


async def test_old_replica_with_a_clean_copy(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A laptop that slept through the deletion and the purge has the tombstone, and brings nothing
    back to life."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    pushes = ben.line.pushes
    await settle(ben, ann)
    assert "deleted_at" in await ben.full(named(item))
    assert ben.line.pushes == pushes
    assert await ben.conflicts() == []
    assert not is_there(any_hub, item)
    await expect_equal(ann, ben)


async def test_old_replica_over_many_pages(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A laptop that dies between the pages that tell of a purge still has the tombstone in the
    end."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    for number in range(600):
        await ann.item(f"Item {number}")
    await ann.sync()
    assert any_hub.purge(PROJECT, sparing=False) == 1
    ben.line.lose = lambda call, number: "request" if (call, number) == ("pull", again) else ""
    again = ben.line.pulls + 2
    with pytest.raises(HubUnreachable):
        await ben.sync()
    assert "deleted_at" not in await ben.full(named(item))
    await settle(ben, ann)
    assert "deleted_at" in await ben.full(named(item))
    await expect_equal(ann, ben)


async def test_old_replica_with_an_edit(two: tuple[Laptop, Laptop], any_hub: SimulatedHub) -> None:
    """An edit made apart from a deletion that was purged lives, everywhere, and a conflict tells of
    the deletion."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await ben.change(await ben.full(named(item)), title="Fix it at last")
    assert not (await ben.sync()).again
    await settle(ben, ann)
    row = await ann.full(named(item))
    assert row["title"] == "Fix it at last"
    assert "deleted_at" not in row
    assert is_there(any_hub, item)
    (conflict,) = await ann.conflicts()
    assert (conflict["field"], conflict["status"]) == ("deleted_at", "open")
    await expect_equal(ann, ben)


async def test_old_replica_with_its_own_deletion(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """Two deletions of one row are one, also when the hub has purged the first."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await ben.change(await ben.full(named(item)), deleted=True)
    await settle(ben, ann)
    assert "deleted_at" in await ann.full(named(item))
    assert await ann.conflicts() == []
    await expect_equal(ann, ben)


async def test_new_replica_gets_no_ghost(
    any_hub: SimulatedHub, new_store: Path, tmp_path: Path
) -> None:
    """A laptop that joins after a purge sees nothing of what was purged, and has its tombstone and
    its history like all others."""
    async with laptops(any_hub, new_store, tmp_path, 3) as (ann, ben, carl):
        item = await shared_item(ann, ben)
        await ann.change(item, title="Fix it at last")
        await delete(ann, item)
        await ben.sync()
        assert any_hub.purge(PROJECT, sparing=False) == 1
        await settle(carl, ann, ben)
        assert await carl.titles() == []
        assert "deleted_at" in await carl.full(named(item))
        await expect_equal(ann, ben, carl)


async def test_purged_item_is_brought_back(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """An item that the hub has purged is undeleted like any other, with what hung below it."""
    ann, ben = two
    parent = await ann.item("Parent")
    child = await ann.item("Child", under=parent)
    await settle(ann, ben)
    await ann.change(parent, deleted=True, cascade=True)
    await settle(ann, ben)
    assert any_hub.purge(PROJECT, sparing=False) == 2
    await ben.change(await ben.full(named(parent)), deleted=False, cascade=True)
    await settle(ben, ann)
    row = await ann.full(named(child))
    assert titles_of(row, "ancestors") == ["Parent"]
    assert await ann.conflicts() == []
    assert is_there(any_hub, child)
    await expect_equal(ann, ben)
