"""Calls that the journal answers for: writes that the store cannot take, and reads while they
wait."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from localstore.errors import Busy, TidelogError, Unavailable
from localstore.store import Store
from localstore.values import Row, rows_of
from tidelog.discovery import Place
from tidelog.journal import HeldJournal, Journal
from tidelog.journal_note import note_changes
from tidelog.layers.standing_in import StandIn, StandIns
from tidelog.layers.telling import from_where, repair, told_of
from tidelog.views.lines import count

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
"""How long a call waits for others that write to the journal."""

logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody brought the journal into the store while this call waited for it."""


class JournalLayer:
    """The journal of one place, and the store that stands in for the project's own with it."""

    def __init__(
        self, place: Place, journal: Journal, standing: StandIns, clock: Callable[[], datetime]
    ) -> None:
        self._place = place
        self._journal = journal
        self._standing = standing
        self._clock = clock
        self._turn = asyncio.Lock()
        self._writing: set[asyncio.Task[tuple[Row, Row]]] = set()

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._journal.is_empty()

    async def read(
        self, call: Callable[[Store], Awaitable[T]], failure: TidelogError
    ) -> tuple[T, Row]:
        """What `call` returns of the best copy with all that waits, and where that is from.
        `failure` is why the store does not answer for it.

        Raises: what `call` raises, with the same said in its details. NotNow: a copy is being made.
            Unavailable: no layer has anything. Overtaken: nothing waits any more.
        """
        async with self._turn:
            found = self._journal.found()
            if not found.lines:
                raise Overtaken
            waiting = count(found.changes, "change")
            one = found.changes == 1
            verb, shown = ("waits", "is shown") if one else ("wait", "are shown")
            reasons: Row = {"local": failure.message}
            async for stand_in in self._standing.in_turn(found.lines, reasons):
                told = self._told(
                    stand_in,
                    f"{failure.message}; this is from {{where}}; {waiting} {verb} in the journal "
                    f"and {shown} here; {{helps}}",
                    failure,
                )
                try:
                    return await call(stand_in.store), told
                except (Busy, Unavailable) as lacking:
                    reasons[stand_in.source.name] = lacking.message
                except TidelogError as refusal:
                    refusal.details = refusal.details | told
                    raise
            raise Unavailable(failure.message, hint=failure.hint, details={"layers": reasons})

    async def write(
        self, call: Callable[[Store], Awaitable[Row]], failure: TidelogError, *, waits: bool
    ) -> tuple[Row, Row]:
        """What `call` returns of a stand-in, once what it wrote is in the journal. `waits` says
        that the journal was not empty before.

        Raises: what `call` raises, Busy, NotNow, Unavailable: nothing was written. Overtaken: the
            journal is in the store by now; nothing was written either.
        """
        # The caller may leave; what is under way is finished, as a commit would be.
        task = asyncio.create_task(self._write(call, failure, waits=waits))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Finish what is under way."""
        if self._writing:
            await asyncio.wait(self._writing)
        await self._standing.close()

    async def _write(
        self, call: Callable[[Store], Awaitable[Row]], failure: TidelogError, *, waits: bool
    ) -> tuple[Row, Row]:
        async with self._turn:
            await self._prepare()
            async with self._journal.held(PATIENCE_SECONDS) as held:
                lines = held.found().lines
                if waits and not lines:
                    raise Overtaken
                reasons: Row = {"local": failure.message}
                async for stand_in in self._standing.in_turn(lines, reasons):
                    try:
                        row, told = await self._called(call, stand_in, failure)
                    except (Busy, Unavailable) as lacking:
                        reasons[stand_in.source.name] = lacking.message
                    else:
                        return row, await self._kept(told, stand_in, held, failure)
                raise Unavailable(failure.message, hint=failure.hint, details={"layers": reasons})

    async def _prepare(self) -> None:
        """Have a stand-in made before others are kept from the journal: that may take long."""
        with suppress(TidelogError):
            async for _ in self._standing.in_turn(self._journal.found().lines, {}):
                return

    async def _called(
        self, call: Callable[[Store], Awaitable[Row]], stand_in: StandIn, failure: TidelogError
    ) -> tuple[Row, Row]:
        """What `call` returns of a stand-in, and what it told that."""
        before = await stand_in.store.head()
        try:
            row = await call(stand_in.store)
            return row, await stand_in.store.told_after(before, sourced=stand_in.sourced)
        except BaseException as refusal:
            if await stand_in.store.head() != before:
                await self._standing.drop()
            if isinstance(refusal, TidelogError):
                warning = f"{failure.message}; this is from {{where}}; {{helps}}"
                refusal.details = refusal.details | self._told(stand_in, warning, failure)
            raise

    async def _kept(
        self, told: Row, stand_in: StandIn, held: HeldJournal, failure: TidelogError
    ) -> Row:
        """Put what a stand-in was told into the journal; return what the answer says of it."""
        if not rows_of(told, "changes"):
            warning = f"{failure.message}; this is from {{where}}; {{helps}}"
            return self._told(stand_in, warning, failure)
        try:
            stand_in.lines.append(await asyncio.to_thread(held.append, told))
        except BaseException:
            await self._standing.drop()  # it holds what is not on the disk
            raise
        await asyncio.to_thread(self._note, told)
        warning = (
            f"{failure.message}; this is in the journal, checked against {{where}}, and comes "
            "into the store by itself when that is back; {helps}"
        )
        return self._told(stand_in, warning, failure, name="journal")

    def _told(
        self, stand_in: StandIn, warning: str, failure: TidelogError, *, name: str = ""
    ) -> Row:
        source, copy = stand_in.source, stand_in.copy
        where = from_where(source, copy, self._clock())
        helps = repair(self._place, source, failure)
        worded = warning.replace("{where}", where).replace("{helps}", helps)
        return told_of(source, copy, worded, name=name)

    def _note(self, told: Row) -> None:
        try:
            note_changes(self._place.home, told)
        except OSError as failure:
            logger.warning("the journal's note for people: %s", failure.strerror)
