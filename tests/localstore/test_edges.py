"""Dependencies: one edge whichever end it is told from, and no circle of blockers."""

from itertools import pairwise

import pytest

from localstore.errors import CycleError, InvalidArguments, NotFound
from localstore.fields import DependencyType
from localstore.ids import named_id
from localstore.values import Row, rows_of
from tests.localstore.world import World, key, refs

pytestmark = pytest.mark.anyio


async def link(world: World, source: Row, target: Row, kind: DependencyType, **more: bool) -> Row:
    """Draw or remove an edge of any type."""
    return await world.store.set_dependency(
        key(source), key(target), kind, who="ada", remove=more.get("remove", False)
    )


async def seen(world: World, item: Row) -> list[tuple[str, str]]:
    """An item's dependencies as (type, title)."""
    rows = rows_of(await world.store.work_item(key(item)), "dependencies")
    return sorted((str(row["dependency_type"]), str(row["title"])) for row in rows)


async def test_both_ends_tell_one_edge(world: World) -> None:
    """ "B depends_on A" after "A blocks B" is the same edge: one row, nothing changed."""
    one, other = await world.item("A"), await world.item("B")
    first = await link(world, one, other, "blocks")
    second = await link(world, other, one, "depends_on")
    assert (first["changed"], second["changed"]) == (True, False)
    assert world.sizes()["dependencies"] == 1
    assert await seen(world, one) == [("blocks", "B")]
    assert await seen(world, other) == [("depends_on", "A")]


async def test_related_has_no_direction(world: World) -> None:
    """Related items are one edge from either side, and both see it as related."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "related")
    assert (await link(world, other, one, "related"))["changed"] is False
    assert await seen(world, one) == [("related", "B")]
    assert await seen(world, other) == [("related", "A")]


async def test_edge_ids_are_the_same_everywhere(world: World) -> None:
    """An edge's id comes from its ends and type, so that two laptops draw the same one."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, other, one, "depends_on")
    name = f"blocks:{one['id']}:{other['id']}"
    assert world.sql("SELECT id FROM dependencies") == [(named_id("dependency", name),)]


async def test_types_are_separate_edges(world: World) -> None:
    """Two items can be related and block each other at once."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "blocks")
    await link(world, one, other, "related")
    assert await seen(world, one) == [("blocks", "B"), ("related", "B")]


@pytest.mark.parametrize("kind", ["blocks", "depends_on", "related"])
async def test_an_item_and_itself(world: World, kind: DependencyType) -> None:
    """No edge runs from an item to itself."""
    item = await world.item()
    with pytest.raises(InvalidArguments) as caught:
        await link(world, item, item, kind)
    assert caught.value.field == "target_id"


@pytest.mark.parametrize("length", [2, 3, 5])
async def test_circles_of_blockers_are_refused(world: World, length: int) -> None:
    """An edge that would close a circle of blockers is refused with the path, and not written."""
    rows = [await world.item(str(number)) for number in range(length)]
    for blocker, blocked in pairwise(rows):
        await world.blocks(blocker, blocked)
    before = world.sizes()
    with pytest.raises(CycleError) as caught:
        await world.blocks(rows[-1], rows[0])
    assert caught.value.path == refs([rows[-1], *rows])
    assert " → ".join(caught.value.path) in caught.value.message
    assert world.sizes() == before


async def test_circle_told_from_the_other_end(world: World) -> None:
    """A circle is found too when the edge is told as depends_on."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "blocks")
    with pytest.raises(CycleError):
        await link(world, one, other, "depends_on")


async def test_related_makes_no_circle(world: World) -> None:
    """Related items do not count when circles are looked for."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "related")
    await link(world, other, one, "blocks")
    assert world.sizes()["dependencies"] == 2


async def test_circle_through_deleted_and_archived_items(world: World) -> None:
    """A circle through an item that is deleted or archived is refused: it may come back."""
    for way in ("deleted", "archived"):
        one, middle, other = [await world.item(way) for _ in range(3)]
        await world.blocks(one, middle)
        await world.blocks(middle, other)
        if way == "deleted":
            await world.change(middle, deleted=True)
        else:
            await world.change(middle, status="completed")
            await world.store.archive(who="ada", older_than_days=0)
        with pytest.raises(CycleError):
            await world.blocks(other, one)


async def test_removal(world: World) -> None:
    """A removed edge is seen from neither end, and its row keeps the history."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "blocks")
    told = await link(world, other, one, "depends_on", remove=True)
    assert (told["removed"], told["changed"], told["version"]) == (True, True, 2)
    assert await seen(world, one) == await seen(world, other) == []
    assert world.sizes()["dependencies"] == 1


async def test_removal_twice(world: World) -> None:
    """Removing an edge that is not there is no error and changes nothing."""
    one, other = await world.item("A"), await world.item("B")
    assert (await link(world, one, other, "blocks", remove=True))["changed"] is False
    await link(world, one, other, "blocks")
    await link(world, one, other, "blocks", remove=True)
    before = world.sizes()
    assert (await link(world, one, other, "blocks", remove=True))["changed"] is False
    assert world.sizes() == before


async def test_drawing_again(world: World) -> None:
    """An edge drawn again after its removal is the same row at the next version."""
    one, other = await world.item("A"), await world.item("B")
    await link(world, one, other, "blocks")
    await link(world, one, other, "blocks", remove=True)
    assert (await link(world, one, other, "blocks"))["version"] == 3
    assert await seen(world, one) == [("blocks", "B")]


async def test_removed_edges_make_no_circle(world: World) -> None:
    """A removed edge does not count when circles are looked for; drawn again it does."""
    one, other = await world.item("A"), await world.item("B")
    await world.blocks(one, other)
    await world.blocks(one, other, remove=True)
    await world.blocks(other, one)
    with pytest.raises(CycleError):
        await world.blocks(one, other)


async def test_ends_must_live(world: World) -> None:
    """An edge to a deleted item is not drawn, but one can be removed."""
    one, other = await world.item("A"), await world.item("B")
    await world.blocks(one, other)
    await world.change(other, deleted=True)
    assert (await world.blocks(one, other, remove=True))["changed"] is True
    with pytest.raises(InvalidArguments, match="is deleted") as caught:
        await world.blocks(one, other)
    assert caught.value.field == "target_id"


async def test_ends_must_exist(world: World) -> None:
    """An edge to nothing is refused."""
    item = await world.item()
    with pytest.raises(NotFound):
        await link(world, item, {"id": "T-00000"}, "blocks")


async def test_drawing_is_recorded(world: World) -> None:
    """Each drawing and removal is one entry of the edge, and touches neither item's version."""
    one, other = await world.item("A"), await world.item("B")
    await world.blocks(one, other)
    await world.blocks(one, other, remove=True)
    entries = [entry for entry in await world.entries() if entry["entity"] == "dependency"]
    assert [entry["version"] for entry in entries] == [2, 1]
    assert [(await world.full(item))["version"] for item in (one, other)] == [1, 1]
