"""The layers in their order: the store; else the hub, git, the files. Reads are answered by the
first that can, and say which one that was."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from localstore.errors import Busy, TidelogError, Unavailable
from localstore.store import Store
from localstore.values import Row, parse_moment
from tidelog.discovery import Place
from tidelog.layers.copies import Copy, Layer, NotNow, Source
from tidelog.layers.local import LocalStore
from tidelog.layers.rooms import Rooms

T = TypeVar("T")
Clock = Callable[[], datetime]


class LowerLayers:
    """What answers when the store cannot."""

    def __init__(
        self,
        place: Place,
        sources: Sequence[Source],
        rooms: Rooms,
        *,
        clock: Clock,
        patience_seconds: float | None,
    ) -> None:
        """`patience_seconds`: how long one call waits for one layer; None: as long as it takes."""
        self._place = place
        self._layers = [Layer(source, patience_seconds) for source in sources]
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
            told = self._told(source, copy, failure)
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

    def _told(self, source: Source, copy: Copy, failure: Busy | Unavailable) -> Row:
        moment = f" as of {copy.as_of}, {_age(copy.as_of, self._clock())}" if copy.as_of else ""
        at = f" (commit {copy.commit[:10]})" if copy.commit else ""
        warning = (
            f"{failure.message}; this is from {source.title}{at}{moment}; "
            f"{self._repair(source, failure)}"
        )
        told: Row = {"source": source.name, "warning": warning}
        if copy.as_of:
            told["as_of"] = copy.as_of
        return told | ({"commit": copy.commit} if copy.commit else {})

    def _repair(self, source: Source, failure: Busy | Unavailable) -> str:
        if isinstance(failure, Busy):
            return "the store answers again when it is free, and `tidelog doctor` looks at it"
        if failure.hint and "tidelog doctor" not in failure.hint and self._place.store.exists():
            return failure.hint
        if source.name == "markdown":
            return "`tidelog restore --from markdown` rebuilds the store from them"
        if self._place.snapshots.is_dir():
            return "`tidelog restore` rebuilds the store from its snapshots"
        return "`tidelog init --hub DSN --project NAME` fetches the store anew"


class Chain:
    """The store, and below it what stands in for it; `mcp_server.layers.Layers` for a server."""

    def __init__(self, local: LocalStore, lower: LowerLayers) -> None:
        self._local = local
        self._lower = lower

    async def read(self, call: Callable[[Store], Awaitable[T]]) -> tuple[T, Row]:
        """What `call` returns of the best store there is, and where that is from."""
        try:
            return await call(self._local.ready() or await self._local.store()), {}
        except (Busy, Unavailable) as failure:
            self._local.note(failure)
            return await self._lower.read(call, failure)

    async def write(self, call: Callable[[Store], Awaitable[Row]]) -> Row:
        """What `call` returns of the store."""
        return await call(self._local.ready() or await self._local.store())

    async def close(self) -> None:
        """Close the store and remove what stood in for it."""
        await self._local.close()
        await self._lower.close()


def _age(as_of: str, now: datetime) -> str:
    seconds = max(0, int((now - parse_moment(as_of)).total_seconds()))
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} old"
    return f"{seconds} s old"


def _nobody(failure: Busy | Unavailable, reasons: Row) -> TidelogError:
    told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if name != "local")
    message = f"{failure.message}; and nothing else answers ({told})"
    kind = NotNow if failure.retryable else Unavailable
    return kind(message, hint=failure.hint, details={"layers": reasons})
