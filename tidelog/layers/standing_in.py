"""The store that takes writes while the project's own cannot: the best copy there is, with all that
waits in the journal."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from localstore.errors import InvalidArguments, TidelogError
from localstore.store import Store
from localstore.values import Row
from tidelog.discovery import Place
from tidelog.journal_lines import Line
from tidelog.layers.copies import Copy, Layer, NotNow, Source
from tidelog.layers.copying import copy_ours
from tidelog.layers.known import known_of
from tidelog.layers.rooms import Rooms


class Nothing:
    """Where no layer has anything: an empty store, to which at least may be added."""

    name = "journal"
    title = "the journal alone"

    def __init__(self, place: Place, rooms: Rooms) -> None:
        self._place = place
        self._rooms = rooms
        self._copy: Copy | None = None

    async def refresh(self) -> Copy:
        """An empty store of the project's name."""
        if self._copy is None:
            name = known_of(self._place.store).name or self._place.project_folder.name
            self._copy = Copy(await self._rooms.new(name), "")
        return self._copy

    async def close(self) -> None:
        """Nothing is held."""


class _Made(NamedTuple):
    """What a stand-in was made of: the copy of a source, as it was at one entry of its history."""

    source: str
    store: int
    head: int


@dataclass
class StandIn:
    """A copy of a copy, with `lines` taken in; `sourced` is where the source's history ends."""

    source: Source
    copy: Copy
    store: Store
    sourced: int
    made: _Made
    lines: list[Line] = field(default_factory=list)


class StandIns:
    """The newest stand-in, brought up to date whenever it is asked for."""

    def __init__(self, layers: Sequence[Layer], rooms: Rooms) -> None:
        self._layers = layers
        self._rooms = rooms
        self._last: StandIn | None = None

    async def in_turn(self, lines: Sequence[Line], reasons: Row) -> AsyncIterator[StandIn]:
        """The stand-ins that can be had, the best first, each with these lines in it; why others
        cannot goes into `reasons`. Raises: NotNow: a copy is being made."""
        for layer in self._layers:
            try:
                copy = await layer.copy()
                standing = await self._of(layer.source, copy, lines)
            except NotNow:
                raise
            except TidelogError as lacking:
                reasons[layer.source.name] = lacking.message
                continue
            yield standing

    async def close(self) -> None:
        """Stop what is under way; the stores are the rooms'."""
        for layer in self._layers:
            await layer.close()

    async def drop(self) -> None:
        """Forget the newest one, which holds what is not in the journal."""
        last, self._last = self._last, None
        if last is not None:
            await self._rooms.discard(last.store)

    async def _of(self, source: Source, copy: Copy, lines: Sequence[Line]) -> StandIn:
        made = _Made(source.name, id(copy.store), await copy.store.head())
        last = self._last
        if last is None or last.made != made or not _begins_with(lines, last.lines):
            await self.drop()
            store = await self._rooms.filled(partial(copy_ours, copy.store.path))
            last = self._last = StandIn(source, copy, store, await store.head(), made)
        for line in lines[len(last.lines) :]:
            await _take(last.store, line)
            last.lines.append(line)
        return last


def _begins_with(lines: Sequence[Line], first: Sequence[Line]) -> bool:
    return [line.text for line in lines[: len(first)]] == [line.text for line in first]


async def _take(store: Store, line: Line) -> None:
    """Take in a line; one that this version cannot read is as good as not there."""
    if not line.is_known:
        return
    try:
        await store.take_in(line.told)
    except InvalidArguments:
        return
