"""The markdown files as a store: every row that a file tells of, without its history."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.entities import WORK_ITEM
from localstore.errors import Unavailable
from localstore.values import text_of
from tidelog.layers.copies import Copy, Latest
from tidelog.layers.from_git import loaded
from tidelog.layers.rooms import Rooms
from tidelog.naming import known_name
from tidelog.opening import Setting

if TYPE_CHECKING:
    from gitlayer.rebuild import Rebuilt


class FromFiles:
    """A copy of the files as they stand, made again when one of them has changed."""

    name = "markdown"
    title = "the markdown files"

    def __init__(self, setting: Setting, rooms: Rooms) -> None:
        self._setting = setting
        self._rooms = rooms
        self._latest = Latest(rooms)
        self._sight: tuple[int, int] = (0, 0)

    async def refresh(self) -> Copy:
        """Look at the files, and read them if they are not those of before.

        Raises:
            Unavailable: there are none. InvalidArguments: they do not make a sound store.
        """
        place = self._setting.place
        sight = await asyncio.to_thread(_sight_of, place.snapshots)
        latest = self._latest.copy
        if latest is not None and sight == self._sight:
            return latest
        rebuilt = await asyncio.to_thread(_readable, place.snapshots)
        name = await asyncio.to_thread(known_name, place)
        store = await loaded(self._rooms, name or place.project_folder.name, rebuilt)
        self._sight = sight
        as_of = datetime.fromtimestamp(sight[0] // 1_000_000_000, UTC)
        return await self._latest.put(Copy(store, f"{as_of:%Y-%m-%dT%H:%M:%SZ}"))

    async def close(self) -> None:
        """Nothing is held."""


def _sight_of(folder: Path) -> tuple[int, int]:
    """When the newest file of a row was written, in nanoseconds since 1970, and how many there are.

    Raises:
        Unavailable: there are none.
    """
    from gitlayer.paths import row_at_path

    times = [
        file.stat().st_mtime_ns
        for file in folder.rglob("*.md")
        if row_at_path(file.relative_to(folder).as_posix())
    ]
    if not times:
        raise Unavailable("there are no files")
    return max(times), len(times)


def _readable(folder: Path) -> "Rebuilt":
    """What the files tell of; an item whose parent's file cannot be read hangs below nothing."""
    from gitlayer.rebuild import rebuild_from_folder

    rebuilt = rebuild_from_folder(folder)
    items = {text_of(row, "id") for entity, row in rebuilt.rows if entity is WORK_ITEM}
    rebuilt.rows = [
        (entity, row | {"parent_id": None})
        if entity is WORK_ITEM and text_of(row, "parent_id") not in items
        else (entity, row)
        for entity, row in rebuilt.rows
    ]
    return rebuilt
