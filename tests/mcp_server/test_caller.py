"""In whose name a client writes."""

import pytest

from localstore.models import Page
from localstore.store import Store
from localstore.values import Row, rows_of
from mcp_server.caller import cleaned
from tests.localstore.world import World
from tests.mcp_server.calling import Era, calling, server_over

pytestmark = pytest.mark.anyio

TASK: Row = {"item_type": "task", "title": "Fix"}


async def author(store: Store) -> object:
    """Who made the newest change."""
    return rows_of(await store.history(None, Page(limit=1)), "items")[0]["changed_by"]


async def test_the_clients_own_name_is_taken(world: World, era: Era) -> None:
    """Without a word, a write is the client's, by the name of its handshake or envelope."""
    async with calling(server_over(world.store), era, name="claude-desktop") as caller:
        await caller.ok("create_work_item", TASK)
    assert await author(world.store) == "claude-desktop"


async def test_the_argument_comes_first(world: World) -> None:
    """created_by and updated_by overrule the client's name."""
    async with calling(server_over(world.store, client_name="setting")) as caller:
        row = await caller.ok("create_work_item", TASK | {"created_by": "ada"})
        assert await author(world.store) == "ada"
        await caller.ok(
            "update_work_item",
            {"id": row["id"], "version": 1, "title": "New", "updated_by": "grace"},
        )
    assert await author(world.store) == "grace"


async def test_the_setting_overrules_the_client(world: World) -> None:
    """A client_name given to the server stands for the client's own."""
    async with calling(server_over(world.store, client_name="copilot")) as caller:
        await caller.ok("create_work_item", TASK)
    assert await author(world.store) == "copilot"


async def test_a_call_without_a_client_is_unknown(world: World) -> None:
    """A call from within the process has no name."""
    await server_over(world.store).call_tool("create_work_item", dict(TASK))
    assert await author(world.store) == "unknown"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("claude-code", "claude-code"),
        ("  Claude \t Code\r\n(beta)\x00 ", "Claude Code (beta)"),
        ("\x1b[31mred\x9b", "[31mred"),
        ("a\u2028b", "a b"),
        ("x" * 300, "x" * 100),
        ("", "unknown"),
        ("\n\x07", "unknown"),
        ("half \ud800", "half"),
    ],
)
def test_a_name_is_cleaned(name: str, kept: str) -> None:
    """What a client calls itself becomes one line without control characters."""
    assert cleaned(name) == kept
