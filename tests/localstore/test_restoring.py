"""Coming back from the archive: with the family, all or none, and never out of reach."""

import pytest

from localstore.errors import InvalidArguments, NotFound, TidelogError
from localstore.values import Row
from tests.localstore.test_archive import archive, close, restore
from tests.localstore.test_tree import chain
from tests.localstore.world import World, refused

pytestmark = pytest.mark.anyio


async def test_restoring_brings_ancestors_and_subtree(world: World) -> None:
    """A restored item comes with its archived ancestors and subtree, and nothing else."""
    rows = await chain(world, 4)
    sibling = await world.item("sibling", under=rows[0])
    await close(world, *rows, sibling)
    await archive(world, 0)
    assert (await restore(world, rows[2]))["restored"] == 4
    assert await world.titles(archived=True) == ["sibling"]
    assert (await world.full(rows[3]))["depth"] == 3
    assert await world.failed_checks() == []


async def test_restoring_one_twice(world: World) -> None:
    """An item named twice, or brought along by another, comes back once."""
    rows = await chain(world, 2)
    await close(world, *rows)
    await archive(world, 0)
    assert (await restore(world, rows[0], rows[1], rows[0]))["restored"] == 2


async def test_restoring_all_or_none(world: World) -> None:
    """When one of the items is not in the archive none is restored."""
    item, active = await world.item(status="completed"), await world.item("active")
    await archive(world, 0)
    with pytest.raises(NotFound):
        await restore(world, item, active)
    assert world.sizes()["archived_work_items"] == 1


async def test_restoring_keeps_everything(world: World) -> None:
    """An item that was archived and restored has every field it had."""
    fields: Row = {
        "labels": ["a"],
        "metadata": {"x": {"y": 1}},
        "description": "d",
        "assignee": "ada",
    }
    item = await world.item(status="completed", **fields)
    before = await world.full(item)
    await archive(world, 0)
    await restore(world, item)
    after = await world.full(item)
    stamp = {"version", "updated_at", "updated_by"}
    assert {k: v for k, v in after.items() if k not in stamp} == {
        k: v for k, v in before.items() if k not in stamp
    }


@pytest.mark.parametrize("archive_parent", [False, True])
async def test_restoring_under_a_deleted_parent(world: World, archive_parent: bool) -> None:
    """An item whose parent was deleted meanwhile is not restored under it; the hint says how."""
    parent, child = await chain(world, 2)
    await close(world, child)
    await archive(world, 0)
    await world.change(parent, deleted=True)
    if archive_parent:
        await archive(world, 0)
    refusal = await refused(restore(world, child))
    assert isinstance(refusal, InvalidArguments)
    assert "bring" in refusal.hint
    orphans = world.sql(
        "SELECT c.title FROM work_items c JOIN work_items p ON p.id = c.parent_id "
        "WHERE c.deleted_at IS NULL AND p.deleted_at IS NOT NULL"
    )
    assert orphans == []


async def test_restoring_a_deleted_item_whose_parent_hangs_below_a_deleted_one(
    world: World,
) -> None:
    """An archived parent does not come along, living, to stand under a deleted item."""
    top, middle, leaf = await chain(world, 3)
    await world.change(leaf, deleted=True)
    await close(world, middle)
    await archive(world, 0)
    await world.change(top, deleted=True)
    with pytest.raises(TidelogError):
        await restore(world, leaf)
    assert sorted(await world.titles(archived=True)) == ["level 1", "level 2"]
