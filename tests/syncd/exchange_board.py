"""A hub in memory behind a network that a test can cut, and stores with daemons on it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from localstore.entities import WORK_ITEM
from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.models import WorkItemCreate
from localstore.store import Store
from localstore.values import Row, text_of
from syncd.backoff import Backoff
from syncd.daemon import Daemon, Surroundings
from syncd.hub import Asking, HubUnreachable, SyncError
from syncd.linking import HubAddress, Reach
from tests.simulation.model_hub import ModelHub
from tidelog.wiring import Ids, now

SECONDS = 20.0
PROJECT = "0197a3a0-0000-7000-8000-000000000001"
ADDRESS = HubAddress("hub.example/tidelog", "postgresql://ann:secret@hub.example/tidelog")


@dataclass
class Board:
    """The hub, whether it can be reached, what was asked of it, and who listens."""

    hub: ModelHub = field(default_factory=ModelHub)
    up: bool = True
    silent_seconds: float = 0.0
    """How long a call waits for an answer while the hub is away, before it gives up."""
    loses_notifications: bool = False
    refusal: SyncError | None = None
    calls: Counter[str] = field(default_factory=Counter)
    listeners: list[Callable[[int], None]] = field(default_factory=list)
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    names: dict[str, str] = field(default_factory=dict)

    def take_away(self) -> None:
        """Cut every connection; no new one comes about."""
        self.up = False
        self.cut.set()

    def bring_back(self) -> None:
        """Let connections come about again."""
        self.up = True
        self.cut = asyncio.Event()

    async def ask(self, what: str) -> None:
        """Count a call; raise what a caller is to meet."""
        self.calls[what] += 1
        if not self.up:
            await asyncio.sleep(self.silent_seconds)
            raise HubUnreachable("connection refused")
        if self.refusal is not None:
            raise self.refusal

    def titles(self, project_id: str = PROJECT) -> list[str]:
        """The titles of the work items on the hub."""
        held = self.hub.tables(project_id)["work_item"].values()
        return sorted(text_of(each.row, "title") for each in held)


class BoardLink:
    """One replica's way to the hub."""

    notifications = True

    def __init__(self, board: Board) -> None:
        self._board = board

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        await self._board.ask("pull")
        return self._board.hub.pull(asking, cursor, limit)

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`; whoever listens is told."""
        await self._board.ask("push")
        receipt = self._board.hub.push(asking, rows)
        if receipt.head > receipt.previous_head and not self._board.loses_notifications:
            for listener in self._board.listeners:
                listener(receipt.head)
        return receipt

    async def hello(self, asking: Asking, name: str) -> None:
        """As `Link.hello`."""
        await self._board.ask("hello")
        self._board.names[asking.replica_id] = name

    async def open_project(self, project_id: str | None, _name: str) -> str:
        """As `Link.open_project`, for the one project there is."""
        await self._board.ask("open_project")
        self._board.hub.open_project(project_id or PROJECT)
        return project_id or PROJECT

    async def status(self, project_id: str) -> dict[str, str | int]:
        """As `Link.status`."""
        await self._board.ask("status")
        rows = [*self._board.hub.tables(project_id).values()]
        return {"name": "Harbour", "rows": sum(map(len, rows))}

    async def replica_names(self, _project_id: str) -> dict[str, str]:
        """As `Link.replica_names`."""
        await self._board.ask("replica_names")
        return dict(self._board.names)

    async def listen(self, _project_id: str, on_change: Callable[[int], None]) -> None:
        """As `Link.listen`."""
        await self._board.ask("listen")
        self._board.listeners.append(on_change)
        try:
            on_change(0)
            await self._board.cut.wait()
        finally:
            self._board.listeners.remove(on_change)

    async def close(self) -> None:
        """As `Link.close`."""


@dataclass
class Desk:
    """A store with a daemon at work on it, and what the daemon said."""

    store: Store
    daemon: Daemon
    said: list[str]
    addresses: list[HubAddress | None]
    running: "asyncio.Task[None]"

    async def stop(self) -> None:
        """End the daemon's work."""
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running

    async def is_in(self, state: str) -> bool:
        """Whether that is the state in the store, and nothing is under way."""
        await self.daemon.settled()
        return text_of(await self.store.sync_status(), "state") == state

    async def has(self, *titles: str) -> bool:
        """Whether exactly these items are here."""
        rows = await self.store.rows_of(WORK_ITEM)
        return sorted(text_of(row, "title") for row in rows) == sorted(titles)

    def has_said(self, lines: int) -> bool:
        """Whether the daemon has said at least so many lines."""
        return len(self.said) >= lines

    async def write(self, title: str) -> Row:
        """Write an item, and ring as the store's log would."""
        item = WorkItemCreate.model_validate({"item_type": "task", "title": title})
        row = await self.store.create_work_item(item, who="ada")
        self.daemon.ring()
        return row


@asynccontextmanager
async def desk(
    board: Board, path: Path, *, joined: bool = True, backoff_seconds: float = 0.0
) -> AsyncIterator[Desk]:
    """A new store, its daemon running for the block; no timer is due within the hour, and after
    each failure it waits `backoff_seconds`."""
    bound = 2 * backoff_seconds
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        await store.set_project("Harbour")
        if joined:
            board.hub.open_project(PROJECT)
            await store.join(PROJECT)
        async with attended(store, board, backoff=Backoff(bound, bound, 0.01)) as whole:
            yield whole


@asynccontextmanager
async def attended(
    store: Store, board: Board, *, backoff: Backoff, poll_seconds: float = 7200
) -> AsyncIterator[Desk]:
    """A store, its daemon running for the block; its dice always fall in the middle."""
    said: list[str] = []
    addresses: list[HubAddress | None] = [ADDRESS]

    async def connect(_address: HubAddress) -> BoardLink:
        await board.ask("connect")
        return BoardLink(board)

    around = Surroundings(
        find_hub=lambda: addresses[-1],
        reach=Reach(connect, store.path.parent.name, lambda: 0.5, backoff),
        turn=nullcontext,
        tell=said.append,
        poll_seconds=poll_seconds,
    )
    daemon = Daemon(store, around)
    whole = Desk(store, daemon, said, addresses, asyncio.create_task(daemon.run()))
    try:
        yield whole
    finally:
        await whole.stop()


async def until(holds: Callable[[], object | Awaitable[object]]) -> None:
    """Wait until something holds, letting the daemons go on."""
    async with asyncio.timeout(SECONDS):
        while True:
            found = holds()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return
            await asyncio.sleep(0.005)


async def settled(each: Desk) -> None:
    """Wait until a desk's daemon is online and has nothing to do."""
    await until(lambda: each.is_in("online"))


async def same(desks: list[Desk], *titles: str) -> None:
    """Wait until every store has exactly these items."""
    for each in desks:
        await until(partial(each.has, *titles))
