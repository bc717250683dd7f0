"""A client that watches a resource is told when it changes, in either era."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from mcp.shared.exceptions import MCPError

from localstore.values import Row, text_of
from tests.localstore.world import World
from tests.mcp_server.calling import Era, server_over
from tests.mcp_server.watching import Bell, file_watch, watcher

pytestmark = pytest.mark.anyio

STATUS, REPORT, CONFIG = "tidelog://status", "tidelog://report", "tidelog://config"
TASK: Row = {"item_type": "task", "title": "Fix"}


async def test_the_servers_own_write_is_told(world: World, era: Era) -> None:
    """A write through this very server changes the status and the report."""
    server = server_over(world.store, watch=file_watch(world.path))
    async with watcher(server, era) as client, client.watching(STATUS, REPORT) as heard:
        await client.ok("create_work_item", TASK)
        assert {await heard.next(), await heard.next()} == {STATUS, REPORT}


async def test_another_processes_write_is_told(world: World, era: Era) -> None:
    """A write through another connection to the file is told as well."""
    other = await World.begin(world.path, first_id=5_000)
    server = server_over(world.store, watch=file_watch(world.path))
    async with (
        other.store,
        watcher(server, era) as client,
        client.watching(STATUS) as heard,
    ):
        await other.item("Made elsewhere")
        assert await heard.next() == STATUS
        assert "Made elsewhere" in await client.text(STATUS)


@pytest.mark.parametrize("spelling", ["id", "ref", "lower"])
async def test_a_work_item_by_any_of_its_names(world: World, era: Era, spelling: str) -> None:
    """A work item is told under the address it was watched by: id or ref, in any case."""
    item, unwatched = await world.item(), await world.item("Another")
    key = text_of(item, "ref").lower() if spelling == "lower" else text_of(item, spelling)
    uri = f"tidelog://work-items/{key}"
    bell = Bell()
    async with (
        watcher(server_over(world.store, watch=bell), era) as client,
        client.watching(uri, CONFIG) as heard,
    ):
        await bell.until(1)
        await world.change(unwatched, title="Not watched")
        bell.ring()
        await world.change(item, title="Watched")
        bell.ring()
        assert await heard.next() == uri
        assert heard.uris.empty()


async def test_a_vendor_with_a_space_in_its_name(world: World, era: Era) -> None:
    """A vendor is told under its percent-encoded name, even when that very name changes."""
    uri = "tidelog://vendors/Acme%20Logistics"
    server = server_over(world.store, watch=file_watch(world.path))
    async with watcher(server, era) as client:
        await client.ok("create_vendor", {"name": "Acme Logistics"})
        async with client.watching(uri) as heard:
            change: Row = {"name": "acme logistics", "version": 1, "new_name": "Acme"}
            await client.ok("update_vendor_status", change)
            assert await heard.next() == uri


async def test_the_configuration(world: World, era: Era) -> None:
    """A change of the configuration is told of it and of the status."""
    server = server_over(world.store, watch=file_watch(world.path))
    async with watcher(server, era) as client, client.watching(STATUS, CONFIG) as heard:
        change: Row = {"version": 1, "default_token_budget": 5_000}
        await client.ok("update_project_configuration", change)
        assert {await heard.next(), await heard.next()} == {STATUS, CONFIG}


async def test_nobody_watches_for_nobody(world: World, era: Era) -> None:
    """The file is watched only while a client watches something."""
    bell = Bell()
    async with watcher(server_over(world.store, watch=bell), era) as client:
        assert bell.watchers == 0
        async with client.watching(STATUS, REPORT):
            await bell.until(1)
        await bell.until(0)
        async with client.watching(STATUS):
            await bell.until(1)


async def test_a_client_that_leaves_watches_no_more(world: World, era: Era) -> None:
    """When the connection closes, its subscriptions go with it."""
    bell = Bell()
    server = server_over(world.store, watch=bell)
    async with watcher(server, "legacy") as staying, staying.watching(CONFIG):
        async with watcher(server, era) as leaving, leaving.watching(STATUS):
            await bell.until(1)
        await world.item()
        bell.ring()
        await staying.ok("get_project_configuration")
        assert bell.watchers == 1
    await bell.until(0)


async def test_a_subscription_is_once_only(world: World) -> None:
    """Subscribing twice and unsubscribing once leaves nothing."""
    bell = Bell()
    async with watcher(server_over(world.store, watch=bell), "legacy") as client:
        await client.subscribe(STATUS)
        async with client.watching(STATUS):
            await bell.until(1)
        await bell.until(0)


async def test_a_watch_that_ended_is_begun_again(world: World, era: Era) -> None:
    """Where watching came to an end, the next subscriber begins it anew and is told."""
    ended = asyncio.Event()

    async def watch() -> AsyncIterator[None]:
        yield
        if not ended.is_set():
            ended.set()
            raise OSError("too many watches")
        await world.item()
        yield

    async with (
        watcher(server_over(world.store, watch=watch), era) as client,
        client.watching(CONFIG),
    ):
        await ended.wait()
        async with client.watching(STATUS) as heard:
            assert await heard.next() == STATUS


@pytest.mark.parametrize("uri", ["tidelog://nonsense", "tidelog://work-items/T-ZZZZZ"])
async def test_nothing_cannot_be_watched(world: World, uri: str) -> None:
    """Subscribing to what is not there is refused, and nothing is watched then."""
    bell = Bell()
    async with watcher(server_over(world.store, watch=bell), "legacy") as client:
        with pytest.raises(MCPError, match="Resource not found"):
            await client.subscribe(uri)
    assert bell.watchers == 0


async def test_a_stream_accepts_what_is_not_there_yet(world: World) -> None:
    """A 2026-07-28 stream may name a vendor to come, and is told when it has come."""
    uri = "tidelog://vendors/Acme"
    server = server_over(world.store, watch=file_watch(world.path))
    async with watcher(server, "auto") as client, client.watching(uri) as heard:
        await client.ok("create_vendor", {"name": "Acme"})
        assert await heard.next() == uri


async def test_without_a_watch_there_is_nothing_to_subscribe_to(world: World) -> None:
    """A server that cannot watch its file does not offer subscriptions."""
    async with watcher(server_over(world.store), "legacy") as client:
        capabilities = client.welcome().capabilities
        assert capabilities.resources is not None
        assert not capabilities.resources.subscribe


async def test_with_a_watch_subscriptions_are_offered(world: World) -> None:
    """A server that can watch its file says so in the handshake."""
    async with watcher(server_over(world.store, watch=Bell()), "legacy") as client:
        capabilities = client.welcome().capabilities
        assert capabilities.resources is not None
        assert capabilities.resources.subscribe
