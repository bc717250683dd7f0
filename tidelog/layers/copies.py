"""A lower layer: a store made of what it holds, brought up to date when it is asked, in bounded
time."""

import asyncio
import logging
from dataclasses import dataclass
from typing import ClassVar, Protocol

from localstore.errors import TidelogError, Unavailable
from localstore.store import Store
from tidelog.layers.rooms import Rooms

logger = logging.getLogger(__name__)


class NotNow(TidelogError):
    """No layer can answer at this moment; one may in a while."""

    code: ClassVar[str] = "busy"
    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Copy:
    """A store that stands in for the real one: how new what it holds is (UTC, to the second), and
    of a snapshot the commit."""

    store: Store
    as_of: str
    commit: str = ""


class Latest:
    """The newest copy of a source, and the one before, which may still be answering somebody."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._before: Copy | None = None
        self.copy: Copy | None = None

    async def put(self, copy: Copy) -> Copy:
        """Keep a newer one; what was before the one until now goes."""
        before, self._before, self.copy = self._before, self.copy, copy
        if before is not None:
            await self._rooms.discard(before.store)
        return copy


class Source(Protocol):
    """What copies are made of: a hub, a repository, a folder of files."""

    name: str
    """As `source` in an answer."""
    title: str
    """As people call it."""

    async def refresh(self) -> Copy:
        """A copy of what there is now; the one before when nothing has changed.

        Raises: TidelogError: there is none to be had; its message says why.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held; the copies are the rooms'."""
        ...


class Layer:
    """A source, asked by one at a time, with a limit to how long anybody waits for it."""

    def __init__(self, source: Source, patience_seconds: float | None) -> None:
        self.source = source
        self._patience_seconds = patience_seconds
        self._refreshing: asyncio.Task[Copy | TidelogError] | None = None
        self._copy: Copy | None = None

    async def copy(self) -> Copy:
        """The layer's copy as it is now. One that takes longer is made in the background; until it
        is there the copy before, or none, answers.

        Raises:
            NotNow: there is none yet. TidelogError: there is none to be had; the message says why.
        """
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())
        done, _ = await asyncio.wait([self._refreshing], timeout=self._patience_seconds)
        if not done:
            if self._copy is not None:
                return self._copy
            raise NotNow(
                f"the store is being rebuilt from {self.source.title}",
                hint="that takes a while for a large project; ask again in some seconds",
            )
        outcome = self._refreshing.result()
        if isinstance(outcome, TidelogError):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Stop what is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait([self._refreshing])
        await self.source.close()

    async def _refresh(self) -> Copy | TidelogError:
        try:
            self._copy = await self.source.refresh()
        except TidelogError as refusal:
            self._copy = None
            return refusal
        except OSError as failure:
            self._copy = None
            return Unavailable(str(failure.strerror or failure))
        except Exception:
            # A damaged repository or file may fail in any way; the layer below is still to be had.
            logger.exception("%s cannot be read", self.source.title)
            self._copy = None
            return Unavailable("it is damaged; the log on stderr says where")
        return self._copy
