"""Where stores that stand in for the real one live: a private folder that goes with its process."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from localstore.store import Store, StoreOptions
from tidelog.discovery import STORE_FILE
from tidelog.turns import locked
from tidelog.wiring import Ids, now

PREFIX = "tidelog-layers-"
_LOCK = "lock"


class Rooms:
    """Scratch stores in a folder of their own, 0700, made when the first one is wanted.

    The process holds a lock in it as long as it lives: what a killed one left behind is removed by
    the next that makes a folder.
    """

    def __init__(self, archive_after_days: int) -> None:
        self._options = StoreOptions(durable=False, archive_after_days=archive_after_days)
        self._folder: Path | None = None
        self._lock = -1
        self._numbers = count(1)
        self._stores: list[Store] = []

    async def new(self, project: str) -> Store:
        """A new store for a project of that name. Raises: Unavailable: there is no room."""
        folder = self._next()
        opening = asyncio.ensure_future(self._open(folder / STORE_FILE))
        try:
            store = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await opening  # a half-opened store would keep its threads
            raise
        await store.set_project(project)
        return store

    async def filled(self, fill: Callable[[Path], None]) -> Store:
        """A new store of the file that `fill` makes, in a thread, at the path it is given.

        Raises: what `fill` raises. Unavailable: there is no room, or the file is no whole store.
        """
        folder = self._next()
        folder.mkdir(mode=0o700)
        path = folder / STORE_FILE
        path.touch(mode=0o600)
        work = asyncio.ensure_future(self._fill(path, fill))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    async def _fill(self, path: Path, fill: Callable[[Path], None]) -> Store:
        try:
            await asyncio.to_thread(fill, path)
            return await self._open(path)
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise

    def _next(self) -> Path:
        if self._folder is None:
            _sweep()
            self._folder, self._lock = _made()
        return self._folder / str(next(self._numbers))

    async def _open(self, path: Path) -> Store:
        store = await Store.open(path, clock=now, new_id=Ids(), options=self._options)
        self._stores.append(store)
        return store

    async def discard(self, store: Store) -> None:
        """Close a store and remove it."""
        self._stores.remove(store)
        await store.close()
        shutil.rmtree(store.path.parent, ignore_errors=True)

    async def close(self) -> None:
        """Close and remove all."""
        for store in list(self._stores):
            await self.discard(store)
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(self._lock)


def _made() -> tuple[Path, int]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    fresh = folder / f"{_LOCK}.new"
    lock = os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600)
    locked(lock)
    fresh.rename(folder / _LOCK)  # whoever sees it under this name finds it locked
    return folder, lock


def _sweep() -> None:
    """Remove the folders of processes that are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # somebody else's, or just being made
            continue
        try:
            if folder.stat().st_uid == os.getuid() and locked(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
