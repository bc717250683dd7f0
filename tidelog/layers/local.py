"""The project's own store, opened when it is first wanted, and again when its file is another one.

A store that cannot be had is not asked for at every call: only when its file looks different, or
some seconds later, and nobody waits long for that.
"""

import asyncio
from collections.abc import Awaitable, Callable

from localstore.errors import Busy, TidelogError, Unavailable
from localstore.store import Store
from tidelog.layers.sights import Sight, sight_of
from tidelog.layers.soundness import Soundness
from tidelog.opening import Setting, require_store

AGAIN_SECONDS = 5.0
"""How long after a failure the store is tried again though its file looks the same."""
PATIENCE_SECONDS = 1.0
"""How long a call waits for such a second attempt, and for a store that was just opened to be
looked through."""


class LocalStore:
    """The store of one place."""

    def __init__(
        self,
        setting: Setting,
        open_store: Callable[[], Awaitable[Store]],
        monotonic: Callable[[], float],
    ) -> None:
        self._setting = setting
        self._path = setting.place.store
        self._open_store = open_store
        self._monotonic = monotonic
        self._store: Store | None = None
        self._inode = 0
        self._failure: Busy | Unavailable | None = None
        self._failed_at = 0.0
        self._failed_sight = Sight()
        self._suspect: Sight | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._soundness = Soundness(setting.place.store, monotonic)
        self._retired: list[Store] = []

    def ready(self) -> Store | None:
        """The store, if it is open, nothing is wrong with it, and its file is still the one that
        was opened: what a good day's call costs is one look at the file."""
        if self._store is None or self._failure is not None or self._suspect is not None:
            return None
        if self._soundness.damage is not None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return self._store if found.st_size and found.st_ino == self._inode else None

    async def store(self) -> Store:
        """The store, opened if it has to be.

        Raises:
            Unavailable, Busy: it cannot be had, or could not be a moment ago.
        """
        ready = self.ready()
        if ready is not None:
            return ready
        sight = sight_of(self._path)
        if not sight.size:
            self._suspect = sight  # whatever stands there next is to be opened anew
            require_store(self._setting)
        if self._failure is None and self._store is not None and not self._is_other(sight):
            return await self._sound(self._store)
        if self._attempt is None or self._attempt.done():
            if self._failure is not None and not self._is_due(sight):
                raise self._failure
            self._attempt = asyncio.create_task(self._try(sight))
        patience = None if self._failure is None else PATIENCE_SECONDS
        done, _ = await asyncio.wait([self._attempt], timeout=patience)
        if done and not self._attempt.cancelled():
            self._attempt.result()
        if self._failure is not None:
            raise self._failure
        if self._store is None:
            raise Unavailable("the store is being opened")
        return await self._sound(self._store)

    async def look_again(self) -> Unavailable | None:
        """What is wrong with the file, after something unforeseen happened; None: nothing is."""
        if self._store is not None and self._soundness.damage is None:
            await self._soundness.look(None)
        return self._soundness.damage

    def damaged(self) -> Store | None:
        """The store that is open though its file is known to be damaged: the last resort."""
        return self._store if self._soundness.damage is not None else None

    async def _sound(self, store: Store) -> Store:
        if self._soundness.is_due():
            await self._soundness.look(PATIENCE_SECONDS)
        if self._soundness.damage is not None:
            raise self._soundness.damage
        return store

    def note(self, failure: TidelogError) -> None:
        """A call failed. One that the lock kept waiting is not followed by others for a while;
        damage may be in one table only, so the next call is tried, on the same open file unless
        that looks different by then."""
        if isinstance(failure, Busy):
            self._fail(failure, sight_of(self._path))
        elif self._suspect is None:
            self._suspect = sight_of(self._path)

    def has_folder(self) -> bool:
        """Whether there is a folder that the store belongs in."""
        return self._path.parent.is_dir()

    async def close(self) -> None:
        """Close what is open."""
        if self._attempt is not None:  # not cancelled: what it opens in a thread is to be closed
            await asyncio.wait([self._attempt])
        await self._soundness.forget()
        self._retire()
        await self._close_retired()

    def _retire(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            self._retired.append(store)

    async def _close_retired(self) -> None:
        while self._retired:
            await self._retired.pop().close()

    async def _try(self, sight: Sight) -> None:
        try:
            if self._store is not None and self._is_other(sight):
                await self._close_retired()
                self._retire()  # calls that have it go on; the next such time closes it
            if self._store is None:
                await self._soundness.forget()
                self._store = await self._open_store()
                self._inode = sight_of(self._path).inode
                await self._soundness.look(PATIENCE_SECONDS)
            await self._store.head()
        except (Busy, Unavailable) as failure:
            self._fail(failure, sight_of(self._path))
        else:
            self._failure = self._suspect = None

    def _fail(self, failure: Busy | Unavailable, sight: Sight) -> None:
        self._failure, self._failed_sight = failure, sight
        self._failed_at = self._monotonic()

    def _is_due(self, sight: Sight) -> bool:
        return sight != self._failed_sight or self._monotonic() - self._failed_at >= AGAIN_SECONDS

    def _is_other(self, sight: Sight) -> bool:
        """Whether the open connections are of another file, or remember pages of one that was
        written over."""
        return sight.inode != self._inode or self._suspect not in (None, sight)
