"""The snapshots as a store: every row and its history, as the newest commit has them."""

import asyncio
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from localstore.errors import Unavailable
from localstore.store import Store
from tidelog.keeping import existing_repository
from tidelog.layers.copies import Copy, Latest
from tidelog.layers.rooms import Rooms
from tidelog.naming import known_name
from tidelog.opening import Setting

if TYPE_CHECKING:
    from gitlayer.rebuild import Rebuilt
    from gitlayer.repository import Repository


class FromGit:
    """A copy of the newest commit, made again when there is a newer one."""

    name = "git"
    title = "the snapshots in git"

    def __init__(self, setting: Setting, rooms: Rooms) -> None:
        self._setting = setting
        self._rooms = rooms
        self._latest = Latest(rooms)
        self._stopped = Event()

    async def refresh(self) -> Copy:
        """Look at the newest commit, and read what led to it if it is another one.

        Raises:
            Unavailable: there are no snapshots; git is missing, refuses, or has lost an object.
        """
        repository, commit, seconds = await asyncio.to_thread(self._newest)
        latest = self._latest.copy
        if latest is not None and latest.commit == commit:
            return latest
        rebuilt = await asyncio.to_thread(self._rebuilt, repository, commit)
        place = self._setting.place
        name = await asyncio.to_thread(known_name, place)
        store = await loaded(self._rooms, name or place.project_folder.name, rebuilt)
        as_of = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return await self._latest.put(Copy(store, as_of, commit))

    async def close(self) -> None:
        """Let a thread that reads commits stop."""
        self._stopped.set()

    def _newest(self) -> "tuple[Repository, str, int]":
        from gitlayer.past import seconds_of

        place, settings = self._setting.place, self._setting.settings.values
        own = settings.snapshot_repository is None
        if own and not (place.snapshots / ".git" / "HEAD").exists():
            raise Unavailable("there are no snapshots")
        repository = existing_repository(place, settings)
        tip = repository.tip()
        if tip is None:
            raise Unavailable("nothing was committed yet")
        return repository, tip.commit, seconds_of(repository, tip.commit)

    def _rebuilt(self, repository: "Repository", commit: str) -> "Rebuilt":
        from gitlayer.rebuild import rebuild_from_git

        def step(_done: int, _total: int) -> None:
            if self._stopped.is_set():
                raise Unavailable("tidelog is stopping")

        return rebuild_from_git(repository, commit, step=step)


async def loaded(rooms: Rooms, project: str, rebuilt: "Rebuilt") -> Store:
    """A new store of rebuilt rows. Raises: InvalidArguments: they do not make a sound one."""
    store = await rooms.new(project)
    try:
        await store.load(rebuilt.rows, rebuilt.history)
    except BaseException:
        await rooms.discard(store)
        raise
    return store
