"""Time that passes as soon as nobody has anything to do: an hour of a daemon in a moment.

The loop's clock stands still while anything runs; once all wait it is the moment at which the first
of them is due. Stores are read and written on the loop's own thread, for the loop cannot see that
another one is still at work.
"""

import asyncio
import selectors
import shutil
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from localstore.store import Store, StoreOptions
from tests.localstore.world import CountedIds, TickingClock
from tests.simulation.inline import InlineConnection, connect_inline
from tests.syncd.exchange_board import PROJECT

T = TypeVar("T")


class _Passing(selectors.SelectSelector):
    """Waits for nothing: what it was to wait has passed."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As the base's, at once."""
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        self.seconds += timeout
        return super().select(0)


class PassingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes so."""

    def __init__(self) -> None:
        self._passing = _Passing()
        super().__init__(self._passing)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._passing.seconds


def run_passing(work: Coroutine[None, None, T]) -> T:
    """What a coroutine returns when it is run on such a loop."""
    with asyncio.Runner(loop_factory=PassingLoop) as runner:
        return runner.run(work)


@asynccontextmanager
async def store_at_hand(new_store: Path, folder: Path, number: int = 1) -> AsyncIterator[Store]:
    """A new store in a folder of its own, on this thread, joined to the board's project."""
    path = folder / f"laptop{number}" / "store.db"
    path.parent.mkdir()
    connection = connect_inline(Path(shutil.copy(new_store, path)))
    ways = InlineConnection(connection), InlineConnection(connection)
    store = Store(
        path,
        *ways,
        replica_id=f"{number:08d}-1111-7111-8111-111111111111",
        clock=TickingClock(),
        new_id=CountedIds(1_000_000 * number),
        options=StoreOptions(durable=False),
    )
    await store.join(PROJECT)
    try:
        yield store
    finally:
        for way in ways:
            way.forget()
        connection.close()
