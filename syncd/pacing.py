"""How a round goes about its work: how much at once, what meanwhile, what is left to others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PULL_LIMIT = 1_000
"""How many history entries a page brings, about: what a write to the store waits for at worst."""
PUSH_BYTES = 800_000
"""About how much one push carries."""
_SHARE = 10
"""What part of that is exchanged at once while others write to the store."""
_REST_SECONDS = 0.02
"""How long the store is left to them then, after each step; a step holds it a third as long."""
_PATIENCE = 100
"""After how many steps without a write of others the store is taken for left alone again."""


class Alongside(Protocol):
    """Begins work whose outcome is wanted later; what is not awaited in the end is given up."""

    def __call__(
        self, work: Coroutine[Any, Any, T], /
    ) -> AbstractAsyncContextManager[Awaitable[T]]:
        """Begin it for the time of a `with`, which gives what to await."""
        ...


@asynccontextmanager
async def alongside(work: Coroutine[Any, Any, T]) -> AsyncIterator[Awaitable[T]]:
    """Do work while other work goes on."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
        elif not task.cancelled():
            task.exception()  # one that nobody came to await is of no interest any more


class Pace:
    """How much a round exchanges at once: much, or little and with rests, while other processes
    write to the store. One that is kept over many rounds remembers which."""

    def __init__(
        self,
        *,
        pull_limit: int = PULL_LIMIT,
        push_bytes: int = PUSH_BYTES,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
        alongside: Alongside = alongside,
    ) -> None:
        self.alongside = alongside
        self._pull_limit = pull_limit
        self._push_bytes = push_bytes
        self._rest = rest
        self._head = -1
        self._quiet = _PATIENCE

    @property
    def pull_limit(self) -> int:
        """How many history entries to ask for."""
        return self._share_of(self._pull_limit)

    @property
    def push_bytes(self) -> int:
        """About how much to push."""
        return self._share_of(self._push_bytes)

    def stepped(self, before: int, after: int) -> None:
        """Learn that a step wrote to the store, whose history's head was at `before` and then at
        `after`: whether somebody else wrote since the step before it."""
        others = self._head not in (-1, before)
        self._head = after
        self._quiet = 0 if others else self._quiet + 1

    async def rest(self) -> None:
        """Leave the store to others before the next step, if they write to it."""
        if self._quiet < _PATIENCE:
            await self._rest(_REST_SECONDS)

    def _share_of(self, most: int) -> int:
        return most if self._quiet >= _PATIENCE else max(1, most // _SHARE)
