"""How a round goes about its work: how much at once, what meanwhile, what is left to others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PULL_LIMIT = 4_000
"""How many history entries a page brings at most, about. Each page is written to the disk twice,
with all pages of all indexes it touches: few large ones cost less."""
PUSH_BYTES = 800_000
"""About how much one push carries at most."""
_TENTHS = 10
"""In what parts of that it grows from step to step while nobody else writes to the store; while
somebody does, one part is exchanged at once: what a write waits for."""
_REST_SECONDS = 0.1
"""How long the store is left to others then, between two steps; a step holds it a third as long."""
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
    """How much a round exchanges at once: more from step to step, or little and with rests while
    other processes write to the store. One that is kept over many rounds remembers."""

    def __init__(
        self,
        *,
        pull_limit: int = PULL_LIMIT,
        push_bytes: int = PUSH_BYTES,
        tenths: int = 1,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
        alongside: Alongside = alongside,
    ) -> None:
        """Begin with so many tenths of what is the most at once."""
        self.alongside = alongside
        self._pull_limit = pull_limit
        self._push_bytes = push_bytes
        self._rest = rest
        self._head = -1
        self._tenths = tenths
        self._patience = 0

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
        if others:
            self._tenths, self._patience = 1, _PATIENCE
        elif self._patience:
            self._patience -= 1
        else:
            self._tenths = min(_TENTHS, self._tenths + 1)

    async def rest(self) -> None:
        """Leave the store to others before the next step, if they write to it."""
        if self._patience:
            await self._rest(_REST_SECONDS)

    def _share_of(self, most: int) -> int:
        return max(1, most * self._tenths // _TENTHS)
