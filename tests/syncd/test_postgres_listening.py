"""Being told by the hub on Postgres that something changed, and noticing that one is not."""

import asyncio

import pytest

from syncd.hub import HubUnreachable
from syncd.postgres import PostgresHub
from tests.postgres import Server
from tests.syncd.offers import Writer, item
from tests.syncd.proxies import proxy_to

pytestmark = pytest.mark.anyio


async def test_notification(hub_database: str, hub: PostgresHub, writer: Writer) -> None:
    """Whoever listens is told when listening began, then the project's head after each push that
    asks for it; of other projects nothing."""
    heard: asyncio.Queue[int] = asyncio.Queue()
    async with await PostgresHub.connect(hub_database) as ears:
        listening = asyncio.create_task(ears.listen(writer.project_id, heard.put_nowait))
        assert await asyncio.wait_for(heard.get(), 20) == 0
        assert ears.notifications
        other = Writer(hub, await hub.open_project(None, "another project"))
        await other.push(item())
        await hub.push(writer.asking, [item()], notify=False)
        await writer.push(item(), item())
        assert await asyncio.wait_for(heard.get(), 20) == 3
        assert heard.empty()
        listening.cancel()
        await asyncio.wait([listening])


async def test_pooler_is_detected(
    postgres_server: Server, hub_database: str, writer: Writer
) -> None:
    """When the test notification does not come through, the caller is told to poll, and nothing is
    prepared any more."""
    heard: asyncio.Queue[int] = asyncio.Queue()
    async with proxy_to(postgres_server) as proxy:
        proxy.drops_notifications = True
        async with await PostgresHub.connect(proxy.through(hub_database)) as hub:
            listening = asyncio.create_task(hub.listen(writer.project_id, heard.put_nowait))
            assert await asyncio.wait_for(heard.get(), 20) == 0
            assert not hub.notifications
            assert proxy.dropped == 1
            assert await Writer(hub, writer.project_id).verdicts(item()) == ["accepted"]
            kept = await hub._connection.ask("SELECT name FROM pg_prepared_statements")
            assert [row["name"] for row in kept] in ([], [""])
            listening.cancel()
            await asyncio.wait([listening])


async def test_listening_ends_with_the_connection(
    postgres_server: Server, hub_database: str, writer: Writer
) -> None:
    """When the connection that listens is lost, the listener is told so."""
    heard: asyncio.Queue[int] = asyncio.Queue()
    async with (
        proxy_to(postgres_server) as proxy,
        await PostgresHub.connect(proxy.through(hub_database)) as hub,
    ):
        listening = asyncio.create_task(hub.listen(writer.project_id, heard.put_nowait))
        await asyncio.wait_for(heard.get(), 20)
        proxy.cut()
        with pytest.raises(HubUnreachable):
            await asyncio.wait_for(listening, 20)
