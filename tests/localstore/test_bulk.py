"""Bulk: many writes in one transaction, all or nothing, with names for what the call creates."""

import pytest

from localstore.errors import Duplicate, InvalidArguments, NotFound, TidelogError, VersionConflict
from localstore.values import Row, Value, rows_of, text_of, without_nulls
from tests.localstore.world import World, key, refs

pytestmark = pytest.mark.anyio


def create(title: str, client_ref: str | None = None, **fields: Value) -> Row:
    """A creation in a bulk call."""
    item: Row = {"item_type": "task", "title": title, **fields}
    return without_nulls({"op": "create", "item": item, "client_ref": client_ref})


def update(item: str, version: int, **fields: Value) -> Row:
    """An update in a bulk call."""
    return {"op": "update", "id": item, "version": version, "patch": fields}


def depends(source: str, target: str, kind: str = "blocks") -> Row:
    """An edge in a bulk call."""
    return {"op": "dependency", "source_id": source, "target_id": target, "dependency_type": kind}


async def test_results_stand_in_order(world: World) -> None:
    """Each operation has its result, in order: the row in short, and of an update what changed."""
    old = await world.item("old")
    told = await world.bulk(create("a", "one"), update(key(old), 1, title="new"), create("b"))
    first, second, third = rows_of(told, "results")
    assert told["total"] == 3
    assert (first["title"], first["client_ref"], first["version"]) == ("a", "one", 1)
    assert (second["version"], second["changed"]) == (2, ["title"])
    assert third["title"] == "b"


async def test_references_between_new_items(world: World) -> None:
    """Later operations name new items by their client_ref: as parent, in an update, in an edge."""
    told = await world.bulk(
        create("parent", "p"),
        create("child", "c", parent_id="@p"),
        create("grandchild", parent_id="@c"),
        update("@c", 1, assignee="ada"),
        create("blocker", "b"),
        depends("@b", "@c"),
        update("@b", 1, parent_id="@p"),
    )
    parent, child, grandchild, changed, blocker, edge, moved = rows_of(told, "results")
    assert (child["parent"], grandchild["parent"]) == (parent["ref"], child["ref"])
    assert (changed["assignee"], changed["version"]) == ("ada", 2)
    assert (edge["source"], edge["target"]) == (blocker["ref"], child["ref"])
    assert moved["parent"] == parent["ref"]
    assert (await world.full(grandchild))["depth"] == 2
    assert "child" not in await world.titles(ready=True)


@pytest.mark.parametrize("key_", ["@later", "@nobody", "@"])
async def test_reference_to_nothing(world: World, key_: str) -> None:
    """A name that no earlier operation gave is refused, with what to do."""
    with pytest.raises(InvalidArguments) as caught:
        await world.bulk(create("a", parent_id=key_), create("b", "later"))
    assert caught.value.field == "parent_id"
    assert "client_ref" in caught.value.hint
    assert world.sizes()["work_items"] == 0


BAD: list[tuple[Row, type[TidelogError]]] = [
    (create("x", parent_id="T-00000"), NotFound),
    (create("x", metadata={"estimated_hours": -1}), InvalidArguments),
    (update("T-00000", 1, title="x"), NotFound),
    (update("@first", 9, title="x"), VersionConflict),
    (depends("@first", "@first"), InvalidArguments),
    (create("x", "first"), Duplicate),
]


@pytest.mark.parametrize(("bad", "error"), BAD)
async def test_all_or_nothing(world: World, bad: Row, error: type[TidelogError]) -> None:
    """When one operation is refused none is written; the refusal says which one it was."""
    old = await world.item("old")
    before = world.sizes()
    with pytest.raises(error) as caught:
        await world.bulk(create("a", "first"), update(key(old), 1, title="new"), bad, create("z"))
    assert caught.value.details["operation"] == 2
    assert caught.value.message.startswith("operations[2]: ")
    assert "nothing was written" in caught.value.hint
    assert world.sizes() == before
    assert (await world.full(old))["title"] == "old"
    assert await world.failed_checks() == []


async def test_one_moment_and_one_entry_each(world: World) -> None:
    """All of a bulk call happens at one moment, with one history entry for each change."""
    before = len(await world.entries())
    await world.bulk(create("a", "a"), create("b"), update("@a", 1, title="c"))
    entries = await world.entries()
    assert len(entries) == before + 3
    assert len({text_of(entry, "changed_at") for entry in entries[:3]}) == 1


async def test_same_call_again_creates_nothing(world: World) -> None:
    """Creations sent again under the same client_refs return the first items, children too."""
    operations = [create("p", "p"), create("c", "c", parent_id="@p")]
    first, again = await world.bulk(*operations), await world.bulk(*operations)
    assert refs(rows_of(first, "results")) == refs(rows_of(again, "results"))
    assert world.sizes()["work_items"] == 2


async def test_later_operations_see_earlier_ones(world: World) -> None:
    """A rule is checked against what earlier operations of the call have done."""
    item = await world.item("item")
    told = await world.bulk(
        update(key(item), 1, title="one"),
        update(key(item), 2, title="two"),
        create("x", "x"),
        depends(key(item), "@x"),
    )
    assert rows_of(told, "results")[1]["version"] == 3
    with pytest.raises(TidelogError) as caught:
        await world.bulk(depends(text_of(rows_of(told, "results")[2], "id"), key(item)))
    assert caught.value.code == "cycle"


async def test_edges_can_be_removed(world: World) -> None:
    """A bulk call removes edges too."""
    await world.bulk(create("a", "a"), create("b", "b"), depends("@a", "@b"))
    one, other = rows_of(await world.listed(sort="created"), "items")
    await world.bulk(depends(key(other), key(one)) | {"remove": True})
    assert (await world.listed(ready=True))["total"] == 2


async def test_nothing_to_do(world: World) -> None:
    """A bulk call without operations does nothing."""
    before = world.sizes()
    assert await world.bulk() == {"results": [], "total": 0}
    assert world.sizes() == before
