"""Whatever is refused, however it is refused, looks the same to a client."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.store import Store, StoreOptions
from localstore.values import Row, Value, mapping_of
from mcp_server.arguments import Arguments
from mcp_server.layers import OneStore
from mcp_server.tool import READS, StoreTool, Toolset
from tests.localstore.world import World
from tests.mcp_server.calling import Caller, Era, calling, server_over

pytestmark = pytest.mark.anyio

TASK: Row = {"item_type": "task", "title": "Fix"}


async def test_invalid_arguments_show_an_example(caller: Caller) -> None:
    """A wrong argument is refused with its field, the rule and a right example."""
    error = await caller.refused("create_work_item", TASK | {"commit_hashes": ["abc"]})
    assert error["code"] == "invalid_arguments"
    assert error["field"] == "commit_hashes.0"
    assert isinstance(error["example"], list)


async def test_wrong_metadata_shows_a_whole_example(caller: Caller) -> None:
    """Wrong metadata is answered with right metadata of that type."""
    error = await caller.refused("create_work_item", {"item_type": "session", "title": "S"})
    assert error["code"] == "invalid_arguments"
    assert "token_budget" in mapping_of(error, "example")


async def test_not_found(caller: Caller) -> None:
    """An id nobody has is not found."""
    error = await caller.refused("query_work_item", {"id": "T-ZZZZZ"})
    assert (error["code"], error["key"]) == ("not_found", "T-ZZZZZ")


async def test_version_conflict_carries_the_current_row(caller: Caller) -> None:
    """A stale update is refused with the row as it is, its version and who wrote it."""
    row = await caller.ok("create_work_item", TASK)
    change: Row = {"id": row["id"], "version": 1, "title": "New"}
    await caller.ok("update_work_item", change | {"updated_by": "ada"})
    error = await caller.refused("update_work_item", change)
    current = mapping_of(error, "current")
    assert error["code"] == "version_conflict"
    assert (current["title"], current["version"], current["updated_by"]) == ("New", 2, "ada")


async def test_duplicate(caller: Caller) -> None:
    """A second vendor of one name is refused, and the first is shown."""
    await caller.ok("create_vendor", {"name": "Acme"})
    error = await caller.refused("create_vendor", {"name": "ACME"})
    assert error["code"] == "duplicate"
    assert mapping_of(error, "existing")["name"] == "Acme"


async def test_cycle(caller: Caller) -> None:
    """Blocking in a circle is refused with the circle."""
    one, other = (
        await caller.ok("create_work_item", TASK),
        await caller.ok("create_work_item", TASK),
    )
    await caller.ok("set_dependency", {"source_id": one["id"], "target_id": other["id"]})
    error = await caller.refused(
        "set_dependency", {"source_id": other["id"], "target_id": one["id"]}
    )
    assert error["code"] == "cycle"
    assert error["path"] == [other["ref"], one["ref"], other["ref"]]


async def test_too_deep(caller: Caller) -> None:
    """A sixth level below the root is refused with the path to it."""
    key = (await caller.ok("create_work_item", TASK))["id"]
    for _ in range(5):
        key = (await caller.ok("create_work_item", TASK | {"parent_id": key}))["id"]
    error = await caller.refused("create_work_item", TASK | {"parent_id": key})
    assert (error["code"], error["depth"]) == ("too_deep", 6)


async def test_busy_is_retryable(tmp_path: Path) -> None:
    """When another process keeps the lock past the timeout, the call may be sent again."""
    options = StoreOptions(busy_timeout_seconds=0.05, durable=False)
    world = await World.begin(tmp_path / "store.db", options=options)
    async with world.store, calling(server_over(world.store)) as caller:
        with closing(sqlite3.connect(world.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            error = await caller.refused("create_work_item", TASK)
        assert (error["code"], error["retryable"]) == ("busy", True)
        await caller.ok("create_work_item", TASK)


async def test_unavailable(world: World, caller: Caller) -> None:
    """When the file is no store any more, the answer says what to do."""
    world.sql("DROP TABLE vendors")
    error = await caller.refused("list_vendors")
    assert error["code"] == "unavailable"
    assert error["hint"]


async def test_an_unknown_tool_is_not_found(world: World, era: Era) -> None:
    """A tool that does not exist is refused in the shape of any error, naming those that do."""
    async with calling(server_over(world.store), era) as caller:
        error = await caller.refused("destroy_everything")
    assert (error["code"], error["key"]) == ("not_found", "destroy_everything")
    assert "create_work_item" in str(error["hint"])


async def test_poison_through_a_client_is_refused(caller: Caller) -> None:
    """What the store cannot keep is refused as an argument and nothing is written."""
    titles: list[Value] = ["a\x00b", "x" * 10_000_000, ["x", "y"], {"a": 1}, 10**40]
    for title in titles:
        error = await caller.refused("create_work_item", TASK | {"title": title})
        assert (error["code"], error["retryable"]) == ("invalid_arguments", False)
    assert (await caller.ok("list_work_items"))["total"] == 0


class Secret(Arguments):
    """Arguments of a tool that fails."""

    word: str


async def test_an_unforeseen_failure_tells_no_secrets(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug is answered as `internal`; the log says where it is, and nothing of the arguments."""
    broken = Toolset("broken")

    @broken.tool(Secret, title="Fail", traits=READS)
    async def fail(_store: Store, arguments: Secret, _who: str) -> Row:
        """Always fails."""
        raise RuntimeError(f"cannot bear {arguments.word}")

    server = server_over(world.store)
    server.offer(StoreTool.of(broken.specs[0], OneStore(world.store), None))
    with caplog.at_level(logging.ERROR):
        async with calling(server) as caller:
            error = await caller.refused("fail", {"word": "hunter2"})
    assert error["code"] == "internal"
    assert "fail" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_errors.py" in caplog.text
    assert "hunter2" not in caplog.text + str(error)
