"""Calling the server as a client does, and saying in short what came back."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

from fastmcp import Client
from fastmcp.client.transports import ClientTransport
from mcp_types import (
    Implementation,
    InitializeResult,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)

from localstore.store import Store
from localstore.values import Row, Value, mapping_of
from mcp_server.layers import OneStore
from mcp_server.server import TidelogServer, build_server
from mcp_server.subscriptions import Watch
from mcp_server.tools import ALL_TOOLSETS

Era = Literal["legacy", "auto"]
ERAS: tuple[Era, ...] = ("legacy", "auto")
"""How a client begins: by the handshake of 2025-11-25, or by asking what is spoken, and then in
2026-07-28."""

CLIENT_NAME = "claude-code"


def server_over(
    store: Store,
    *,
    toolsets: frozenset[str] = ALL_TOOLSETS,
    read_only: bool = False,
    watch: Watch | None = None,
    client_name: str | None = None,
) -> TidelogServer:
    """The server over a store, with a report of one line."""
    return build_server(
        OneStore(store),
        version="1.2.3",
        render_report=lambda facts: f"# Report of {mapping_of(facts, 'work_items')['total']}\n",
        toolsets=toolsets,
        read_only=read_only,
        watch=watch,
        client_name=client_name,
    )


class Caller:
    """A connected client."""

    def __init__(self, client: Client[ClientTransport]) -> None:
        self.client = client

    async def ok(self, tool: str, arguments: Mapping[str, Value] | None = None) -> Row:
        """Call a tool that must answer; its text and its structured content must be the same."""
        result = await self.client.call_tool(tool, dict(arguments or {}), raise_on_error=False)
        text = only_text(result.content)
        assert not result.is_error, text
        assert json.loads(text) == result.structured_content
        assert not holds_null(result.structured_content)
        row: Row = result.structured_content or {}
        return row

    async def refused(self, tool: str, arguments: Mapping[str, Value] | None = None) -> Row:
        """Call a tool that must refuse; return what stands under `error`."""
        result = await self.client.call_tool(tool, dict(arguments or {}), raise_on_error=False)
        assert result.is_error
        assert result.structured_content is None
        answer = json.loads(only_text(result.content))
        assert list(answer) == ["error"]
        error: Row = answer["error"]
        assert {"code", "message", "retryable"} <= error.keys()
        assert not holds_null(error)
        return error

    def welcome(self) -> InitializeResult:
        """What the server answered to the handshake of 2025-11-25."""
        result = self.client.initialize_result
        assert result is not None
        return result

    async def tools(self) -> dict[str, tuple[Tool, ToolAnnotations]]:
        """The tools as a client sees them, by name, with their annotations."""
        listed = await self.client.list_tools()
        assert all(tool.annotations for tool in listed)
        return {tool.name: (tool, tool.annotations) for tool in listed if tool.annotations}

    async def text(self, uri: str) -> str:
        """Read a resource of one text."""
        contents = await self.client.read_resource(uri)
        assert len(contents) == 1
        assert isinstance(contents[0], TextResourceContents)
        return contents[0].text


@asynccontextmanager
async def calling(
    target: TidelogServer | ClientTransport, era: Era = "legacy", *, name: str = CLIENT_NAME
) -> AsyncIterator[Caller]:
    """Connect a client that calls itself `name`."""
    identity = Implementation(name=name, version="1")
    async with Client(target, mode=era, client_info=identity) as client:
        yield Caller(client)


def only_text(content: object) -> str:
    """The text of a result that must have exactly one block, of text."""
    assert isinstance(content, list)
    assert len(content) == 1
    assert isinstance(content[0], TextContent)
    return content[0].text


def holds_null(value: object) -> bool:
    """Whether there is a null anywhere inside, but for the old and new values of a history."""
    if isinstance(value, dict):
        return any(holds_null(member) for name, member in value.items() if name != "changes")
    if isinstance(value, list):
        return any(holds_null(member) for member in value)
    return value is None
