"""What the server says of itself, and what is left out of it at start-up."""

import pytest
from fastmcp.server.server import FastMCP

from localstore.errors import InvalidArguments
from localstore.values import Row
from mcp_server.server import offered_tools
from mcp_server.tools import ALL_TOOLSETS
from tests.localstore.world import World
from tests.mcp_server.calling import Caller, Era, calling, server_over

pytestmark = pytest.mark.anyio

READING = {
    "query_work_item",
    "list_work_items",
    "get_history",
    "get_project_status",
    "query_vendor_status",
    "list_vendors",
    "list_deployments",
    "list_enhancements",
    "get_project_configuration",
    "query_archived_work_items",
    "get_sync_status",
    "list_conflicts",
}
ADDING = {"create_work_item", "create_vendor", "record_deployment"}
ONCE_ONLY = {
    "create_vendor",
    "update_work_item",
    "set_dependency",
    "update_vendor_status",
    "update_project_configuration",
    "resolve_conflict",
}


async def test_the_server_introduces_itself(world: World, era: Era) -> None:
    """Name, version and instructions reach the client in either era."""
    async with calling(server_over(world.store), era) as caller:
        introduced = caller.client.server_info
        assert introduced is not None
        assert (introduced.name, introduced.version) == ("tidelog", "1.2.3")
        assert "get_project_status" in (caller.client.instructions or "")


async def test_reading_tools_say_so(caller: Caller) -> None:
    """The read-only hint is on exactly the tools that write nothing."""
    tools = await caller.tools()
    reading = {name for name, (_, hints) in tools.items() if hints.read_only_hint}
    assert reading == READING


async def test_only_adding_tools_are_not_destructive(caller: Caller) -> None:
    """A tool that may change or remove what is there is marked destructive, no other one."""
    tools = await caller.tools()
    harmless = {name for name, (_, hints) in tools.items() if not hints.destructive_hint}
    assert harmless == READING | ADDING


async def test_idempotent_tools_say_so(caller: Caller) -> None:
    """The idempotent hint is on reads, guarded updates and what exists once only."""
    tools = await caller.tools()
    once = {name for name, (_, hints) in tools.items() if hints.idempotent_hint}
    assert once == READING | ONCE_ONLY


async def test_every_tool_has_a_title_and_a_closed_world(caller: Caller) -> None:
    """Each tool has a title for people, and none reaches beyond the store."""
    for tool, hints in (await caller.tools()).values():
        assert tool.title == hints.title != ""
        assert hints.open_world_hint is False


async def test_an_idempotent_update_changes_nothing_the_second_time(caller: Caller) -> None:
    """The same update again is refused by its version: it has no second effect."""
    row = await caller.ok("create_work_item", {"item_type": "task", "title": "Fix"})
    change: Row = {"id": row["id"], "version": 1, "title": "Mend"}
    await caller.ok("update_work_item", change)
    await caller.refused("update_work_item", change)
    assert (await caller.ok("get_history", {"id": row["id"]}))["total"] == 2


async def test_a_read_only_server_has_only_reading_tools(world: World) -> None:
    """With read_only, tools that write are neither listed nor callable."""
    async with calling(server_over(world.store, read_only=True)) as caller:
        assert set(await caller.tools()) == READING
        error = await caller.refused("create_work_item", {"item_type": "task", "title": "x"})
        assert error["code"] == "not_found"


async def test_toolsets_trim_the_tools(world: World) -> None:
    """Only the tools of the chosen toolsets are there."""
    chosen = frozenset({"vendors", "sync"})
    async with calling(server_over(world.store, toolsets=chosen)) as caller:
        assert list(await caller.tools()) == [
            spec.name for spec in offered_tools(chosen, read_only=False)
        ]


def test_an_unknown_toolset_is_refused() -> None:
    """A toolset that does not exist is refused at start-up, and those that do are named."""
    with pytest.raises(InvalidArguments, match="core, vendors, deployments"):
        offered_tools(ALL_TOOLSETS | {"nonsense"}, read_only=False)


async def test_it_is_a_fastmcp_server(world: World) -> None:
    """What is built can be served by everything that serves fastmcp."""
    assert isinstance(server_over(world.store), FastMCP)


async def test_a_server_can_be_entered_again(world: World) -> None:
    """One client after another may use the same server."""
    server = server_over(world.store)
    for _ in range(2):
        async with calling(server) as caller:
            await caller.ok("get_project_status")
