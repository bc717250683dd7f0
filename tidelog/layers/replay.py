"""Bringing the journal into the store on the way to a call, without making that wait long."""

import asyncio
from collections.abc import Callable

from localstore.errors import Busy, TidelogError, Unavailable
from localstore.store import Store
from tidelog.journal import Journal
from tidelog.replaying import bring_in, tell

AGAIN_SECONDS = 5.0
"""How long after it could not be brought in the next call tries again."""
PATIENCE_SECONDS = 1.5
"""How long the call that tries waits; others do not."""


class Replay:
    """Tries to bring one journal into its store, one attempt at a time."""

    def __init__(self, journal: Journal, monotonic: Callable[[], float]) -> None:
        self._journal = journal
        self._monotonic = monotonic
        self._attempt: asyncio.Task[None] | None = None
        self._failure: TidelogError | None = None
        self._failed_at = 0.0

    async def tried(self, store: Store) -> TidelogError | None:
        """Why the journal is not in the store; None when it is."""
        if self._attempt is not None and not self._attempt.done():
            patience = 0.0
        elif self._failure is not None and self._monotonic() - self._failed_at < AGAIN_SECONDS:
            return self._failure
        else:
            patience = PATIENCE_SECONDS
            self._attempt = asyncio.create_task(self._try(store))
        done, _ = await asyncio.wait([self._attempt], timeout=patience)
        if done:
            return self._failure
        return self._failure or Unavailable("the journal is being brought into the store", hint="")

    async def close(self) -> None:
        """Finish what is under way."""
        if self._attempt is not None:
            await asyncio.wait([self._attempt])

    async def _try(self, store: Store) -> None:
        try:
            tell(await bring_in(store, self._journal, with_left=False))
        except (Busy, Unavailable) as failure:
            self._failure, self._failed_at = failure, self._monotonic()
        else:
            self._failure = None
