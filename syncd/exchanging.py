"""One attempt: to the hub, and round after round until both sides have everything."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from localstore.store import Store
from localstore.values import text_of
from syncd.hub import Asking, HubWentBack, UnknownProject
from syncd.linking import HubAddress, Link, Linked
from syncd.pacing import Pace
from syncd.rounds import Moved, Step, run_round
from syncd.standing import NotJoined

_BEGINNINGS = 3
"""How often one attempt begins anew with a hub that lost something, before it counts as failed."""
_ROUNDS = 100
"""How many rounds one attempt has, so that it ends however busily others write."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A store, its link, how to have a turn while other processes sync the same store, where to
    tell what a person should know, and whom to tell how far it is."""

    store: Store
    linked: Linked
    turn: Callable[[], AbstractAsyncContextManager[None]]
    tell: Callable[[str], None]
    step: Step = lambda _done, _total: None
    pace: Pace = field(default_factory=Pace)

    async def attempt(self, address: HubAddress) -> Moved:
        """Exchange until both sides have everything. A hub that was restored or replaced is filled
        again from here; that is told.

        Raises: SyncError: it did not come to that. Busy, Unavailable: the store. What was exchanged
            until then stays.
        """
        async with self.turn():
            for left in reversed(range(_BEGINNINGS)):
                place = await self.store.sync_place()
                project_id = place.project_id
                if project_id is None:
                    raise NotJoined
                asking = Asking(project_id, self.store.replica_id, place.seen, place.cursor)
                try:
                    link = await self.linked.to(address, asking)
                    return await self._rounds(link, project_id)
                except HubWentBack:
                    if not left:
                        raise
                    await self._forget(address, "is at an earlier state; all is compared anew")
                except UnknownProject:
                    if not left:
                        raise
                    await self._open_again(address, project_id)
            raise AssertionError("the last beginning returns or raises")

    async def _forget(self, address: HubAddress, why: str) -> None:
        await self.store.forget_hub()
        self.tell(f"the hub {address.name} {why}")

    async def _open_again(self, address: HubAddress, known: str) -> None:
        """Make the project anew on a hub that has lost it, and forget what that hub once had."""
        name = text_of(await self.store.status(shown=1), "project")
        project_id = await self.linked.open_project(known, name)
        if project_id != known:
            await self.store.join(project_id)
        await self._forget(address, f"had lost the project {name}; it is filled again from here")

    async def _rounds(self, link: Link, project_id: str) -> Moved:
        """Round after round, while they move anything or somebody goes on writing here."""
        moved = Moved()
        for _ in range(_ROUNDS):
            before = await self.store.head()
            done = await run_round(self.store, link, step=self.step, pace=self.pace)
            moved.add(done)
            moved.head = await self.store.head()
            # A merge may have made a conflict, which names machines: as they are called now.
            if done.pulled and (done.merged or await self.store.unnamed_replicas()):
                await self.store.note_replicas(await link.replica_names(project_id))
            unmoved = moved.head == before and not done.again
            if unmoved or not await self.store.dirty_names():
                return moved
        moved.head = before  # what was written since is still to be sent
        return moved
