"""Each tool makes its call into the store, through a real client."""

import pytest

from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of
from tests.localstore.world import COMMIT, World
from tests.mcp_server.calling import Caller, Era, calling, server_over

pytestmark = pytest.mark.anyio


async def made(caller: Caller, title: str = "Fix the parser", **fields: Value) -> Row:
    """A new task."""
    return await caller.ok("create_work_item", {"item_type": "task", "title": title, **fields})


async def test_both_eras_answer_alike(world: World, era: Era) -> None:
    """A write and a read go through in either era of the protocol."""
    async with calling(server_over(world.store), era) as caller:
        row = await made(caller)
        found = await caller.ok("query_work_item", {"id": row["ref"]})
    assert found["title"] == "Fix the parser"


async def test_create_returns_the_summary_with_id_and_version(caller: Caller) -> None:
    """A create answers with what a list would show, the id and version 1."""
    row = await made(caller, labels=["bug"], priority="P1", metadata={"estimated_hours": 2})
    assert row["version"] == 1
    assert row["labels"] == ["bug"]
    assert {"id", "ref", "item_type", "title", "status", "priority", "updated_at"} <= row.keys()


async def test_a_repeated_client_ref_makes_nothing_new(caller: Caller) -> None:
    """The same client_ref again answers with the first item."""
    first = await made(caller, client_ref="a")
    assert (await made(caller, client_ref="a"))["id"] == first["id"]


async def test_update_changes_and_clears(caller: Caller) -> None:
    """An update sets some fields, empties others, and answers with the new version."""
    row = await made(caller, assignee="ada")
    changed = await caller.ok(
        "update_work_item",
        {"id": row["ref"], "version": 1, "status": "COMPLETED", "clear": ["assignee"]},
    )
    assert (changed["status"], changed["version"]) == ("completed", 2)
    assert "assignee" not in changed


async def test_query_shows_the_tree(caller: Caller) -> None:
    """A work item comes with its ancestors, its children and its dependencies."""
    parent = await made(caller, "Parent")
    middle = await made(caller, "Middle", parent_id=parent["ref"])
    await made(caller, "Child", parent_id=middle["ref"])
    await caller.ok(
        "set_dependency",
        {"source_id": middle["id"], "target_id": parent["id"], "dependency_type": "related"},
    )
    found = await caller.ok("query_work_item", {"id": middle["id"]})
    assert [text_of(row, "title") for row in rows_of(found, "ancestors")] == ["Parent"]
    assert [text_of(row, "title") for row in rows_of(found, "children")] == ["Child"]
    assert [text_of(row, "title") for row in rows_of(found, "dependencies")] == ["Parent"]


async def test_a_list_pages_by_cursor(caller: Caller) -> None:
    """A list goes on where next_cursor points, and says how many there are."""
    for title in ("A", "B", "C"):
        await made(caller, title)
    first = await caller.ok("list_work_items", {"limit": 2})
    rest = await caller.ok("list_work_items", {"limit": 2, "cursor": first["next_cursor"]})
    seen = [text_of(row, "title") for row in rows_of(first, "items") + rows_of(rest, "items")]
    assert sorted(seen) == ["A", "B", "C"]
    assert first["total"] == 3
    assert "next_cursor" not in rest


async def test_a_bulk_call_refers_to_its_own_items(caller: Caller) -> None:
    """Later operations name new items by @client_ref, wherever an id may stand."""
    answer = await caller.ok(
        "bulk_work_items",
        {
            "operations": [
                {"op": "create", "client_ref": "p", "item_type": "research", "title": "Ask"},
                {
                    "op": "create",
                    "client_ref": "c",
                    "item_type": "task",
                    "title": "Do",
                    "parent_id": "@p",
                },
                {"op": "dependency", "source_id": "@p", "target_id": "@c"},
            ]
        },
    )
    assert answer["total"] == 3
    ready = await caller.ok("list_work_items", {"ready": True})
    assert [text_of(row, "title") for row in rows_of(ready, "items")] == ["Ask"]


async def test_a_bulk_call_is_all_or_nothing(caller: Caller) -> None:
    """When one operation is refused, none of them happened."""
    operations: list[Value] = [
        {"op": "create", "item_type": "task", "title": "Kept out"},
        {"op": "update", "id": "T-ZZZZZ", "version": 1, "title": "No such item"},
    ]
    error = await caller.refused("bulk_work_items", {"operations": operations})
    assert error["code"] == "not_found"
    assert (await caller.ok("list_work_items"))["total"] == 0


async def test_a_dependency_can_be_removed(caller: Caller) -> None:
    """An edge goes as it came."""
    one, other = await made(caller, "One"), await made(caller, "Other")
    edge = {"source_id": one["ref"], "target_id": other["ref"], "dependency_type": "BLOCKS"}
    await caller.ok("set_dependency", edge)
    await caller.ok("set_dependency", edge | {"remove": True})
    found = await caller.ok("query_work_item", {"id": one["ref"]})
    assert rows_of(found, "dependencies") == []


async def test_history_is_of_one_row_or_of_all(caller: Caller) -> None:
    """History answers for an item, or for everything, newest first."""
    row = await made(caller)
    await made(caller, "Other")
    assert (await caller.ok("get_history", {"id": row["ref"]}))["total"] == 1
    newest = rows_of(await caller.ok("get_history", {"limit": 1}), "items")[0]
    assert newest["title"] == "Other"


async def test_status_since_a_token_shows_what_changed(caller: Caller) -> None:
    """With the token of the last answer, the status is what changed since."""
    await made(caller, "Old")
    token = (await caller.ok("get_project_status"))["token"]
    await made(caller, "New")
    status = await caller.ok("get_project_status", {"since": token})
    assert [text_of(row, "title") for row in rows_of(status, "changes")] == ["New"]


async def test_a_vendor_by_name_in_any_case_or_by_id(caller: Caller) -> None:
    """A vendor is created, found by its name in any case, changed by its id, and listed."""
    vendor = await caller.ok("create_vendor", {"name": "Acme Logistics"})
    assert vendor["status"] == "broken"
    found = await caller.ok("query_vendor_status", {"name": "ACME logistics"})
    assert found["id"] == vendor["id"]
    changed = await caller.ok(
        "update_vendor_status",
        {"id": vendor["id"], "version": 1, "status": "Operational", "new_name": "Acme"},
    )
    assert (changed["name"], changed["status"], changed["version"]) == ("Acme", "operational", 2)
    assert (await caller.ok("list_vendors", {"status": "operational"}))["total"] == 1


async def test_a_deployment_names_what_it_touched(caller: Caller) -> None:
    """A deployment is recorded and listed with its vendors and work items."""
    await caller.ok("create_vendor", {"name": "Acme"})
    item = await made(caller)
    fields: Row = {
        "commit_hash": COMMIT,
        "affected_vendors": "acme",
        "related_work_item_ids": [item["ref"]],
        "metadata": {"pr_number": 142, "pr_title": "Dates"},
    }
    recorded = await caller.ok("record_deployment", fields)
    listed = rows_of(await caller.ok("list_deployments", {"vendor": "Acme"}), "items")[0]
    for row in (recorded, listed):
        assert texts_of(row, "affected_vendors") == ["Acme"]
        assert [text_of(each, "title") for each in rows_of(row, "related_work_items")] == [
            "Fix the parser"
        ]


async def test_an_enhancement_is_added_then_changed(caller: Caller) -> None:
    """Without an id an enhancement is new; with id and version it changes."""
    row = await caller.ok("save_enhancement", {"title": "OCR", "target_quarter": "2026-q3"})
    changed = await caller.ok(
        "save_enhancement", {"id": row["id"], "version": 1, "status": "APPROVED"}
    )
    assert changed["version"] == 2
    listed = await caller.ok("list_enhancements", {"status": "approved"})
    assert rows_of(listed, "items")[0]["target_quarter"] == "2026-Q3"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "title"),
        ({"id": "E-12345", "title": "OCR"}, "version"),
        ({"title": "OCR", "version": 1}, "version"),
        ({"title": "OCR", "clear": ["target_quarter"]}, "clear"),
    ],
)
async def test_an_enhancement_is_one_or_the_other(
    caller: Caller, arguments: Row, field: str
) -> None:
    """Half a create and half an update is refused by the field that is out of place."""
    error = await caller.refused("save_enhancement", arguments)
    assert (error["code"], error["field"]) == ("invalid_arguments", field)


async def test_the_configuration_is_read_and_changed(caller: Caller) -> None:
    """The configuration has a version, and health that is worked out."""
    before = await caller.ok("get_project_configuration")
    assert "status" in mapping_of(before, "health")
    after = await caller.ok(
        "update_project_configuration",
        {"version": before["version"], "default_token_budget": "50000"},
    )
    assert number_of(after, "default_token_budget") == 50_000


async def test_closed_items_go_to_the_archive_and_come_back(world: World, caller: Caller) -> None:
    """An archived item leaves the lists, is found in the archive, and can be restored."""
    item = await made(caller, "Old", status="completed")
    world.clock.pass_days(400)
    assert (await caller.ok("archive_work_items"))["archived"] == 1
    assert (await caller.ok("list_work_items"))["total"] == 0
    found = await caller.ok("query_archived_work_items", {"status": "completed", "query": "old"})
    assert found["total"] == 1
    assert (await caller.ok("archive_work_items", {"restore": item["ref"]}))["restored"] == 1
    assert (await caller.ok("list_work_items"))["total"] == 1


async def test_archiving_and_restoring_are_two_calls(caller: Caller) -> None:
    """An age and ids to restore do not go together."""
    error = await caller.refused("archive_work_items", {"restore": ["T-1"], "older_than_days": 9})
    assert error["field"] == "restore"


async def test_sync_is_told_without_a_hub(caller: Caller) -> None:
    """Without a hub, sync says so, and there are no conflicts."""
    status = await caller.ok("get_sync_status")
    assert (status["hub"], status["open_conflicts"]) == ("none", 0)
    assert (await caller.ok("list_conflicts", {"status": "Open"}))["total"] == 0


async def test_what_is_not_listed_is_taken_all_the_same(caller: Caller) -> None:
    """Arguments left out of a schema to keep it short work like any other."""
    one, other = await made(caller, "One", priority="P0"), await made(caller, "Other")
    edge: Row = {"source_id": one["id"], "target_id": other["id"], "updated_by": "ada"}
    await caller.ok("set_dependency", edge)
    newest = rows_of(await caller.ok("get_history", {"limit": 1}), "items")[0]
    assert newest["changed_by"] == "ada"
    listed = await caller.ok("list_work_items", {"sort": "Priority"})
    assert [text_of(row, "title") for row in rows_of(listed, "items")] == ["One", "Other"]
