"""Edits of files: what a person left in one becomes an ordinary change of its row."""

import pytest

from localstore.entities import (
    ENTITIES,
    WORK_ITEM,
    Entity,
)
from localstore.errors import CycleError
from localstore.values import Row, mapping_of, text_of, texts_of
from tests.localstore.editing import edit, item, list_in, open_conflicts, row_of
from tests.localstore.lived_in import Worker
from tests.localstore.test_tree import chain
from tests.localstore.world import World, refused

pytestmark = pytest.mark.anyio


async def test_several_fields_are_one_change(world: World) -> None:
    """Everything a person changed in one file is one version with one entry, in their name."""
    base = await item(world, labels=["a"], metadata={"a": 1, "b.c": 2})
    told = await edit(
        world,
        WORK_ITEM,
        base,
        title="Edited",
        description="Long\r\ntext",
        labels=["a", "b"],
        metadata={"a": 1, "d": [1.5]},
        status="blocked",
    )
    assert (told["version"], told["conflicts"]) == (2, [])
    fields = ["description", "labels", "metadata.b.c", "metadata.d", "status", "title"]
    assert sorted(map(str, list_in(told, "changed"))) == fields
    after = await row_of(world, WORK_ITEM, base["id"])
    assert (after["title"], after["description"]) == ("Edited", "Long\r\ntext")
    assert (after["status"], after["updated_by"]) == ("blocked", "eve")
    metadata = mapping_of(after, "metadata")
    assert (metadata["a"], metadata["d"], "b.c" in metadata) == (1, [1.5], False)
    entry, first = await world.entries(base)
    assert (entry["version"], first["version"]) == (2, 1)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=str)
async def test_unchanged_files_write_nothing(world: World, entity: Entity) -> None:
    """A file left as it was writes nothing, whatever it is the file of."""
    await world.blocks(await world.item("Blocker"), await world.item("Blocked"))
    await Worker(world, 2).work(120)
    before = await world.store.head()
    for row in await world.store.rows_of(entity):
        told = await edit(world, entity, row)
        assert (told["changed"], told["conflicts"], told["version"]) == ([], [], row["version"])
    assert await world.store.head() == before


async def test_other_writing_of_the_same(world: World) -> None:
    """Labels in another order, empty fields and a trimmed title are no changes."""
    base = await item(world, title="Title", labels=["a", "b"])
    told = await edit(world, WORK_ITEM, base, labels=["b", "a"], title=" Title ", description="")
    assert told["changed"] == []
    assert len(await world.entries(base)) == 1


async def test_both_changed_different_fields(world: World) -> None:
    """A person's edit and the store's change of other fields, keys, lines and members all live."""
    base = await item(
        world, labels=["a"], metadata={"a": 1}, description="one\ntwo\nthree\n", priority="P2"
    )
    changed: Row = {"title": "Theirs", "labels": ["a", "t"], "metadata": {"t": 1}}
    await world.change(base, **changed, description="one\ntwo\nTHREE\n")
    told = await edit(
        world,
        WORK_ITEM,
        base,
        priority="P0",
        labels=["m"],
        metadata=mapping_of(base, "metadata") | {"m": 1},
        description="ONE\ntwo\nthree\n",
    )
    after = await row_of(world, WORK_ITEM, base["id"])
    assert (after["title"], after["priority"], after["version"]) == ("Theirs", "P0", 3)
    assert (texts_of(after, "labels"), told["conflicts"]) == (["t", "m"], [])
    assert after["description"] == "ONE\ntwo\nTHREE\n"
    assert mapping_of(after, "metadata").items() >= {"a": 1, "t": 1, "m": 1}.items()


async def test_both_changed_one_field(world: World) -> None:
    """Where both changed one field the store's value stays, and the person's waits in a conflict;
    the rest of the edit is written."""
    base = await item(world, title="Base")
    await world.change(base, title="Theirs")
    told = await edit(world, WORK_ITEM, base, title="Mine", priority="P0")
    (waiting,) = await open_conflicts(world)
    assert told["conflicts"] == [waiting["ref"]]
    assert [waiting[side] for side in ("base", "local", "remote", "kept")] == [
        "Base",
        "Mine",
        "Theirs",
        "Theirs",
    ]
    after = await row_of(world, WORK_ITEM, base["id"])
    assert (after["title"], after["priority"]) == ("Theirs", "P0")
    await world.store.resolve_conflict(text_of(waiting, "ref"), "local", None, who="ada")
    assert (await row_of(world, WORK_ITEM, base["id"]))["title"] == "Mine"


async def test_the_same_edit_twice(world: World) -> None:
    """An edit that comes a second time writes nothing more, and no second conflict."""
    base = await item(world, title="Base")
    await world.change(base, title="Theirs")
    first = await edit(world, WORK_ITEM, base, title="Mine", priority="P0")
    head = await world.store.head()
    second = await edit(world, WORK_ITEM, base, title="Mine", priority="P0")
    assert second == first | {"changed": []}
    assert await world.store.head() == head


async def test_deleting_and_bringing_back(world: World) -> None:
    """A time in deleted_at deletes an item, now; taking it out brings the item back."""
    base = await item(world)
    await edit(world, WORK_ITEM, base, deleted_at="2026-05-01")
    gone = await row_of(world, WORK_ITEM, base["id"])
    assert gone["deleted_at"] == gone["updated_at"]
    told = await edit(world, WORK_ITEM, gone, deleted_at=None, title="Back")
    after = await row_of(world, WORK_ITEM, base["id"])
    assert ("deleted_at" in after, after["title"], told["version"]) == (False, "Back", 3)


async def test_edit_of_a_deleted_item(world: World) -> None:
    """An item that was deleted while a person edited its file lives, and a conflict says so."""
    base = await item(world)
    await world.change(base, deleted=True)
    told = await edit(world, WORK_ITEM, base, title="Mine")
    after = await row_of(world, WORK_ITEM, base["id"])
    assert ("deleted_at" in after, after["title"]) == (False, "Mine")
    (waiting,) = await open_conflicts(world)
    assert (waiting["field"], told["conflicts"]) == ("deleted_at", [waiting["ref"]])
    assert await world.failed_checks() == []


async def test_parent_by_ref(world: World) -> None:
    """A parent may be named by ref or id, may be taken out, and may not close a circle."""
    top, parent = await chain(world, 2)
    base = await item(world)
    await edit(world, WORK_ITEM, base, parent_id=str(parent["ref"]).lower())
    under = await row_of(world, WORK_ITEM, base["id"])
    assert under["parent_id"] == parent["id"]
    above = await row_of(world, WORK_ITEM, top["id"])
    assert isinstance(
        await refused(edit(world, WORK_ITEM, above, parent_id=base["id"])), CycleError
    )
    await edit(world, WORK_ITEM, under, parent_id=None)
    assert "parent_id" not in await row_of(world, WORK_ITEM, base["id"])
