"""The server over streamable HTTP on the loopback address."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

import pytest
import uvicorn
from fastmcp.client.transports import StreamableHttpTransport

from localstore.errors import InvalidArguments
from localstore.values import Row, mapping_of, rows_of, text_of
from mcp_server.http import build_http_app, is_loopback
from mcp_server.subscriptions import Watch
from tests.localstore.world import World
from tests.mcp_server.calling import Era, calling, server_over
from tests.mcp_server.posting import Response, post
from tests.mcp_server.test_stdio import POISON
from tests.mcp_server.watching import Bell, file_watch, watcher

pytestmark = pytest.mark.anyio

EVERYWHERE = str(IPv4Address(0))
TOKEN = "correct horse battery staple"
HELLO: Row = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}


@asynccontextmanager
async def listening(
    world: World, *, token: str | None = None, watch: Watch | None = None
) -> AsyncIterator[str]:
    """A server on a free port of the loopback address; its URL."""
    app = build_http_app(server_over(world.store, watch=watch), host="127.0.0.1", token=token)
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            await task


async def test_both_eras_over_http(world: World, era: Era) -> None:
    """A client of either era writes and reads over HTTP, under its own name."""
    async with listening(world) as url, calling(StreamableHttpTransport(url), era) as caller:
        row = await caller.ok("create_work_item", {"item_type": "task", "title": "Fix"})
        found = await caller.ok("query_work_item", {"id": row["ref"], "detail": "full"})
        assert (await caller.refused("query_work_item", {"id": "T-ZZZZZ"}))["code"] == "not_found"
    assert found["created_by"] == "claude-code"


async def test_answers_are_json(world: World) -> None:
    """An answer is a JSON body, not a stream of events."""
    async with listening(world) as url:
        response = await post(url, HELLO)
    assert response.headers["content-type"] == "application/json"
    introduced = mapping_of(mapping_of(response.json(), "result"), "serverInfo")
    assert introduced["name"] == "tidelog"


async def test_changes_are_told_over_http(world: World, era: Era) -> None:
    """A client that watches over HTTP is told of changes in either era."""
    async with (
        listening(world, watch=file_watch(world.path)) as url,
        watcher(StreamableHttpTransport(url), era) as client,
        client.watching("tidelog://status") as heard,
    ):
        await world.item()
        assert await heard.next() == "tidelog://status"


async def test_a_session_that_ends_watches_no_more(world: World) -> None:
    """When a session of HTTP ends, its subscriptions go with it."""
    bell = Bell()
    async with listening(world, watch=bell) as url:
        async with watcher(StreamableHttpTransport(url), "legacy") as client:
            await client.subscribe("tidelog://status")
            await bell.until(1)
        await bell.until(0)


async def test_the_token_opens(world: World, era: Era) -> None:
    """With the token, a client comes in."""
    async with listening(world, token=TOKEN) as url:
        target = StreamableHttpTransport(url, auth=TOKEN)
        async with calling(target, era) as caller:
            assert (await caller.ok("list_work_items"))["total"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \u00e9"},
    ],
)
async def test_without_the_token_nothing_opens(world: World, headers: dict[str, str]) -> None:
    """A request without exactly the token is answered 401."""
    async with listening(world, token=TOKEN) as url:
        assert (await post(url, HELLO, **headers)).status == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.2:80"])
async def test_a_foreign_host_is_refused(world: World, host: str) -> None:
    """A request that thinks it speaks to another host is refused: a rebound name gets nowhere."""
    async with listening(world) as url:
        assert (await post(url, HELLO, Host=host)).status == 421


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.example:80", "null"])
async def test_a_foreign_origin_is_refused(world: World, origin: str) -> None:
    """A browser's page from elsewhere is refused."""
    async with listening(world) as url:
        assert (await post(url, HELLO, Origin=origin)).status == 403


async def test_its_own_origin_is_welcome(world: World) -> None:
    """A page of this very server may speak to it."""
    async with listening(world) as url:
        response = await post(url, HELLO, Origin=url.removesuffix("/mcp"))
        assert response.status == 200


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.5", "example.org", ""])
async def test_the_world_is_served_with_a_token_only(world: World, host: str) -> None:
    """Listening where others can reach it takes a token."""
    server = server_over(world.store)
    with pytest.raises(InvalidArguments, match="token: is required"):
        build_http_app(server, host=host)
    build_http_app(server, host=host, token=TOKEN)


async def test_an_empty_token_is_none(world: World) -> None:
    """An empty token would let everybody in, so it is refused."""
    with pytest.raises(InvalidArguments, match="must not be empty"):
        build_http_app(server_over(world.store), host="127.0.0.1", token=" ")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("LocalHost", True),
        (EVERYWHERE, False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
    ],
)
def test_loopback_is_told_from_the_world(host: str, loopback: bool) -> None:
    """Only addresses of this machine are loopback."""
    assert is_loopback(host) is loopback


def poisoned(poison: str, *meta: str) -> bytes:
    """A call with poison in its metadata."""
    arguments = f'{{"item_type":"task","title":"x","metadata":{poison}}}'
    params = ",".join(['"name":"create_work_item"', f'"arguments":{arguments}', *meta])
    return f'{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{{params}}}}}'.encode()


def code_of(response: Response) -> str:
    """The code of the error a tool answered with."""
    answer = response.json()
    assert answer["id"] == 7
    block = rows_of(mapping_of(answer, "result"), "content")[0]
    return str(json.loads(text_of(block, "text"))["error"]["code"])


async def test_poison_over_http_is_answered_in_a_session(world: World) -> None:
    """Whatever stands in an argument, HTTP of 2025-11-25 answers as stdio does."""
    async with listening(world) as url:
        session = (await post(url, HELLO)).headers["mcp-session-id"]
        headers = {"Mcp-Session-Id": session, "MCP-Protocol-Version": "2025-11-25"}
        codes = {
            name: code_of(await post(url, poisoned(poison), **headers))
            for name, poison in POISON.items()
        }
    assert codes == dict.fromkeys(POISON, "invalid_arguments")


async def test_poison_over_http_is_answered_without_a_session(world: World) -> None:
    """Whatever stands in an argument, HTTP of 2026-07-28 answers as stdio does."""
    headers = {
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "create_work_item",
    }
    prefix = "io.modelcontextprotocol/"
    meta = f'"_meta":{{"{prefix}protocolVersion":"2026-07-28","{prefix}clientCapabilities":{{}}}}'
    async with listening(world) as url:
        codes = {
            name: code_of(await post(url, poisoned(poison, meta), **headers))
            for name, poison in POISON.items()
        }
    assert codes == dict.fromkeys(POISON, "invalid_arguments")


async def test_a_body_beyond_all_is_refused(world: World) -> None:
    """A body that is larger than anybody needs is answered 413."""
    async with listening(world) as url:
        response = await post(url, b'"' + b"x" * 33 * 1024 * 1024 + b'"')
    assert response.status == 413
