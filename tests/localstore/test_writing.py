"""How a row is written: its stamp, its version, and its history entry in the same transaction."""

import sqlite3

import pytest

from localstore.ids import named_id
from localstore.models import Page
from localstore.values import (
    Value,
    from_json,
    mapping_of,
    parse_moment,
    rows_of,
    text_of,
)
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def test_new_row_has_its_stamp(world: World) -> None:
    """A new row is at version 1, and was created and updated by the same at the same moment."""
    row = await world.full(await world.item(who="copilot"))
    assert row["version"] == 1
    assert row["created_by"] == row["updated_by"] == "copilot"
    assert row["created_at"] == row["updated_at"]


async def test_update_has_its_stamp(world: World) -> None:
    """An update is one version up, by its author, later; who created the row stays."""
    item = await world.item(who="copilot")
    await world.change(item, title="New", who="claude-code")
    row = await world.full(item)
    assert row["version"] == 2
    assert (row["created_by"], row["updated_by"]) == ("copilot", "claude-code")
    assert text_of(row, "updated_at") > text_of(row, "created_at")


async def test_times_are_aware(world: World) -> None:
    """Every time in every answer names its zone."""
    item = await world.item(status="completed")
    await world.change(item, deleted=True)
    row = await world.full(item)
    entry, *_ = await world.entries(item)
    for told, name in [
        (row, "created_at"),
        (row, "updated_at"),
        (row, "deleted_at"),
        (entry, "changed_at"),
    ]:
        assert text_of(told, name).endswith("Z")
        assert parse_moment(text_of(told, name)).utcoffset() is not None


async def test_entry_tells_the_change(world: World) -> None:
    """A change's entry holds old and new of each changed field, and who, when and where."""
    item = await world.item("Old", priority="P1", labels=["a"])
    await world.change(item, title="New", clear=["labels"], who="copilot")
    entry, first = await world.entries(item)
    assert entry["changes"] == {"title": ["Old", "New"], "labels": [["a"], None]}
    assert (entry["version"], entry["changed_by"], entry["entity"]) == (2, "copilot", "work_item")
    assert entry["replica_id"] == world.store.replica_id
    assert entry["changed_at"] == (await world.full(item))["updated_at"]
    assert first["version"] == 1


async def test_first_entry_tells_the_whole_row(world: World) -> None:
    """The entry of a creation goes from null to each field's value, defaults among them."""
    item = await world.item("Old", labels=["a"])
    (entry,) = await world.entries(item)
    assert entry["changes"] == {
        "title": [None, "Old"],
        "labels": [None, ["a"]],
        "item_type": [None, "task"],
        "status": [None, "active"],
        "priority": [None, "P2"],
    }


async def test_metadata_is_told_by_key(world: World) -> None:
    """Changed metadata is told by its top-level keys."""
    item = await world.item(metadata={"estimated_hours": 3, "team": "x"})
    await world.change(item, metadata={"estimated_hours": 5}, clear=["metadata.team"])
    entry, *_ = await world.entries(item)
    assert entry["changes"] == {"metadata.estimated_hours": [3, 5], "metadata.team": ["x", None]}


async def test_change_id_is_the_entry(world: World) -> None:
    """A row's last change is its newest entry, whose parent is the change before it."""
    item = await world.item()
    await world.change(item, title="New")
    ((change_id,),) = world.sql("SELECT change_id FROM work_items")
    newest, first = world.sql(
        "SELECT change_id, parents FROM history WHERE entity_id = ? ORDER BY seq DESC", key(item)
    )
    assert newest[0] == change_id
    assert from_json(str(newest[1])) == [first[0]]
    assert first[1] is None


async def test_rows_are_dirty_until_a_hub_sees_them(world: World) -> None:
    """A local change leaves the hub's change id as it is: null on a new row."""
    await world.item()
    assert world.sql("SELECT base_change_id FROM work_items") == [(None,)]


async def test_change_that_changes_nothing(world: World) -> None:
    """An update to the values there are writes nothing: same version, no entry."""
    item = await world.item("Same", labels=["a", "b"], metadata={"estimated_hours": 3})
    before = world.sizes()
    told = await world.change(
        item, title="Same", labels=["b", "a"], metadata={"estimated_hours": 3}, status="active"
    )
    assert told["version"] == 1
    assert told["changed"] == []
    assert world.sizes() == before


@pytest.mark.parametrize("name", ["description", "labels", "commit_hashes"])
async def test_emptying_what_is_empty(world: World, name: str) -> None:
    """Setting an empty field to an empty value writes nothing."""
    item = await world.item()
    empty: Value = "" if name == "description" else []
    told = await world.change(item, **{name: empty})
    assert told["version"] == 1
    assert len(await world.entries(item)) == 1


async def test_entry_and_row_are_one_transaction(world: World) -> None:
    """When the entry cannot be written, the row is not either."""
    item = await world.item("Old")
    world.sql(
        "CREATE TRIGGER no_entry BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        await world.change(item, title="New")
    with pytest.raises(sqlite3.IntegrityError):
        await world.item("Another")
    world.sql("DROP TRIGGER no_entry")
    assert world.sql("SELECT title, version FROM work_items") == [("Old", 1)]


async def test_history_is_in_order_of_time(world: World) -> None:
    """Entries rise in time as they rise in sequence, whatever was written."""
    for number in range(5):
        await world.item(f"Item {number}")
    times = [text_of(entry, "changed_at") for entry in await world.entries()]
    assert times == sorted(times, reverse=True)


async def test_history_pages(world: World) -> None:
    """Pages of history meet without a gap or a repeat, newest first, while writes go on."""
    item = await world.item("Title 0")
    for number in range(1, 8):
        item = await world.change(item, title=f"Title {number}")
    seen: list[int] = []
    page = Page(limit=3)
    while True:
        told = await world.store.history(key(item), page)
        seen += [int(str(entry["version"])) for entry in rows_of(told, "items")]
        item = await world.change(item, priority="P0" if len(seen) % 2 else "P1")
        if "next_cursor" not in told:
            break
        page = Page(limit=3, cursor=text_of(told, "next_cursor"))
    assert seen == list(range(8, 0, -1))


async def test_history_of_everything_names_rows(world: World) -> None:
    """The history of everything names each row by its ref and its present title."""
    item = await world.item("Old title")
    await world.change(item, title="New title")
    entries = [entry for entry in await world.entries() if entry["entity"] == "work_item"]
    assert {(entry["ref"], entry["title"]) for entry in entries} == {(item["ref"], "New title")}


async def test_history_outlives_deletion(world: World) -> None:
    """A deleted item keeps its history, and the deletion is part of it."""
    item = await world.item()
    await world.change(item, deleted=True)
    entry, _ = await world.entries(item)
    assert "deleted_at" in mapping_of(entry, "changes")


async def test_ids_of_the_configuration_are_fixed(world: World) -> None:
    """The configuration row has the id that every replica gives it."""
    assert world.sql("SELECT id FROM configuration") == [(named_id("configuration", "project"),)]
