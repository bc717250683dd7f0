"""Keeping the snapshots beside the sync, in a thread: git's work must not hold up a round."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from localstore.store import Store
from tidelog.keeping import maintain
from tidelog.opening import Setting
from tidelog.watching import take_and_tell
from tidelog.wiring import open_store


class SnapshotThread:
    """Takes snapshots of one store, never two at once, each when nothing else is under way.

    The thread has a loop and an open store of its own: committing thousands of changes takes
    seconds in which no loop would turn; and a store opened for each snapshot would be a change of
    its files, and so call for the next.
    """

    def __init__(self, store: Store, setting: Setting, settled: Callable[[], Awaitable[None]]):
        """`settled` is waited for before each snapshot."""
        self._store = store
        self._setting = setting
        self._settled = settled
        self._bell = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "snapshots")
        self._runner: asyncio.Runner | None = None
        self._apart: Store | None = None
        self._taking: asyncio.Task[None] | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._told = ""
        self._seen = -1

    def ring(self) -> None:
        """Say that something may have changed, in the store or in the files."""
        self._bell.set()

    async def run(self) -> None:
        """Take snapshots until cancelled; one that is being taken then goes on (`finish`)."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            await self._settled()
            self._taking = asyncio.create_task(self._take())
            await asyncio.shield(self._taking)
            if self._upkeep is None or self._upkeep.done():
                self._upkeep = asyncio.create_task(self._maintain())

    async def finish(self) -> None:
        """After `run`: wait for what goes on, and commit what was written last: whoever wrote it
        may have left at once."""
        if self._taking is not None:
            await asyncio.wait([self._taking])
        if await self._store.head() != self._seen:
            await self._take()
        if self._upkeep is not None:
            await asyncio.wait([self._upkeep])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def _take(self) -> None:
        self._seen = await self._store.head()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._take_apart)

    def _take_apart(self) -> None:
        """Take a snapshot; in the thread."""
        setting = self._setting
        if self._runner is None:
            self._runner = asyncio.Runner()
        if self._apart is None:
            self._apart = self._runner.run(open_store(setting.place, setting.settings.values))
        self._told = self._runner.run(take_and_tell(self._apart, setting, self._told))

    def _close(self) -> None:
        """Close what `_take_apart` opened; in the thread."""
        if self._runner is not None:
            if self._apart is not None:
                self._runner.run(self._apart.close())
            self._runner.close()

    async def _maintain(self) -> None:
        work = maintain(self._setting.place, self._setting.settings.values)
        await asyncio.to_thread(asyncio.run, work)
