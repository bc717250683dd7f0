"""`tidelog doctor --repair`: all that can be repaired without losing anything."""

import asyncio
import shutil

from localstore.backups import backups_of, outline
from localstore.errors import Busy, FromNewer, TidelogError
from localstore.replacing import copy_store
from localstore.store import Store
from localstore.values import Row, Value, text_of
from tidelog.discovery import Place
from tidelog.in_place import folder_aside, given_up
from tidelog.journal import journal_of
from tidelog.keeping import edit_lines, take_snapshot
from tidelog.opening import Setting, require_store
from tidelog.permissions import close_to_others
from tidelog.replaying import bring_in, tell
from tidelog.restore_plans import carry_out
from tidelog.screen import note
from tidelog.snapshot_checks import snapshot_checks
from tidelog.sources import Choice, choices
from tidelog.views.lines import count
from tidelog.wiring import now, open_store


async def repair(setting: Setting) -> list[Row]:
    """Repair what can be repaired without losing anything, from the store outwards.

    Returns what was done, in order, each as {repair, done} and what programs may want beside it;
    nothing when nothing was to be done. What is left, the checks of the doctor tell.

    Raises:
        Busy: somebody else has the store; nothing was changed. Unavailable: the folder cannot be
            written, or a file is somebody else's.
    """
    place = setting.place
    if not place.home.is_dir():
        return []
    await _expect_free(setting)
    done = _permissions(place) + _leftovers(place)
    done += await _store(setting)
    done += await asyncio.to_thread(_backups, place)
    done += await _journal(setting)
    return done + await _files(setting)


def _done(what: str, told: str, **more: Value) -> Row:
    return {"repair": what, "done": told, **more}


async def _expect_free(setting: Setting) -> None:
    """Wait for the write lock, as a write does. Raises: Busy."""
    try:
        require_store(setting)
        async with await open_store(setting.place, setting.settings.values) as store:
            await store.expect_free()
    except Busy:
        raise
    except TidelogError:
        return  # nobody can have the lock of what is no store


def _permissions(place: Place) -> list[Row]:
    closed = close_to_others(place)
    names = ", ".join(file.name for file in closed)
    return [_done("permissions", f"only you can read {names} now")] if closed else []


def _leftovers(place: Place) -> list[Row]:
    """Remove what a killed restore was building: it is all in the source it was building from."""
    left = given_up(place)
    for folder in left:
        shutil.rmtree(folder)
    told = f"removed what {count(len(left), 'restore')} left that never ended"
    return [_done("leftovers", told)] if left else []


async def _store(setting: Setting) -> list[Row]:
    try:
        require_store(setting)
        async with await open_store(setting.place, setting.settings.values) as store:
            failed = [check for check in await store.check() if check["ok"] is not True]
            if not failed:
                return []
            mended = await _mended(store, setting.place, failed)
            if mended:
                return mended
    except (Busy, FromNewer):
        return []
    except TidelogError:
        pass  # what keeps it from being opened, the doctor tells when nothing can be done about it
    return await _rebuilt(setting)


async def _mended(store: Store, place: Place, failed: list[Row]) -> list[Row]:
    """Build what is derived anew, if that is all there is to it."""
    aside = folder_aside(place, now())
    copy = aside / place.store.name
    copy.touch(mode=0o600)
    try:
        await asyncio.to_thread(copy_store, place.store, copy)
        await store.mend()
    except TidelogError as failure:
        shutil.rmtree(aside)
        if isinstance(failure, Busy):
            raise
        return []
    names = ", ".join(text_of(check, "check") for check in failed)
    told = f"{names}: built anew from the rows; the file as it was is in {aside}"
    return [_done("store", told, set_aside=str(aside))]


async def _rebuilt(setting: Setting) -> list[Row]:
    """Restore the store from the best source there is."""
    reasons = []
    for choice in await choices(setting):
        try:
            return [await _carried_out(choice, setting)]
        except Busy:
            raise
        except (TidelogError, OSError) as failure:
            reasons.append(f"{choice.source}: {failure}")
    if reasons:
        note(f"the store was left as it is; {'; '.join(reasons)}")
    return []


async def _carried_out(choice: Choice, setting: Setting) -> Row:
    plan = await choice.plan()
    restored = await carry_out(plan, setting)
    rows, changes = count(restored.rows, "row"), count(restored.changes, "change")
    lines = [f"restored {rows} and {changes} from {plan.title}, {choice.why}."]
    if restored.aside is not None:
        lines.append(f"What was there is in {restored.aside}.")
    told = _done("store", " ".join([*lines, *restored.brought.lines()]), source=plan.source)
    brought = restored.brought.row()
    told |= {"brought_in": brought} if brought else {}
    return told | ({"set_aside": str(restored.aside)} if restored.aside else {})


def _backups(place: Place) -> list[Row]:
    """Set newest backups aside that cannot be read, so that they hide no whole one."""
    done = []
    for backup in backups_of(place.store):
        if not text_of(outline(backup), "damaged"):
            break
        aside = folder_aside(place, now())
        backup.path.rename(aside / backup.path.name)
        done.append(_done("backups", f"{backup.name} cannot be read; it is in {aside} now"))
    return done


async def _journal(setting: Setting) -> list[Row]:
    """Bring in what was written while the store could not take it."""
    try:
        require_store(setting)
        async with await open_store(setting.place, setting.settings.values) as store:
            brought = await bring_in(store, journal_of(setting.place))
    except TidelogError:
        return []  # the checks tell that it waits
    told: list[str] = []
    tell(brought, told.append)
    return [_done("journal", "; ".join(told))] if brought.changes else []


async def _files(setting: Setting) -> list[Row]:
    """Take a snapshot where files are missing, or changes wait that a snapshot is wanted of."""
    place, settings = setting.place, setting.settings.values
    if not place.snapshots.is_dir():
        return []
    try:
        require_store(setting)
        async with await open_store(place, settings) as store:
            checks = {text_of(c, "check"): c["ok"] for c in await snapshot_checks(store, setting)}
            if not checks.get("snapshots") or "files" not in checks:
                return []
            if checks["files"] and not settings.snapshots:
                return []
            taken = await take_snapshot(store, place, settings)
    except TidelogError:
        return []  # the checks tell what is in the way
    told = [] if checks["files"] else ["the files are as they were committed"]
    told += [f"{count(taken.commits, 'change')} committed"] if taken and taken.commits else []
    told += edit_lines(taken) if told else []
    return [_done("snapshots", "; ".join(told))] if told else []
