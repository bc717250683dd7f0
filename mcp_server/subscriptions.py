"""Telling clients that a resource they watch has changed, whichever process changed it.

Both protocol eras meet in one table of watched addresses: `resources/subscribe` of a 2025-11-25
connection, and the streams of `subscriptions/listen` of 2026-07-28. One task reads the store's
history, and only while somebody watches.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass

import anyio
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from localstore.errors import NotFound, TidelogError
from localstore.values import Row, number_of, text_of
from mcp_server.layers import Layers
from mcp_server.resources import Subject, subject_of

Watch = Callable[[], AsyncIterator[None]]
"""Yields once as soon as it is watching, then whenever the store's file may have changed."""

RequestContext = ServerRequestContext[None, object]

SEND_SECONDS = 5.0
"""How long a client that does not read its stream may hold up the others."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watched:
    """What a watched address shows, and the id of that row if there was one at the time."""

    subject: Subject
    row_id: str

    def touched_by(self, change: Row) -> bool:
        """Whether the resource reads differently after `change`."""
        subject = self.subject
        if subject.entity == "status":
            return True
        if subject.entity != change["entity"]:
            return False
        named = ("id", "ref", "title") if subject.entity == "vendor" else ("id", "ref")
        names = {text_of(change, name).casefold() for name in named}
        return not subject.key or self.row_id in names or subject.key.casefold() in names


class Subscriptions:
    """Who watches what, and the one task that tells them."""

    def __init__(self, layers: Layers, watch: Watch) -> None:
        self._layers = layers
        self._source = ""
        self._watch = watch
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._watchers: Counter[str] = Counter()
        self._watched: dict[str, Watched] = {}
        self._connections: dict[Connection, set[str]] = {}
        self._task: asyncio.Task[None] | None = None

    async def subscribe(self, ctx: RequestContext, params: SubscribeRequestParams) -> EmptyResult:
        """Watch one resource for a connection of 2025-11-25, until it unsubscribes or closes.

        Raises:
            MCPError: there is no such resource; nothing is watched then.
        """
        connection = _connection_of(ctx)
        known = self._connections.get(connection)
        if known is None:
            known = self._connections[connection] = set()
            connection.exit_stack.callback(self._forget, connection)
        if params.uri not in known:
            await self._begin(params.uri, must_exist=True)
            known.add(params.uri)
        return EmptyResult()

    async def unsubscribe(
        self, ctx: RequestContext, params: UnsubscribeRequestParams
    ) -> EmptyResult:
        """Stop watching a resource; one that is not watched is no error."""
        uris = self._connections.get(_connection_of(ctx), set())
        if params.uri in uris:
            uris.remove(params.uri)
            self._end(params.uri)
        return EmptyResult()

    async def listen(
        self, ctx: RequestContext, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve one stream of 2026-07-28 until the client leaves it or the server closes.

        An address that shows nothing is accepted, as the protocol asks, and stays silent.
        """
        uris = set(params.notifications.resource_subscriptions or ())
        begun: list[str] = []
        try:
            for uri in uris:
                await self._begin(uri, must_exist=False)
                begun.append(uri)
            return await self._listen(ctx, params)
        finally:
            for uri in begun:
                self._end(uri)

    async def close(self) -> None:
        """End every stream and the watching task."""
        self._listen.close()
        self._connections.clear()
        self._watchers.clear()
        self._watched.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _forget(self, connection: Connection) -> None:
        for uri in self._connections.pop(connection, set()):
            self._end(uri)

    async def _begin(self, uri: str, *, must_exist: bool) -> None:
        watched = await self._look_up(uri)
        if watched is None:
            if must_exist:
                raise MCPError(INVALID_PARAMS, f"Resource not found: {uri!r}", data={"uri": uri})
            subject = subject_of(uri)
            watched = Watched(subject, "") if subject else None
        head = 0 if self._running() else await self._head()
        self._watchers[uri] += 1
        if watched is not None:
            self._watched[uri] = watched
        if not self._running():
            # A context of its own: the task outlives the request that happens to start it.
            self._task = asyncio.create_task(self._run(head), context=Context())

    def _end(self, uri: str) -> None:
        self._watchers[uri] -= 1
        if self._watchers[uri] <= 0:
            del self._watchers[uri]
            self._watched.pop(uri, None)
        if not self._watchers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look_up(self, uri: str) -> Watched | None:
        subject = subject_of(uri)
        if subject is None or not subject.key:
            return Watched(subject, "") if subject else None
        try:
            if subject.entity == "vendor":
                row, _ = await self._layers.read(lambda store: store.vendor(subject.key))
            else:
                row, _ = await self._layers.read(
                    lambda store: store.work_item(subject.key, max_depth=0)
                )
        except NotFound:
            return None
        return Watched(subject, text_of(row, "id"))

    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _run(self, head: int) -> None:
        wakes = self._watch()
        try:
            async for _ in wakes:
                head = await self._tell_or_wait(head)
        except Exception:
            logger.exception("the store is no longer watched; subscribers will not be told")
        finally:
            if isinstance(wakes, AsyncGenerator):
                await wakes.aclose()

    async def _tell_or_wait(self, head: int) -> int:
        try:
            return await self._tell_since(head)
        except TidelogError as error:
            logger.warning("cannot read what changed, trying at the next change: %s", error)
            return head

    async def _tell_since(self, head: int) -> int:
        """Tell of everything after `head`; return the new head."""
        source = self._source
        newest = await self._head()
        if self._source != source:  # another layer answers now: anything may differ
            await self._tell(list(self._watched))
            return newest
        while changes := await self._changes_after(head):
            head = number_of(changes[-1], "seq")
            await self._tell(
                uri
                for uri, watched in list(self._watched.items())
                if any(watched.touched_by(change) for change in changes)
            )
        newest = await self._head()
        if newest < head:  # the file was replaced by an older one: anything may differ
            await self._tell(list(self._watched))
        return min(head, newest)

    async def _head(self) -> int:
        """The newest change there is; notes which layer said so."""
        head, told = await self._layers.read(lambda store: store.head())
        self._source = text_of(told, "source")
        return head

    async def _changes_after(self, head: int) -> list[Row]:
        changes, _ = await self._layers.read(lambda store: store.changes_after(head))
        return changes

    async def _tell(self, uris: Iterable[str]) -> None:
        for uri in uris:
            await self._bus.publish(ResourceUpdated(uri=uri))
            for connection, wanted in list(self._connections.items()):
                if uri in wanted:
                    with anyio.move_on_after(SEND_SECONDS):
                        await connection.send_resource_updated(uri)


def _connection_of(ctx: RequestContext) -> Connection:
    """The connection of a request: what outlives it, and tells when the client has gone."""
    return ctx.session._connection  # noqa: SLF001
