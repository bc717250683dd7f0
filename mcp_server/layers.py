"""Where answers come from: what the server asks, whichever store is there to answer."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from localstore.store import Store
from localstore.values import Row, text_of

T = TypeVar("T")


class Layers(Protocol):
    """The store, and what stands in for it where it cannot be used."""

    async def read(self, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
        """What `call` returns of the best store there is, and where that is from.

        The row is empty while the project's own store answers. Otherwise it holds `source`,
        `warning`, mostly `as_of`, and for git `commit`; an answer is to show them. `call` may be
        made more than once.

        Raises: what `call` raises; Busy or Unavailable when no layer can answer.
        """
        ...

    async def write(self, call: Callable[[Store], Awaitable[Row]]) -> tuple[Row, Row]:
        """What `call` returns, and where what it wrote is, as `read` says.

        Where the store cannot take it, `source` is "journal": it is on the disk, and comes into the
        store by itself. `call` may be made more than once; what counts is the last time.

        Raises: what `call` raises; Busy or Unavailable, with nothing written.
        """
        ...


class OneStore:
    """A store with nothing to stand in for it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
        """As `Layers.read`; the row is always empty."""
        return await call(self._store), {}

    async def write(self, call: Callable[[Store], Awaitable[Row]]) -> tuple[Row, Row]:
        """As `Layers.write`; the second row is always empty."""
        return await call(self._store), {}


def foreword(told: Row) -> str:
    """What stands before a text that is not from the project's own store; empty before one that is.

    `told` is what `Layers.read` said about where it is from.
    """
    warning = text_of(told, "warning")
    return f"Warning: {warning}\n\n" if warning else ""
