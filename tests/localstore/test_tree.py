"""The tree: ancestors, descendants, moving a subtree, and what is refused."""

import pytest

from localstore.errors import CycleError, InvalidArguments, NotFound, TooDeep
from localstore.values import Row, mapping_of, rows_of, text_of, texts_of
from tests.localstore.world import World, key, refs, titles

pytestmark = pytest.mark.anyio


async def chain(
    world: World, length: int, prefix: str = "level", under: Row | None = None
) -> list[Row]:
    """Items that hang each under the one before."""
    made: list[Row] = []
    for level in range(length):
        made.append(await world.item(f"{prefix} {level}", under=made[-1] if made else under))
    return made


def shape(children: list[Row]) -> dict[str, object]:
    """Nested children as nested mappings of titles."""
    return {text_of(row, "title"): shape(rows_of(row, "children")) for row in children}


async def test_path_and_depth(world: World) -> None:
    """An item's path runs over its ancestors' ids to its own, and its depth is their number."""
    rows = await chain(world, 6)
    for depth, row in enumerate(rows):
        full = await world.full(row)
        assert full["path"] == "/" + "/".join(key(each) for each in rows[: depth + 1])
        assert full["depth"] == depth


async def test_ancestors_come_root_first(world: World) -> None:
    """A query shows the ancestors from the root to the parent."""
    rows = await chain(world, 4)
    full = await world.store.work_item(key(rows[-1]))
    assert refs(rows_of(full, "ancestors")) == refs(rows[:-1])


async def test_children_are_nested(world: World) -> None:
    """A query shows five levels below, nested, the oldest first."""
    rows = await chain(world, 6)
    await world.item("second", under=rows[0])
    tree = await world.store.work_item(key(rows[0]))
    nest: dict[str, object] = {}
    for level in range(5, 0, -1):
        nest = {f"level {level}": nest}
    assert shape(rows_of(tree, "children")) == nest | {"second": {}}
    assert titles({"items": tree["children"]}) == ["level 1", "second"]


@pytest.mark.parametrize("levels", [0, 1, 3])
async def test_fewer_levels_on_request(world: World, levels: int) -> None:
    """A query shows no more levels below than it was asked for."""
    rows = await chain(world, 6)
    tree = await world.store.work_item(key(rows[0]), max_depth=levels)
    found = 0
    below = rows_of(tree, "children")
    while below:
        found, below = found + 1, rows_of(below[0], "children")
    assert found == levels


async def test_deleted_rows_are_not_children(world: World) -> None:
    """A deleted item and what hung below it do not stand among the children."""
    root = await world.item("root")
    gone = await world.item("gone", under=root)
    await world.item("below", under=gone)
    await world.item("stays", under=root)
    await world.change(gone, deleted=True, cascade=True)
    tree = await world.store.work_item(key(root))
    assert shape(rows_of(tree, "children")) == {"stays": {}}


async def test_summary_is_cut(world: World) -> None:
    """In short, a long description and more than 200 descendants are cut, and it says so."""
    root = await world.item("root", description="x" * 1_001)
    child: Row = {"item_type": "task", "title": "child", "parent_id": key(root)}
    create: Row = {"op": "create", "item": child}
    await world.bulk(*[create] * 201)
    short = await world.store.work_item(key(root))
    assert len(rows_of(short, "children")) == 200
    assert text_of(short, "description") == "x" * 1_000 + "…"
    assert sorted(texts_of(short, "truncated")) == ["children", "description"]
    whole = await world.full(root)
    assert len(rows_of(whole, "children")) == 201
    assert len(text_of(whole, "description")) == 1_001
    assert "truncated" not in whole


async def test_relatives_show_their_links(world: World) -> None:
    """Relatives in the tree name the refs that they depend on or block."""
    root = await world.item("root")
    one, other = await world.item("one", under=root), await world.item("other", under=root)
    await world.blocks(one, other)
    tree = await world.store.work_item(key(root))
    first, second = rows_of(tree, "children")
    assert first["blocks"] == [other["ref"]]
    assert second["depends_on"] == [one["ref"]]


async def test_moving_a_subtree_is_one_change(world: World) -> None:
    """A moved subtree is one changed row: one entry, and rows below keep their versions."""
    rows = await chain(world, 4)
    elsewhere = await world.item("elsewhere")
    before = len(await world.entries())
    told = await world.move(rows[1], elsewhere)
    assert told["changed"] == ["parent_id"]
    assert told["parent"] == elsewhere["ref"]
    newest, *older = await world.entries()
    assert len(older) == before
    assert newest["id"] == rows[1]["id"]
    assert mapping_of(newest, "changes") == {"parent_id": [rows[0]["id"], elsewhere["id"]]}
    for row in rows[2:]:
        below = await world.full(row)
        assert below["version"] == 1
        assert text_of(below, "path").startswith("/" + key(elsewhere) + "/" + key(rows[1]))


async def test_becoming_a_root(world: World) -> None:
    """An item whose parent is cleared is a root, and what hangs below comes along."""
    rows = await chain(world, 3)
    await world.move(rows[1], None)
    assert (await world.full(rows[1]))["depth"] == 0
    assert (await world.full(rows[2]))["depth"] == 1


async def test_five_levels_are_allowed_and_six_refused(world: World) -> None:
    """The fifth level below a root is taken; the sixth is refused with the path."""
    rows = await chain(world, 6)
    assert (await world.full(rows[-1]))["depth"] == 5
    with pytest.raises(TooDeep) as caught:
        await world.item("too deep", under=rows[-1])
    assert caught.value.depth == 6
    assert caught.value.path == [*refs(rows), "the new item"]
    assert " / ".join(refs(rows)) in caught.value.message
    assert (await world.listed())["total"] == 6


async def test_move_that_makes_a_leaf_too_deep(world: World) -> None:
    """A move is refused when the deepest row of the moved subtree would be too deep."""
    moved, target = await chain(world, 4, "moved"), await chain(world, 3, "target")
    assert (await world.move(moved[0], target[1]))["version"] == 2
    with pytest.raises(TooDeep) as caught:
        await world.change(await world.full(moved[0]), parent_id=target[2]["id"])
    assert caught.value.path == refs([*target, *moved])
    assert (await world.full(moved[-1]))["depth"] == 5


async def test_deleted_rows_count_for_depth(world: World) -> None:
    """A deleted row below still counts: it must have a place to come back to."""
    moved, target = await chain(world, 4, "moved"), await chain(world, 3, "target")
    await world.change(moved[-1], deleted=True)
    with pytest.raises(TooDeep):
        await world.move(moved[0], target[-1])


async def test_archived_rows_count_for_depth(world: World) -> None:
    """An archived row below counts too: brought back, it may be five levels down at most."""
    moved, target = await chain(world, 4, "moved"), await chain(world, 3, "target")
    await world.change(moved[-1], status="completed")
    await world.store.archive(who="ada", older_than_days=0)

    async def move_and_restore() -> None:
        await world.move(moved[0], target[-1])
        await world.store.restore_archived([key(moved[-1])], who="ada")

    with pytest.raises(TooDeep):  # from whichever of the two would break the rule
        await move_and_restore()
    assert await world.titles(archived=True) == ["moved 3"]


@pytest.mark.parametrize("levels", [0, 1, 3])
async def test_cycles_are_refused(world: World, levels: int) -> None:
    """An item cannot hang under itself or under what hangs below it; the path goes round."""
    rows = await chain(world, 4)
    with pytest.raises(CycleError) as caught:
        await world.move(rows[0], rows[levels])
    assert caught.value.path == refs([*rows[: levels + 1], rows[0]])
    assert " → ".join(caught.value.path) in caught.value.message
    assert (await world.full(rows[0]))["depth"] == 0


@pytest.mark.parametrize("how", ["create", "move"])
async def test_deleted_parent_is_refused(world: World, how: str) -> None:
    """Nothing can be put under a deleted item."""
    gone, item = await world.item("gone"), await world.item("item")
    await world.change(gone, deleted=True)
    with pytest.raises(InvalidArguments, match="deleted") as caught:
        await (world.item("new", under=gone) if how == "create" else world.move(item, gone))
    assert caught.value.field == "parent_id"


async def test_archived_parent_is_refused(world: World) -> None:
    """Nothing can be put under an archived item; the hint says how to bring it back."""
    gone, item = await world.item("gone", status="completed"), await world.item("item")
    await world.store.archive(who="ada", older_than_days=0)
    with pytest.raises(NotFound) as caught:
        await world.move(item, gone)
    assert "restore" in caught.value.hint


async def test_parent_by_ref(world: World) -> None:
    """A parent can be named by its ref, in any case."""
    parent = await world.item("parent")
    child = await world.item("child", parent_id=text_of(parent, "ref").lower())
    assert (await world.full(child))["parent_id"] == parent["id"]


async def test_moving_to_the_same_place(world: World) -> None:
    """A move to where the item is changes nothing."""
    rows = await chain(world, 2)
    assert (await world.move(rows[1], rows[0]))["version"] == 1
