"""Waiting for a resource to be reported as changed, in either era."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import mcp_types
import pytest
from fastmcp import Client
from fastmcp.client.messages import MessageHandler
from fastmcp.client.transports import ClientTransport
from mcp.client.subscriptions import listen
from mcp.shared.exceptions import MCPDeprecationWarning
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import Implementation
from watchfiles import awatch

from mcp_server.server import TidelogServer
from mcp_server.subscriptions import Watch
from tests.mcp_server.calling import Caller, Era

SECONDS = 10.0


class Heard(MessageHandler):
    """The addresses a client was told of, in order."""

    def __init__(self) -> None:
        self.uris: asyncio.Queue[str] = asyncio.Queue()

    async def on_resource_updated(self, message: mcp_types.ResourceUpdatedNotification) -> None:
        """Take down one notification."""
        await self.uris.put(message.params.uri)

    async def next(self) -> str:
        """The next address, or a failure if none comes in time."""
        return await asyncio.wait_for(self.uris.get(), SECONDS)


class Watcher(Caller):
    """A client that watches resources."""

    def __init__(self, client: Client[ClientTransport], heard: Heard, era: Era) -> None:
        super().__init__(client)
        self._heard = heard
        self._era = era

    @asynccontextmanager
    async def watching(self, *uris: str) -> AsyncIterator[Heard]:
        """Watch resources, each era in its own way, and stop at the end."""
        if self._era == "legacy":
            for uri in uris:
                await self.subscribe(uri)
            yield self._heard
            for uri in uris:
                with pytest.warns(MCPDeprecationWarning):
                    await self.client.session.unsubscribe_resource(uri)
            return
        heard = Heard()
        async with listen(self.client.session, resource_subscriptions=uris) as subscription:

            async def take_down() -> None:
                async for event in subscription:
                    if isinstance(event, ResourceUpdated):
                        await heard.uris.put(event.uri)

            task = asyncio.create_task(take_down())
            yield heard
            task.cancel()

    async def subscribe(self, uri: str) -> None:
        """Subscribe as clients of 2025-11-25 do."""
        with pytest.warns(MCPDeprecationWarning):
            await self.client.session.subscribe_resource(uri)


@asynccontextmanager
async def watcher(target: TidelogServer | ClientTransport, era: Era) -> AsyncIterator[Watcher]:
    """Connect a client that watches."""
    heard = Heard()
    identity = Implementation(name="watcher", version="1")
    async with Client(target, mode=era, client_info=identity, message_handler=heard) as client:
        yield Watcher(client, heard, era)


class Bell:
    """A watch that wakes when it is rung, and knows whether anybody watches."""

    def __init__(self) -> None:
        self.watchers = 0
        self.changed = asyncio.Condition()
        self._rung = asyncio.Event()

    async def __call__(self) -> AsyncIterator[None]:
        """Yield at once, then at each ring."""
        await self._count(1)
        try:
            yield
            while True:
                await self._rung.wait()
                self._rung.clear()
                yield
        finally:
            await self._count(-1)

    def ring(self) -> None:
        """The file may have changed."""
        self._rung.set()

    async def until(self, watchers: int) -> None:
        """Wait until that many watch, or fail."""
        async with self.changed, asyncio.timeout(SECONDS):
            await self.changed.wait_for(lambda: self.watchers == watchers)

    async def _count(self, step: int) -> None:
        async with self.changed:
            self.watchers += step
            self.changed.notify_all()


def file_watch(store: Path) -> Watch:
    """Wakes when any process writes to the store's file."""

    async def watch() -> AsyncIterator[None]:
        async for _ in awatch(
            store.parent, debounce=20, step=5, rust_timeout=100, yield_on_timeout=True
        ):
            yield

    return watch
