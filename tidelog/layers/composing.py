"""The layers of one place, put together for a server or for one command."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, TypeVar

from localstore.errors import Busy, Unavailable
from localstore.store import Store
from localstore.values import Row
from tidelog.journal import Journal, journal_of
from tidelog.layers.chain import Chain, LowerLayers
from tidelog.layers.copies import Layer
from tidelog.layers.from_files import FromFiles
from tidelog.layers.from_git import FromGit
from tidelog.layers.from_hub import FromHub
from tidelog.layers.from_local import FromLocal
from tidelog.layers.journalling import JournalLayer, Overtaken
from tidelog.layers.local import LocalStore
from tidelog.layers.replay import Replay
from tidelog.layers.rooms import Rooms
from tidelog.layers.standing_in import Nothing, StandIns
from tidelog.opening import Setting, opened
from tidelog.wiring import now, open_store

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
"""How long a call of a server waits for one layer; what takes longer goes on without it."""


@asynccontextmanager
async def layered(
    setting: Setting, *, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Chain]:
    """The layers for a server; nothing is opened before it is asked for."""
    place, settings = setting.place, setting.settings.values
    local = LocalStore(setting, lambda: open_store(place, settings), monotonic)
    journal = journal_of(place)
    below = _below(setting, journal, monotonic, PATIENCE_SECONDS)
    chain = Chain(local, below.lower, below.journalled, Replay(journal, monotonic))
    try:
        yield chain
    finally:
        await chain.close()


async def read(setting: Setting, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
    """Ask once, as a command does: the store as `opened` opens it, else what stands in for it.

    Returns what `call` returns, and where it is from, as `LowerLayers.read` says.

    Raises: what `call` raises. Unavailable, Busy: as `LowerLayers.read`.
    """
    journal = journal_of(setting.place)
    try:
        async with opened(setting) as store:
            if journal.is_empty():
                return await call(store), {}
            failure: Busy | Unavailable = Unavailable("the store takes nothing in at the moment")
    except (Busy, Unavailable) as lost:
        if not setting.place.home.is_dir():
            raise
        failure = lost
    below = _below(setting, journal, time.monotonic, None)
    try:
        if not journal.is_empty():
            with suppress(Overtaken):
                return await below.journalled.read(call, failure)
        return await below.lower.read(call, failure)
    finally:
        await below.journalled.close()
        await below.lower.close()


async def write(setting: Setting, call: Callable[[Store], Awaitable[Row]]) -> tuple[Row, Row]:
    """As `read`, for a call that writes: what the store cannot take goes to the journal."""
    done: Row | None = None
    try:
        async with opened(setting) as store:
            done = await call(store)
    except (Busy, Unavailable) as lost:
        if done is None and not setting.place.home.is_dir():
            raise
        failure = lost
    if done is not None:  # whatever came after it, it is in the store
        return done, {}
    below = _below(setting, journal_of(setting.place), time.monotonic, None)
    try:
        return await below.journalled.write(call, failure, waits=False)
    finally:
        await below.journalled.close()
        await below.lower.close()


class _Below(NamedTuple):
    """What is below the store."""

    lower: LowerLayers
    journalled: JournalLayer


def _below(
    setting: Setting,
    journal: Journal,
    monotonic: Callable[[], float],
    patience_seconds: float | None,
) -> _Below:
    place = setting.place
    rooms = Rooms(setting.settings.values.archive_after_days)
    sources = (
        FromHub(setting, rooms, monotonic),
        FromGit(setting, rooms),
        FromFiles(setting, rooms),
    )
    layers = [Layer(source, patience_seconds) for source in sources]
    local = Layer(FromLocal(setting, rooms), patience_seconds)
    nothing = Layer(Nothing(place, rooms), patience_seconds)
    standing = StandIns([local, *layers, nothing], rooms)
    return _Below(
        LowerLayers(place, layers, rooms, clock=now),
        JournalLayer(place, journal, standing, now),
    )
