"""Which words a server's answers are made of, found by asking one."""

from collections.abc import Iterator
from pathlib import Path

from fastmcp import Client

from localstore.values import Row, Value, text_of
from mcp_server.layers import OneStore
from mcp_server.server import build_server
from tests.localstore.world import COMMIT, World
from tests.mcp_server.calling import Caller


async def words_of_answers(folder: Path) -> frozenset[str]:
    """The names of all fields in the answers of an afternoon's calls, refusals among them."""
    world = await World.begin(folder / "store.db")
    server = build_server(OneStore(world.store), version="0", render_report=lambda _: "")
    async with Client(server) as client:
        words = {word for row in await _afternoon(Caller(client)) for word in _names(row)}
    await world.store.close()
    return frozenset(words)


async def _afternoon(caller: Caller) -> list[Row]:
    project: Row = {"item_type": "project", "title": "Invoices", "metadata": {"description": "All"}}
    root = await caller.ok("create_work_item", project)
    task: Row = {"item_type": "task", "title": "Dates", "parent_id": root["id"], "assignee": "ada"}
    item = await caller.ok("create_work_item", task)
    vendor = await caller.ok("create_vendor", {"name": "Fjordline"})
    status = await caller.ok("get_project_status")
    deployed: Row = {
        "commit_hash": COMMIT,
        "affected_vendors": ["Fjordline"],
        "related_work_item_ids": [item["ref"]],
    }
    return [
        root,
        item,
        vendor,
        status,
        await caller.ok("record_deployment", deployed),
        await caller.ok("query_work_item", {"id": text_of(item, "ref"), "detail": "full"}),
        await caller.ok("list_work_items", {"limit": 1}),
        await caller.ok("get_project_status", {"since": status["token"]}),
        await caller.ok("get_project_configuration"),
        await caller.ok("get_sync_status"),
        await caller.ok("get_history", {"limit": 1}),
        await caller.refused("create_vendor", {"name": "fjordline"}),
        await caller.refused("update_work_item", {"id": item["id"], "version": 9, "title": "x"}),
        await caller.refused("update_work_item", {"id": item["id"], "version": 1, "status": "x"}),
        await caller.refused("create_vendor", {"name": "Fjordline", "version": 1}),
        await caller.refused(
            "update_work_item", {"id": root["id"], "version": 1, "parent_id": item["id"]}
        ),
    ]


def _names(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from _names(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names(each)
