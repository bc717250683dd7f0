"""The daemon: rounds when something happened here or there, and patience when nobody answers."""

import asyncio
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from enum import Flag, auto

from localstore.errors import TidelogError
from localstore.store import Store
from syncd.exchanging import Exchange
from syncd.linking import HubAddress, Linked, Reach
from syncd.standing import Standing, State, change_told

_GAP_SECONDS = 1.0
"""The least time between two attempts while the hub does not answer, whatever happens here."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the daemon is given: where its hub is (asked again now and then), how to get there, how
    to have a turn (`Exchange`), and where to tell what a person should know, a line at a time."""

    find_hub: Callable[[], HubAddress | None]
    reach: Reach
    turn: Callable[[], AbstractAsyncContextManager[None]]
    tell: Callable[[str], None]
    poll_seconds: float = 30.0


class Wake(Flag):
    """Why to look: somebody wrote here, the hub has news, there is a network again, it is time."""

    LOCAL = auto()
    NEWS = auto()
    NETWORK = auto()
    TIMER = auto()


class Daemon:
    """Keeps one store in step with its hub.

    With nothing to do it asks the hub once in `poll_seconds`, and writes nothing.
    """

    def __init__(self, store: Store, around: Surroundings) -> None:
        self._store = store
        self._around = around
        self._linked = Linked(around.reach, self._hear)
        self._exchange = Exchange(store, self._linked, around.turn, around.tell)
        self._bell = asyncio.Event()
        self._quiet = asyncio.Event()
        self._woken = Wake.TIMER
        self._due = math.inf
        self._standing = Standing()
        self._address: HubAddress | None = None
        self._tried: str | None = None
        self._heard = 0
        self._synced = -1

    def ring(self, why: Wake = Wake.LOCAL) -> None:
        """Say that something happened; what it calls for is done soon, whatever goes on now."""
        self._woken |= why
        self._quiet.clear()
        self._bell.set()

    async def settled(self) -> None:
        """Wait until what was rung for has been seen to, and nothing is under way."""
        await self._quiet.wait()

    async def run(self) -> None:
        """Sync until cancelled. What a hub or a busy store raises is kept, told and waited out."""
        try:
            while True:
                woken, self._woken = self._woken, Wake(0)
                await self._look(woken)
                await self._sleep()
        finally:
            await self._linked.leave()

    async def finish(self) -> None:
        """After `run`: send what is left, where the hub answered last, and note that nobody is at
        it any more. Raises nothing that a hub or a busy store may raise."""
        with suppress(TidelogError):
            online = self._standing.state is State.ONLINE
            if self._address is not None and online and await self._store.dirty_names():
                await self._exchange.attempt(self._address)
        with suppress(TidelogError):
            if self._address is not None:
                await self._store.note_sync(State.STOPPED, hub=self._address.name)
        await self._linked.leave()

    def _hear(self, head: int) -> None:
        self._heard = max(self._heard, head)
        self.ring(Wake.NEWS if head else Wake.NETWORK)

    async def _sleep(self) -> None:
        """Wait for the next reason to look; one that the gap holds up is not forgotten."""
        loop = asyncio.get_running_loop()
        earliest = loop.time()
        if self._standing.state is State.OFFLINE:
            earliest += _GAP_SECONDS
        while True:
            self._bell.clear()
            if loop.time() >= self._due:
                self._woken |= Wake.TIMER
                return
            if self._woken and loop.time() >= earliest:
                return
            self._quiet.set()
            until = min(self._due, earliest) if self._woken else self._due
            with suppress(TimeoutError):
                async with asyncio.timeout_at(None if math.isinf(until) else until):
                    await self._bell.wait()

    async def _look(self, woken: Wake) -> None:
        """Do what the reasons call for, if they call for anything, and keep how that went."""
        if Wake.TIMER in woken or self._standing.state is not State.ONLINE:
            await self._find()
        address, before, failure = self._address, self._standing, None
        try:
            if address is None:
                self._due = math.inf
                await self._store.note_sync(State.NONE)
                return
            if not woken & (Wake.TIMER | Wake.NETWORK) and not await self._is_behind():
                return
            await self._attempt(address)
        except TidelogError as raised:
            failure = raised
        if address is not None:
            await self._conclude(address, before, failure)

    async def _attempt(self, address: HubAddress) -> None:
        place = await self._store.sync_place()
        self._tried, self._heard = place.project_id, 0
        self._synced = (await self._exchange.attempt(address)).head

    async def _conclude(
        self, address: HubAddress, before: Standing, failure: TidelogError | None
    ) -> None:
        """Keep how an attempt went: here, in the store, and, when the state changed, in the log."""
        now = self._standing = before.after(failure)
        if now.state is State.STOPPED:
            await self._linked.leave()
        line = change_told(before, now, address.name)
        if line:
            self._around.tell(line)
        reach, poll = self._around.reach, self._around.poll_seconds
        pause = now.pause_seconds(reach.backoff, poll, reach.chance())
        self._due = asyncio.get_running_loop().time() + pause
        with suppress(TidelogError):
            await self._store.note_sync(now.state, hub=address.name, error=now.error or None)

    async def _find(self) -> None:
        address = self._around.find_hub()
        if address != self._address:
            await self._linked.leave()
            self._address, self._standing, self._synced = address, Standing(), -1

    async def _is_behind(self) -> bool:
        """Whether something waits to be sent or fetched, as far as this side can tell."""
        place = await self._store.sync_place()
        if self._standing.state is State.STOPPED:
            return place.project_id != self._tried
        return (
            self._standing.state is State.OFFLINE
            or self._heard > place.cursor
            or place.project_id != self._tried
            or await self._store.head() != self._synced
        )
