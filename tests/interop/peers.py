"""The two Python clients, behind one small face, so that both can do the same round."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

import mcp_types
from mcp.client.session import ClientSession
from mcp.client.subscriptions import ResourceUpdated, listen
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from localstore.values import Row
from tests.interop.scratch import Project

Updated = Callable[[], Awaitable[str]]
"""Waits for the next notice that a resource has changed, and returns its address."""


@dataclass(frozen=True)
class Reply:
    """What a tool answered: its row, or the error it was refused with."""

    row: Row
    error: Row


class Peer(Protocol):
    """A connected client."""

    @property
    def protocol_version(self) -> str:
        """What was agreed on."""
        ...

    async def names(self) -> dict[str, list[str]]:
        """What is listed: tools, resources, templates and prompts."""
        ...

    async def call(self, tool: str, arguments: Row) -> Reply:
        """Call a tool."""
        ...

    async def read(self, uri: str) -> str:
        """Read a resource."""
        ...

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        """Get a prompt's first message."""
        ...

    async def complete(self, prompt: str, argument: str, value: str) -> list[str]:
        """Complete an argument of a prompt."""
        ...

    def watching(self, uri: str) -> AbstractAsyncContextManager[Updated]:
        """Watch a resource while the context lasts."""
        ...


@dataclass(frozen=True)
class Route:
    """How a client reaches the server: over HTTP at `url`, or else by starting it on `project`."""

    project: Project
    url: str | None
    log: TextIO

    @property
    def transport(self) -> str:
        """Its name."""
        return "HTTP" if self.url else "stdio"


Connect = Callable[[Route, str], AbstractAsyncContextManager[Peer]]
"""Connects one of the clients; the text is the protocol version to speak."""


class Notices:
    """Resource updates as they reach a client of the handshake era."""

    def __init__(self) -> None:
        self.uris: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, message: mcp_types.ServerNotification | Exception) -> None:
        """Take a message; only updates are kept."""
        if isinstance(message, mcp_types.ResourceUpdatedNotification):
            self.uris.put_nowait(str(message.params.uri))


@asynccontextmanager
async def watching(session: ClientSession, notices: Notices, uri: str) -> AsyncIterator[Updated]:
    """Watch a resource the way of the session's era."""
    if session.protocol_version in MODERN_PROTOCOL_VERSIONS:
        async with listen(session, resource_subscriptions=[uri]) as subscription:

            async def next_update() -> str:
                event = await anext(subscription)
                assert isinstance(event, ResourceUpdated)
                return event.uri

            yield next_update
        return
    # Sent as plain requests: the clients' own methods warn that the era is an old one.
    subscribe = mcp_types.SubscribeRequest(params=mcp_types.SubscribeRequestParams(uri=uri))
    await session.send_request(subscribe, mcp_types.EmptyResult)
    yield notices.uris.get
    unsubscribe = mcp_types.UnsubscribeRequest(params=mcp_types.UnsubscribeRequestParams(uri=uri))
    await session.send_request(unsubscribe, mcp_types.EmptyResult)


def reply_of(content: Sequence[object], structured: object, *, refused: bool) -> Reply:
    """Read a tool's answer, checking the form that every answer has."""
    assert len(content) == 1, "an answer is one block"
    block = content[0]
    assert isinstance(block, mcp_types.TextContent), "an answer is text"
    said = json.loads(block.text)
    if refused:
        assert structured is None, "a refusal carries no structured content"
        return Reply({}, said["error"])
    assert structured == said, "text and structured content say the same"
    return Reply(said, {})


def text_of(block: object) -> str:
    """The text of a content block or of a piece of a resource."""
    assert isinstance(block, mcp_types.TextContent | mcp_types.TextResourceContents)
    return block.text
