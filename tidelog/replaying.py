"""Bringing the journal into the store: when a command opens it, and again and again in a daemon."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from localstore.connection import translated
from localstore.errors import InvalidArguments, TidelogError
from localstore.rows.taking_in import TakenIn
from localstore.store import Store
from tidelog.journal import Journal, journal_of
from tidelog.journal_lines import Line
from tidelog.journal_note import forget_note
from tidelog.opening import Setting
from tidelog.screen import note
from tidelog.views.lines import count

PATIENCE_SECONDS = 1.0
"""How long to wait for a store that somebody else writes to, and for a journal."""
AGAIN_SECONDS = 5.0
"""How often a daemon looks whether something waits."""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What came into the store, what it met with, and how many lines could not be taken, of which
    that was not known before."""

    changes: int = 0
    conflicts: int = 0
    left: int = 0
    damaged: int = 0


async def bring_in(store: Store, journal: Journal, *, with_left: bool = True) -> BroughtIn:
    """Take all that waits into the store, each line in a transaction of its own, then set the
    journal aside. Interrupted anywhere and done again it comes to the same.

    `with_left`: try again what could not be taken before.

    Raises:
        Busy, Unavailable: the store cannot take it now; what it has is known by its ids.
    """
    if journal.is_empty() and not (with_left and journal.left().lines):
        return BroughtIn()
    await asyncio.to_thread(_expect_writable, store.path)
    left: list[Line] = []
    changes = conflicts = 0
    async with journal.held(PATIENCE_SECONDS) as held:
        found = held.found(left=with_left)
        for line in found.lines:
            outcome = await _taken(store, line)
            if outcome is None:
                left.append(line)
            else:
                changes += outcome.changes
                conflicts += outcome.conflicts
        known = {line.text for line in journal.left().lines}
        held.set_aside(left, with_left=with_left)
        forget_note(journal.home)
    fresh = [line for line in left if line.text not in known]
    return BroughtIn(changes, conflicts, len(fresh), found.damaged)


async def _taken(store: Store, line: Line) -> TakenIn | None:
    """What came of a line; None when this version cannot take it."""
    try:
        return await store.take_in(line.told) if line.is_known else None
    except InvalidArguments:
        return None


async def bring_in_and_tell(store: Store, setting: Setting) -> None:
    """As `bring_in`, on the way to something else: what came of it is told, and stops nothing."""
    try:
        tell(await bring_in(store, journal_of(setting.place)))
    except TidelogError as failure:
        note(f"what waits in the journal is not in the store yet: {failure.message}")


async def bring_in_for_ever(store: Store, setting: Setting) -> None:
    """Bring in what there is every few seconds, until cancelled; what keeps it out is told once."""
    journal, told = journal_of(setting.place), ""
    while True:
        await asyncio.sleep(AGAIN_SECONDS)
        try:
            if not journal.is_empty():
                tell(await bring_in(store, journal, with_left=False))
            told = ""
        except TidelogError as failure:
            if failure.message != told:
                note(f"what waits in the journal is not in the store yet: {failure.message}")
            told = failure.message


def tell(brought: BroughtIn, say: Callable[[str], None] = note) -> None:
    """Say what came into the store, in a line; nothing when nothing did."""
    verb = "is" if brought.changes == 1 else "are"
    lines = []
    if brought.changes:
        lines.append(f"{count(brought.changes, 'change')} from the journal {verb} in the store now")
    if brought.conflicts:
        met = count(brought.conflicts, "conflict")
        lines.append(f"{met} came of it: `tidelog conflicts` shows what needs a decision")
    if brought.left or brought.damaged:
        kept = count(brought.left + brought.damaged, "line")
        lines.append(f"{kept} of the journal could not be read: `tidelog doctor` says more")
    if lines:
        say("; ".join(lines))


def _expect_writable(path: Path) -> None:
    """Make sure that nobody keeps the store locked, without making anybody wait for the journal.

    Raises: Busy, Unavailable.
    """
    try:
        uri = f"{path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)
        with closing(connection):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as failure:
        raise translated(failure, PATIENCE_SECONDS) from failure
