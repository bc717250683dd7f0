"""Soft delete: out of every default view, links and history kept, and back again."""

import pytest

from localstore.errors import InvalidArguments
from localstore.values import Row, mapping_of, rows_of, text_of
from tests.localstore.test_tree import chain
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def gone(world: World, item: Row) -> bool:
    """Whether an item is deleted."""
    return "deleted_at" in await world.full(item)


async def test_deleted_item_leaves_the_views(world: World) -> None:
    """A deleted item is in no list, no search, no count, no ready work; it answers for itself."""
    item = await world.item("Zebra", labels=["x"])
    await world.change(item, deleted=True)
    for filters in (
        {},
        {"ready": True},
        {"query": "zebra"},
        {"labels": ["x"]},
        {"status": ["active"]},
    ):
        assert (await world.listed(**filters))["total"] == 0
        assert await world.titles(**filters) == []
    status = await world.store.status()
    assert (status["total"], status["counts"], status["tree"]) == (0, {}, [])
    assert await world.titles(deleted=True) == ["Zebra"]
    assert await gone(world, item)


async def test_deleting_is_one_versioned_change(world: World) -> None:
    """Deleting an item is one change of it, with its entry."""
    item = await world.item()
    told = await world.change(item, deleted=True)
    assert (told["version"], told["changed"]) == (2, ["deleted_at"])
    assert told["deleted_at"]
    entry, _ = await world.entries(item)
    assert mapping_of(entry, "changes").keys() == {"deleted_at"}


async def test_live_children_hold_a_parent(world: World) -> None:
    """Deleting a parent with living children is refused, says how many, and writes nothing."""
    rows = await chain(world, 3)
    before = world.sizes()
    with pytest.raises(InvalidArguments, match="2 living") as caught:
        await world.change(rows[0], deleted=True)
    assert "cascade" in caught.value.hint
    assert world.sizes() == before
    assert await world.titles() == ["level 2", "level 1", "level 0"]


async def test_cascade_deletes_the_subtree(world: World) -> None:
    """With cascade the whole subtree is deleted at one moment, each row as one change."""
    rows = await chain(world, 3)
    before = len(await world.entries())
    await world.change(rows[0], deleted=True, cascade=True)
    deleted = [(await world.full(row)) for row in rows]
    assert len({str(row["deleted_at"]) for row in deleted}) == 1
    assert [row["version"] for row in deleted] == [2, 2, 2]
    assert len(await world.entries()) == before + 3


async def test_deleted_children_do_not_hold_a_parent(world: World) -> None:
    """A parent whose children are all deleted can be deleted without cascade."""
    rows = await chain(world, 2)
    await world.change(rows[1], deleted=True)
    await world.change(rows[0], deleted=True)
    assert await gone(world, rows[0])


async def test_deleted_item_takes_no_other_change(world: World) -> None:
    """A deleted item is not changed until it is brought back; the hint says how."""
    item = await world.item()
    deleted = await world.change(item, deleted=True)
    for fields in ({"title": "New"}, {"deleted": True}, {"clear": ["assignee"]}):
        with pytest.raises(InvalidArguments, match="is deleted") as caught:
            await world.change(deleted, **fields)
        assert "deleted=false" in caught.value.hint


async def test_revival(world: World) -> None:
    """A deleted item comes back with everything it had, and may change in the same call."""
    item = await world.item("Old", assignee="ada")
    deleted = await world.change(item, deleted=True)
    back = await world.change(deleted, deleted=False, title="New")
    assert (back["version"], back["title"], back["assignee"]) == (3, "New", "ada")
    assert not await gone(world, item)
    assert await world.titles() == ["New"]


async def test_revival_alone_leaves_the_subtree(world: World) -> None:
    """Without cascade only the item itself comes back."""
    rows = await chain(world, 2)
    deleted = await world.change(rows[0], deleted=True, cascade=True)
    await world.change(deleted, deleted=False)
    assert not await gone(world, rows[0])
    assert await gone(world, rows[1])


async def test_revival_with_cascade(world: World) -> None:
    """With cascade what went with the item comes back; what had gone before stays deleted."""
    rows = await chain(world, 3)
    earlier = await world.item("earlier", under=rows[0])
    await world.change(earlier, deleted=True)
    deleted = await world.change(rows[0], deleted=True, cascade=True)
    await world.change(deleted, deleted=False, cascade=True)
    assert [await gone(world, row) for row in (*rows, earlier)] == [False, False, False, True]


async def test_revival_under_a_deleted_parent(world: World) -> None:
    """An item whose parent is deleted comes back only elsewhere."""
    rows = await chain(world, 2)
    await world.change(rows[0], deleted=True, cascade=True)
    child = await world.full(rows[1])
    with pytest.raises(InvalidArguments, match="parent") as caught:
        await world.change(child, deleted=False)
    assert "parent_id" in caught.value.hint
    elsewhere = await world.item("elsewhere")
    await world.change(child, deleted=False, parent_id=elsewhere["id"])
    assert (await world.full(child))["depth"] == 1


async def test_revival_as_a_root(world: World) -> None:
    """An item whose parent is deleted can come back as a root."""
    rows = await chain(world, 2)
    await world.change(rows[0], deleted=True, cascade=True)
    await world.change(await world.full(rows[1]), deleted=False, clear=["parent_id"])
    assert (await world.full(rows[1]))["depth"] == 0


async def test_links_survive_deletion(world: World) -> None:
    """A deleted item keeps its dependencies, and they hold again when it comes back."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    deleted = await world.change(blocker, deleted=True)
    assert len(rows_of(await world.full(blocked), "dependencies")) == 1
    assert await world.titles(ready=True) == ["blocked"]
    await world.change(deleted, deleted=False)
    assert await world.titles(ready=True) == ["blocker"]


async def test_reviving_what_lives(world: World) -> None:
    """Bringing back what is not deleted changes nothing."""
    item = await world.item()
    assert (await world.change(item, deleted=False))["version"] == 1


async def test_deletion_in_a_circle(world: World) -> None:
    """Where moves of several laptops have closed a circle, until the hub opens it, a deletion
    writes one change of each row, and so does a revival once it is open."""
    rows = await chain(world, 3)
    top, bottom = text_of(rows[0], "id"), text_of(rows[2], "id")
    world.sql("UPDATE work_items SET parent_id = ? WHERE id = ?", bottom, top)
    deleted = await world.change(rows[0], deleted=True, cascade=True)
    assert [len(await world.entries(row)) for row in rows] == [2, 2, 2]
    world.sql("UPDATE work_items SET parent_id = NULL WHERE id = ?", top)
    await world.change(deleted, deleted=False, cascade=True)
    assert [len(await world.entries(row)) for row in rows] == [3, 3, 3]
