"""Telling open pages that something has changed, whichever process changed it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from localstore.errors import TidelogError
from localstore.values import text_of
from mcp_server.layers import Layers

Watch = Callable[[], AsyncGenerator[None]]
"""Yields once when it is watching, then whenever the store's file may have changed."""

LOOK_SECONDS = 5.0
"""How often it looks without being woken: what stands in for a lost store raises no event."""
BREATH_SECONDS = 15.0
"""How often a silent stream says that it is still there, and finds out that nobody listens."""

logger = logging.getLogger(__name__)


class Live:
    """One mark for the state that pages show, and the streams that tell of a new one."""

    def __init__(self, layers: Layers, watch: Watch) -> None:
        self._layers = layers
        self._watch = watch
        self._mark = ""
        self._news = asyncio.Event()
        self._listeners = 0
        self._ended = False

    async def run(self) -> None:
        """Look whenever there may be news, until cancelled."""
        try:
            async for _ in self._wakes():
                if self._listeners:
                    await self._look()
        except Exception:
            logger.exception("the store is no longer watched; pages show changes when reloaded")

    async def stream(self) -> AsyncIterator[str]:
        """The events of one page: the mark as it is, each new one, and at last the end."""
        self._listeners += 1
        try:
            await self._look()
            told = None
            while not self._ended:
                news = self._news
                if told != self._mark:
                    told = self._mark
                    yield f"event: mark\ndata: {told}\n\n"
                    continue
                try:
                    await asyncio.wait_for(news.wait(), BREATH_SECONDS)
                except TimeoutError:
                    yield ": \n\n"
            yield "event: end\ndata: \n\n"
        finally:
            self._listeners -= 1

    async def end(self) -> None:
        """End every stream, each with a last word."""
        self._ended = True
        self._news.set()

    async def mark(self) -> str:
        """What tells the state of the store from any other."""
        try:
            head, told = await self._layers.read(lambda store: store.head())
        except TidelogError as failure:
            return failure.code
        return f"{text_of(told, 'source') or 'local'}.{head}"

    async def _look(self) -> None:
        mark = await self.mark()
        if mark != self._mark:
            self._mark = mark
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def _wakes(self) -> AsyncIterator[None]:
        watch = self._watch()
        waking = asyncio.create_task(_next(watch))
        try:
            while True:
                done, _ = await asyncio.wait([waking], timeout=LOOK_SECONDS)
                if done and waking.result():
                    waking = asyncio.create_task(_next(watch))
                elif done:  # the system cannot watch files
                    await asyncio.sleep(LOOK_SECONDS)
                yield
        finally:
            waking.cancel()
            await asyncio.wait([waking])
            await watch.aclose()


async def _next(watch: AsyncGenerator[None]) -> bool:
    """Whether there was another one."""
    async for _ in watch:
        return True
    return False
