"""What a store that was set aside holds and the restored one does not: brought in, not lost."""

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from localstore.errors import InvalidArguments, TidelogError, Unavailable
from localstore.replacing import copy_store
from localstore.rows.taking_in import TakenIn
from localstore.salvage import first_unknown, grown_from, newest_change, salvage
from localstore.store import Store
from localstore.values import Row, Value, mapping_of, rows_of, text_of
from tidelog.discovery import Found, Place
from tidelog.opening import Setting
from tidelog.views.lines import count
from tidelog.wiring import open_store


@dataclass(slots=True)
class Brought:
    """How many changes were brought in, and how many conflicts they met with; how many cannot be
    stored; the tables that could not be read to the end; and why nothing at all could be read."""

    changes: int = 0
    conflicts: int = 0
    refused: int = 0
    torn: tuple[str, ...] = ()
    unreadable: str = ""

    def row(self) -> Row:
        """The same for programs; empty when there was nothing to tell."""
        torn: list[Value] = [*self.torn]
        told: Row = {
            "changes": self.changes,
            "conflicts": self.conflicts,
            "refused": self.refused,
            "torn_tables": torn,
            "unreadable": self.unreadable,
        }
        return {name: value for name, value in told.items() if value}

    def lines(self) -> list[str]:
        """The same for people."""
        lines = []
        if self.changes:
            lines.append(f"Brought in {count(self.changes, 'change')} that only it had.")
        if self.conflicts:
            lines.append(
                f"{count(self.conflicts, 'field')} differed: `tidelog conflicts list` shows both."
            )
        if self.torn:
            lines.append(f"Not all of it could be read: {', '.join(self.torn)}.")
        if self.refused:
            lines.append(f"{count(self.refused, 'change')} could not be stored here.")
        if self.unreadable:
            lines.append(f"Nothing of it could be read: {self.unreadable}.")
        return lines


class BringingIn:
    """Brings the changes of an old store into the one that takes its place."""

    def __init__(self, setting: Setting, *, of_its_past: bool) -> None:
        """`of_its_past`: the new store was built of what the old one was earlier, and of nothing
        that others did meanwhile."""
        self._setting = setting
        self._of_its_past = of_its_past
        self._done: str | None = None
        self.brought = Brought()

    async def bring(self, old: Path, store: Store, scratch: Path) -> None:
        """Take in what `old` has and `store` does not; `scratch` is a folder for a copy.

        A change that a row as it was restored has grown from is not taken in again. What cannot be
        read is told in `brought`; nothing is raised for that.

        Raises: Busy, Unavailable: `store` cannot be written.
        """
        newest = await asyncio.to_thread(newest_change, old)
        if newest is not None and newest == self._done:
            return
        try:
            told = await self._told(old, store, scratch)
        except (TidelogError, sqlite3.Error, OSError, ValueError) as failure:
            self.brought.unreadable = str(failure)
            return
        self._done = newest
        if rows_of(told, "changes"):
            await self._take_in(store, told)

    async def _told(self, old: Path, store: Store, scratch: Path) -> Row:
        """The changes of the old store that the new one neither has nor has grown from."""
        try:
            copied = _scratch(scratch)
            await asyncio.to_thread(copy_store, old, copied.store)
            return await self._unknown(copied, store)  # a copy is looked through when it is opened
        except (Unavailable, ValueError):
            pass  # damaged, or in a row is what nobody wrote
        made = _scratch(scratch)
        await (await open_store(made, self._setting.settings.values)).close()
        earlier = store.path if self._of_its_past else None
        found = await asyncio.to_thread(salvage, old, made.store, earlier=earlier)
        self.brought.torn = found.torn
        return await self._unknown(made, store)

    async def _unknown(self, place: Place, store: Store) -> Row:
        async with await open_store(place, self._setting.settings.values) as copy:
            first = await asyncio.to_thread(first_unknown, copy.path, store.path)
            if first is None:
                return {}
            told = await copy.told_after(first - 1, sourced=first - 1)
        changes = rows_of(told, "changes")
        seen = await asyncio.to_thread(grown_from, store.path, changes)
        left: list[Value] = [each for each in changes if _change_id(each) not in seen]
        return told | {"changes": left}

    async def _take_in(self, store: Store, told: Row) -> None:
        """All at once; where one change is in the way of that, each by itself."""
        try:
            taken = await store.take_in(told)
        except InvalidArguments:
            for change in rows_of(told, "changes"):
                await self._take_one(store, told | {"changes": [change]})
        else:
            self._count(taken)

    async def _take_one(self, store: Store, told: Row) -> None:
        try:
            self._count(await store.take_in(told))
        except InvalidArguments:
            self.brought.refused += 1

    def _count(self, taken: TakenIn) -> None:
        self.brought.changes += taken.changes
        self.brought.conflicts += taken.conflicts


def _scratch(folder: Path) -> Place:
    return Place(Path(mkdtemp(dir=folder)), Found.NAMED)


def _change_id(told: Row) -> str:
    return text_of(mapping_of(told, "entry"), "change_id")
