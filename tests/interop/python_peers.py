"""fastmcp's client and the SDK's own, each used through its own methods."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import fastmcp
import mcp
from fastmcp.client.transports import ClientTransport, StdioTransport, StreamableHttpTransport
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import Implementation, PromptReference

from localstore.values import Row
from tests.interop.peers import Connect, Notices, Peer, Reply, Route, Updated, reply_of, text_of
from tests.interop.peers import watching as watching_over
from tests.interop.scratch import SERVE

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"


class FastmcpPeer:
    """fastmcp's client."""

    def __init__(self, client: fastmcp.Client[ClientTransport], notices: Notices) -> None:
        self._client = client
        self._notices = notices

    @property
    def protocol_version(self) -> str:
        """What was agreed on."""
        return self._client.protocol_version or ""

    async def names(self) -> dict[str, list[str]]:
        """What is listed."""
        client = self._client
        return {
            "tools": [tool.name for tool in await client.list_tools()],
            "resources": [str(each.uri) for each in await client.list_resources()],
            "templates": [each.uri_template for each in await client.list_resource_templates()],
            "prompts": [prompt.name for prompt in await client.list_prompts()],
        }

    async def call(self, tool: str, arguments: Row) -> Reply:
        """Call a tool."""
        result = await self._client.call_tool(tool, arguments, raise_on_error=False)
        return reply_of(result.content, result.structured_content, refused=result.is_error)

    async def read(self, uri: str) -> str:
        """Read a resource."""
        return text_of((await self._client.read_resource(uri))[0])

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        """Get a prompt's first message."""
        return text_of((await self._client.get_prompt(name, arguments)).messages[0].content)

    async def complete(self, prompt: str, argument: str, value: str) -> list[str]:
        """Complete an argument of a prompt."""
        typed = {"name": argument, "value": value}
        return (await self._client.complete(PromptReference(name=prompt), typed)).values

    def watching(self, uri: str) -> AbstractAsyncContextManager[Updated]:
        """Watch a resource."""
        return watching_over(self._client.session, self._notices, uri)


class SdkPeer:
    """The client of the Python SDK."""

    def __init__(self, client: mcp.Client, notices: Notices) -> None:
        self._client = client
        self._notices = notices

    @property
    def protocol_version(self) -> str:
        """What was agreed on."""
        return self._client.protocol_version

    async def names(self) -> dict[str, list[str]]:
        """What is listed."""
        client = self._client
        return {
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "resources": [str(each.uri) for each in (await client.list_resources()).resources],
            "templates": [
                each.uri_template
                for each in (await client.list_resource_templates()).resource_templates
            ],
            "prompts": [prompt.name for prompt in (await client.list_prompts()).prompts],
        }

    async def call(self, tool: str, arguments: Row) -> Reply:
        """Call a tool."""
        result = await self._client.call_tool(tool, arguments)
        return reply_of(result.content, result.structured_content, refused=result.is_error)

    async def read(self, uri: str) -> str:
        """Read a resource."""
        return text_of((await self._client.read_resource(uri)).contents[0])

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        """Get a prompt's first message."""
        return text_of((await self._client.get_prompt(name, arguments)).messages[0].content)

    async def complete(self, prompt: str, argument: str, value: str) -> list[str]:
        """Complete an argument of a prompt."""
        typed = {"name": argument, "value": value}
        return (await self._client.complete(PromptReference(name=prompt), typed)).completion.values

    def watching(self, uri: str) -> AbstractAsyncContextManager[Updated]:
        """Watch a resource."""
        return watching_over(self._client.session, self._notices, uri)


@asynccontextmanager
async def connect_fastmcp(route: Route, version: str) -> AsyncIterator[Peer]:
    """fastmcp's client over `route`, speaking `version`."""
    notices = Notices()
    client = fastmcp.Client(
        _transport(route),
        mode=_mode(version),
        message_handler=notices,
        client_info=Implementation(name="fastmcp-client", version="1"),
    )
    async with client:
        yield FastmcpPeer(client, notices)


@asynccontextmanager
async def connect_sdk(route: Route, version: str) -> AsyncIterator[Peer]:
    """The SDK's client over `route`, speaking `version`."""
    notices = Notices()
    started = StdioServerParameters(
        command=SERVE[0], args=list(SERVE[1:]), env=route.project.environment
    )
    client = mcp.Client(
        route.url or stdio_client(started, errlog=route.log),
        mode=_mode(version),
        message_handler=notices,
        client_info=Implementation(name="sdk-client", version="1"),
    )
    async with client:
        yield SdkPeer(client, notices)


CLIENTS: dict[str, Connect] = {"fastmcp": connect_fastmcp, "mcp": connect_sdk}
"""The Python clients by the name of their package."""


def _transport(route: Route) -> ClientTransport:
    if route.url:
        return StreamableHttpTransport(route.url)
    environment = route.project.environment
    return StdioTransport(
        SERVE[0], list(SERVE[1:]), env=environment, keep_alive=False, log_file=route.log
    )


def _mode(version: str) -> str:
    """`auto` asks the server what it speaks, and must arrive at the newest version."""
    return "legacy" if version == HANDSHAKE else "auto"
