"""The layers in their order: the store; else the hub, git, the files. Reads are answered by the
first that can, and say which one that was; writes that the store cannot take go to the journal."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from localstore.errors import Busy, TidelogError, Unavailable
from localstore.store import Store
from localstore.values import Row
from tidelog.discovery import Place
from tidelog.layers.copies import Layer, NotNow
from tidelog.layers.journalling import JournalLayer, Overtaken
from tidelog.layers.local import LocalStore
from tidelog.layers.replay import Replay
from tidelog.layers.rooms import Rooms
from tidelog.layers.telling import from_where, repair, told_of

T = TypeVar("T")
Clock = Callable[[], datetime]


class LowerLayers:
    """What answers when the store cannot."""

    def __init__(
        self,
        place: Place,
        layers: Sequence[Layer],
        rooms: Rooms,
        *,
        clock: Clock,
    ) -> None:
        self._place = place
        self._layers = layers
        self._rooms = rooms
        self._clock = clock

    async def read(
        self, call: Callable[[Store], Awaitable[T]], failure: Busy | Unavailable
    ) -> tuple[T, Row]:
        """What `call` returns of the first copy that can be had, and where that is from, as
        `mcp_server.layers.Layers.read` says. `failure` is what kept the store from answering.

        Raises: what `call` raises, with the same said in its details. NotNow: a copy is being made.
            Unavailable, NotNow: no layer has anything; each is named with the reason.
        """
        reasons: Row = {"local": failure.message}
        for layer in self._layers:
            source = layer.source
            try:
                copy = await layer.copy()
            except NotNow:
                raise
            except TidelogError as lacking:
                reasons[source.name] = lacking.message
                continue
            where = from_where(source, copy, self._clock())
            helps = repair(self._place, source, failure)
            told = told_of(source, copy, f"{failure.message}; this is from {where}; {helps}")
            try:
                return await call(copy.store), told
            except (Busy, Unavailable) as lacking:
                reasons[source.name] = lacking.message
            except TidelogError as refusal:
                refusal.details = refusal.details | told
                raise
        raise _nobody(failure, reasons)

    async def close(self) -> None:
        """Remove what was made."""
        for layer in self._layers:
            await layer.close()
        await self._rooms.close()


class Chain:
    """The store, and below it what stands in for it; `mcp_server.layers.Layers` for a server."""

    def __init__(
        self, local: LocalStore, lower: LowerLayers, journalled: JournalLayer, replay: Replay
    ) -> None:
        self._local = local
        self._lower = lower
        self._journalled = journalled
        self._replay = replay

    async def read(self, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
        """What `call` returns of the best store there is, and where that is from."""
        behind = None if self._journalled.is_empty() else await self._behind()
        if behind is not None:
            try:
                return await self._journalled.read(call, behind)
            except Overtaken:
                pass  # nothing waits any more: what follows has it all
            except (Busy, Unavailable, NotNow) as lacking:
                return await self._without_journal(call, lacking)
        try:
            return await call(self._local.ready() or await self._local.store()), {}
        except (Busy, Unavailable) as failure:
            self._local.note(failure)
            return await self._below(call, failure)
        except TidelogError:
            raise
        except Exception:
            # What no code expects of a row may be a row that nobody wrote.
            damage = await self._local.look_again()
            if damage is None:
                raise
            return await self._below(call, damage)

    async def _below(
        self, call: Callable[[Store], Awaitable[T]], failure: Busy | Unavailable
    ) -> tuple[T, Row]:
        """The answer of a lower layer; where none has any, of the damaged store, as far as it can
        still be read."""
        try:
            return await self._lower.read(call, failure)
        except (NotNow, Busy, Unavailable):
            store = self._local.damaged()
            if store is None:
                raise
            told: Row = {
                "source": "local",
                "warning": f"{failure.message}; nothing else answers, so this is from it all the "
                "same and may be wrong; `tidelog doctor` tells more",
            }
            return await call(store), told

    async def write(self, call: Callable[[Store], Awaitable[Row]]) -> tuple[Row, Row]:
        """What `call` returns of the store, or of what stands in for it together with the
        journal."""
        try:
            return await self._write(call, again=False)
        except Overtaken:
            return await self._write(call, again=True)

    async def close(self) -> None:
        """Close the store and remove what stood in for it."""
        await self._journalled.close()
        await self._replay.close()
        await self._local.close()
        await self._lower.close()

    async def _write(
        self, call: Callable[[Store], Awaitable[Row]], *, again: bool
    ) -> tuple[Row, Row]:
        failure = None if self._journalled.is_empty() else await self._behind()
        waits = failure is not None
        if failure is None:
            try:
                return await call(self._local.ready() or await self._local.store()), {}
            except (Busy, Unavailable) as lost:
                self._local.note(lost)
                failure = lost
        if not self._local.has_folder():
            raise failure
        return await self._journalled.write(call, failure, waits=waits and not again)

    async def _behind(self) -> TidelogError | None:
        """Why what waits in the journal is not in the store; None when it is there now."""
        try:
            store = self._local.ready() or await self._local.store()
        except (Busy, Unavailable) as failure:
            return failure
        return await self._replay.tried(store)

    async def _without_journal(
        self, call: Callable[[Store], Awaitable[T]], lacking: TidelogError
    ) -> tuple[T, Row]:
        """The store as it is, where no copy can be had that shows what waits too."""
        try:
            answer = await call(self._local.ready() or await self._local.store())
        except (Busy, Unavailable) as lost:
            self._local.note(lost)
            raise lacking from None
        warning = f"what waits in the journal is not shown: {lacking.message}"
        return answer, {"source": "local", "warning": warning}


def _nobody(failure: Busy | Unavailable, reasons: Row) -> TidelogError:
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if name != "local")
    message = f"{failure.message}; and nothing else answers ({told})"
    kind = NotNow if failure.retryable else Unavailable
    return kind(message, hint=failure.hint, details={"layers": reasons})
