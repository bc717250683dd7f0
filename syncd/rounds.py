"""A round: pull, merge, push. One that dies at any point is repeated from the top, without harm.

It awaits nothing but its store, its hub and its pace: whoever drives it decides what happens
between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from localstore.exchange import Commit, HubPage, Name, PushedRow, Receipt
from localstore.rows.pushing import Offer
from localstore.rows.sync_place import SyncPlace
from localstore.store import Store
from syncd.hub import Asking, BatchRefused, Hub
from syncd.pacing import Pace

PUSHES = 4
"""How often a round offers what the hub had moved on from, each time after another pull."""


@dataclass(slots=True)
class Moved:
    """What was moved, in rows; `again` when something was left that another round would go on with;
    `head`: how far the store's own history was when it had everything."""

    pulled: int = 0
    merged: int = 0
    pushed: int = 0
    conflicts: int = 0
    repaired: int = 0
    refused: int = 0
    again: bool = False
    head: int = 0

    def add(self, later: "Moved") -> None:
        """Count one more round; what is refused is refused anew by each."""
        self.pulled += later.pulled
        self.merged += later.merged
        self.pushed += later.pushed
        self.conflicts += later.conflicts
        self.repaired += later.repaired
        self.refused, self.again, self.head = later.refused, later.again, later.head


Step = Callable[[int, int], None]
"""Told after each exchange: how many changes are done, and how many there are to be done."""


async def run_round(
    store: Store,
    hub: Hub,
    *,
    step: Step = lambda _done, _total: None,
    pace: Pace | None = None,
) -> Moved:
    """Bring the store and its project on the hub together, as far as both are known now.

    Raises:
        Whatever the hub's calls raise. What was exchanged until then is kept on both sides.
    """
    going = _Round(store, hub, step, pace or Pace())
    for _ in range(PUSHES):
        await _pull(going)
        going.moved.again = False
        await _push(going)
        if not going.moved.again:
            break
    return going.moved


async def pull_round(
    store: Store,
    hub: Hub,
    *,
    step: Step = lambda _done, _total: None,
    pace: Pace | None = None,
) -> Moved:
    """Take in all that the hub has of the store's project, and push nothing.

    Raises:
        Whatever the hub's calls raise. The pages that were taken in until then are kept.
    """
    going = _Round(store, hub, step, pace or Pace())
    await _pull(going)
    return going.moved


class _Answered(NamedTuple):
    """Rows that were pushed, and what the hub said to them."""

    rows: Sequence[PushedRow]
    receipt: Receipt


@dataclass(slots=True)
class _Round:
    """A round under way; `seen` is the hub's newest commit that its answers told of, `has_read` how
    far the store has read it."""

    store: Store
    hub: Hub
    step: Step
    pace: Pace
    moved: Moved = field(default_factory=Moved)
    project_id: str = ""
    seen: Commit | None = None
    has_read: int = 0

    async def look(self) -> SyncPlace:
        """Where the store stands now."""
        place = await self.store.sync_place()
        self.project_id, self.seen = place.project_id or "", place.seen
        self.has_read = place.cursor
        return place

    async def page(self, cursor: int) -> HubPage:
        """Ask the hub for what comes after `cursor`."""
        return await self.hub.pull(self._asking(), cursor, self.pace.pull_limit)

    async def take(self, page: HubPage) -> None:
        """Take a page in."""
        applied = await self.store.apply_page(page)
        self.moved.pulled += applied.taken + applied.merged
        self.moved.merged += applied.merged
        self.moved.conflicts += applied.conflicts
        self.step(page.cursor, page.head)
        self.pace.stepped(*applied.heads)

    async def offer(self, names: Sequence[Name]) -> Offer:
        """Read what to push of the first of `names`."""
        return await self.store.pushed_rows(names, self.pace.push_bytes)

    async def send(self, rows: Sequence[PushedRow]) -> list[_Answered]:
        """Push rows; those the hub cannot take at all are found by halving, and noted."""
        if not rows:
            return []
        try:
            receipt = await self.hub.push(self._asking(), rows)
        except BatchRefused as refusal:
            if len(rows) == 1:
                await self.store.refuse(rows[0], refusal.message)
                self.moved.refused += 1
                return []
            half = len(rows) // 2
            return [*await self.send(rows[:half]), *await self.send(rows[half:])]
        self.seen = receipt.commit or self.seen
        if self.has_read == receipt.previous_head:
            self.has_read = receipt.head
        return [_Answered(rows, receipt)]

    async def write_down(self, answers: Sequence[_Answered], *, repair: bool = False) -> list[Name]:
        """Write down what the hub said; return what it rejected."""
        rejected: list[Name] = []
        for rows, receipt in answers:
            told = await self.store.apply_receipt(rows, receipt, repair=repair)
            self.moved.pushed += told.accepted
            self.moved.repaired += told.repaired
            self.moved.again |= told.moved_on > 0 or told.repaired > 0
            rejected += told.rejected
            self.pace.stepped(*told.heads)
        return rejected

    def _asking(self) -> Asking:
        return Asking(self.project_id, self.store.replica_id, self.seen, self.has_read)


async def _pull(going: _Round) -> None:
    """Take in all there is; while one page is taken in, the next one is on its way."""
    place = await going.look()
    page = await going.page(place.cursor)
    if page.cursor == place.cursor and page.seen == place.seen:
        return
    while page.cursor < page.head:
        going.seen = page.seen or going.seen
        async with going.pace.alongside(going.page(page.cursor)) as coming:
            await going.take(page)
            page = await coming
        await going.pace.rest()
    await going.take(page)


async def _push(going: _Round) -> None:
    """Offer every dirty row; while the hub looks at some of them, what it said to those before is
    written down, and those after are read. What was rejected is then undone, row by row."""
    names = await going.store.dirty_names()
    if not names:
        return
    await going.look()
    answers: list[_Answered] = []
    rejected: list[Name] = []
    offer, done = await going.offer(names), 0
    while offer.looked_at:
        done += offer.looked_at
        async with (
            going.pace.alongside(going.offer(names[done:])) as reading,
            going.pace.alongside(going.write_down(answers)) as writing,
        ):
            answers = await going.send(offer.rows)
            rejected += await writing
            offer = await reading
        going.step(done, len(names))
        if offer.looked_at:
            await going.pace.rest()
    rejected += await going.write_down(answers)
    while rejected:
        offer = await going.offer(rejected)
        rejected = rejected[offer.looked_at :]
        await going.write_down(await going.send(offer.rows), repair=True)
