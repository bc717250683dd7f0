"""What the daemon and the doctor do about backups: one a day, and a word where there is none."""

import asyncio
from datetime import timedelta

from localstore.backups import backups_of, outline
from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row, parse_moment, text_of
from tidelog.opening import Setting
from tidelog.screen import note
from tidelog.snapshot_checks import REPAIR, told
from tidelog.turns import is_kept
from tidelog.views.lines import age, count
from tidelog.wiring import now

_DAY = timedelta(days=1)
_HOUR_SECONDS = 3_600
_PATIENCE = timedelta(hours=2)
"""How old a store may be before its daemon must have made a backup: it looks each hour."""


async def back_up_daily(store: Store, setting: Setting) -> None:
    """Make a backup when the newest one is a day old, however often a daemon begins; until
    cancelled. Nothing is copied while nothing changes.

    What is in the way is told on standard error, once, and tried again each hour.
    """
    keep = setting.settings.values.backups
    problem = ""
    while keep:
        if await asyncio.to_thread(_is_due, setting):
            try:
                await store.back_up(keep=keep)
                problem = ""
            except TidelogError as error:
                if error.message != problem:
                    note(f"{error.message}; {error.hint}")
                problem = error.message
        await asyncio.sleep(_HOUR_SECONDS)
    await asyncio.Event().wait()


def _is_due(setting: Setting) -> bool:
    """Whether no backup was made within a day; one that a wrong clock dated ahead is none."""
    moment = now()
    made = [each.made_at for each in backups_of(setting.place.store) if each.reason == "daily"]
    return not any(moment - _DAY < each <= moment for each in made)


async def backup_check(store: Store, setting: Setting) -> Row:
    """How many backups there are, and how old the newest is; a daemon that makes none fails."""
    found = await asyncio.to_thread(backups_of, setting.place.store)
    off = "" if setting.settings.values.backups else "; turned off (backups = 0)"
    if found:
        newest = await asyncio.to_thread(outline, found[0])
        if text_of(newest, "damaged"):
            problem = f"the newest, {found[0].name}, cannot be read: {text_of(newest, 'damaged')}"
            return told("backups", False, problem, REPAIR)
        made = f"the newest {age(text_of(newest, 'made_at'), now())}, verified when it was made"
        return told("backups", True, f"{count(len(found), 'backup')}, {made}{off}")
    if off or not is_kept(setting.place.home) or not await _is_old(store):
        return told("backups", True, f"none{off or '; the daemon makes one a day'}")
    return told(
        "backups",
        False,
        "none, though a daemon is at work",
        "see that there is room on the disk; `tidelog sync`, begun anew, says what is in the way",
    )


async def _is_old(store: Store) -> bool:
    """Whether the store has held work for longer than a daemon takes to copy it.

    Its first change is the same in every store, and dated to a day before them all.
    """
    _, *worked = [state.entry for state in await store.states_after(0, 2)]
    return any(now() - parse_moment(text_of(each, "changed_at")) > _PATIENCE for each in worked)
