"""A round: pull, merge, push. One that dies at any point is repeated from the top, without harm.

It awaits nothing but its store and its hub: whoever drives it decides what happens between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from localstore.exchange import Name, PushedRow, Receipt
from localstore.rows.receipts import Acknowledged
from localstore.store import Store
from syncd.hub import Asking, BatchRefused, Hub

PULL_LIMIT = 500
"""How many history entries a page brings, about: what a write to the store waits for at worst."""
PUSH_BYTES = 400_000
"""About how much one push carries."""
PUSHES = 4
"""How often a round offers what the hub had moved on from, each time after another pull."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did; `again` when it left something that another one would go on with."""

    pulled: int = 0
    merged: int = 0
    pushed: int = 0
    conflicts: int = 0
    repaired: int = 0
    refused: int = 0
    again: bool = False


Step = Callable[[int, int], None]
"""Told after each exchange: how many changes are done, and how many there are to be done."""


async def run_round(store: Store, hub: Hub, *, step: Step = lambda _done, _total: None) -> Round:
    """Bring the store and its project on the hub together, as far as both are known now.

    Raises:
        Whatever the hub's calls raise. What was exchanged until then is kept on both sides.
    """
    done = Round()
    for _ in range(PUSHES):
        done = await _pull(store, hub, done, step)
        done = await _push(store, hub, replace(done, again=False), step)
        if not done.again:
            break
    return done


async def _pull(store: Store, hub: Hub, done: Round, step: Step) -> Round:
    while True:
        place = await store.sync_place()
        asking = Asking(place.project_id or "", store.replica_id, place.seen)
        page = await hub.pull(asking, place.cursor, PULL_LIMIT)
        if page.cursor != place.cursor or page.seen != place.seen:
            applied = await store.apply_page(page)
            done = replace(
                done,
                pulled=done.pulled + applied.taken + applied.merged,
                merged=done.merged + applied.merged,
                conflicts=done.conflicts + applied.conflicts,
            )
            step(page.cursor, page.head)
        if page.cursor >= page.head:
            return done


async def _push(store: Store, hub: Hub, done: Round, step: Step) -> Round:
    names = await store.dirty_names()
    rejected: list[Name] = []
    pushed = 0
    while pushed < len(names):
        offer = await store.pushed_rows(names[pushed:], PUSH_BYTES)
        pushed += offer.looked_at
        done, told = await _offer(store, hub, done, offer.rows)
        rejected += told
        step(pushed, len(names))
    while rejected:
        offer = await store.pushed_rows(rejected, PUSH_BYTES)
        rejected = rejected[offer.looked_at :]
        done, _ = await _offer(store, hub, done, offer.rows, repair=True)
    return done


async def _offer(
    store: Store, hub: Hub, done: Round, rows: Sequence[PushedRow], *, repair: bool = False
) -> tuple[Round, Sequence[Name]]:
    """Push rows; those the hub cannot take at all are found by halving, and noted."""
    if not rows:
        return done, []
    place = await store.sync_place()
    asking = Asking(place.project_id or "", store.replica_id, place.seen)
    try:
        receipt: Receipt = await hub.push(asking, rows)
    except BatchRefused as refusal:
        if len(rows) == 1:
            await store.refuse(rows[0], refusal.message)
            return replace(done, refused=done.refused + 1), []
        half = len(rows) // 2
        done, first = await _offer(store, hub, done, rows[:half], repair=repair)
        done, second = await _offer(store, hub, done, rows[half:], repair=repair)
        return done, [*first, *second]
    told: Acknowledged = await store.apply_receipt(rows, receipt, repair=repair)
    return replace(
        done,
        pushed=done.pushed + told.accepted,
        repaired=done.repaired + told.repaired,
        again=done.again or told.moved_on > 0 or told.repaired > 0,
    ), told.rejected
