"""The project's own store as a stand-in: a copy of a file that can be read but takes no writes."""

from functools import partial

from localstore.errors import TidelogError, Unavailable
from tidelog.layers.copies import Copy, Latest
from tidelog.layers.copying import copy_readable
from tidelog.layers.from_hub import newest_change
from tidelog.layers.rooms import Rooms
from tidelog.layers.sights import Sight, sights_of
from tidelog.opening import Setting


class FromLocal:
    """A copy of the store's file as it is, made again when that looks different."""

    name = "local"
    title = "a copy of the store"

    def __init__(self, setting: Setting, rooms: Rooms) -> None:
        self._path = setting.place.store
        self._rooms = rooms
        self._latest = Latest(rooms)
        self._sight: tuple[Sight, Sight] = (Sight(), Sight())
        self._refusal: TidelogError | None = None

    async def refresh(self) -> Copy:
        """Look at the file, and copy it if it is not as it was.

        Raises:
            Unavailable: it is missing, damaged, or of another version. Busy: nobody may read it.
        """
        sight = sights_of(self._path)
        if sight == self._sight:
            if self._refusal is not None:
                raise self._refusal
            if self._latest.copy is not None:
                return self._latest.copy
        self._refusal = None
        try:
            store = await self._rooms.filled(partial(copy_readable, self._path))
            copy = Copy(store, await newest_change(store))
        except Unavailable as refusal:  # looking through a damaged file takes long
            self._sight, self._refusal = sight, refusal
            raise
        self._sight = sight
        return await self._latest.put(copy)

    async def close(self) -> None:
        """Nothing is held."""
