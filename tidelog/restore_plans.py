"""What every restore has in common: a store is built, and put in place with what it lacked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from localstore.store import Store
from localstore.values import Row
from tidelog.bringing_in import BringingIn, Brought
from tidelog.discovery import Place
from tidelog.in_place import Build, put_in_place
from tidelog.naming import note_name
from tidelog.opening import Setting
from tidelog.wiring import open_store


async def nothing_more(_store: Store) -> None:
    """What follows a restore of which nothing else has to know."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A store to be had from one source.

    `title` is what people call the source; `told` is what programs are told of it; `unread` are
    lines about what of it could not be read. `build` makes the store; `follow` lets the snapshots
    go on from there, once it is in place. `goes_back`: an earlier moment was asked for, so that
    what came later is not wanted.
    """

    source: str
    title: str
    build: Build
    follow: Callable[[Store], Awaitable[None]] = nothing_more
    told: Row = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    goes_back: bool = False

    @property
    def is_of_its_past(self) -> bool:
        """Whether all it gives was in the store earlier; what others did since is not among it."""
        return self.source != "hub"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a plan: how many rows and changes its source gave, and the folder that the store
    is in which was there before, None when there was none; and what that one had more than that."""

    rows: int
    changes: int
    aside: Path | None
    brought: Brought


async def carry_out(plan: Plan, setting: Setting) -> Restored:
    """Build the store of a plan and put it in place; unless the plan goes back, with what only the
    old store has.

    Raises:
        TidelogError: it cannot be built, or put there; the old store is as it was.
    """
    size = 0, 0

    async def build(fresh: Place) -> None:
        nonlocal size
        await plan.build(fresh)
        async with await open_store(fresh, setting.settings.values) as store:
            size = await store.size()

    bringing = BringingIn(setting, of_its_past=plan.is_of_its_past)
    aside = await put_in_place(build, setting, None if plan.goes_back else bringing.bring)
    async with await open_store(setting.place, setting.settings.values) as store:
        await note_name(store, setting.place)
        await plan.follow(store)
    return Restored(*size, aside, bringing.brought)
