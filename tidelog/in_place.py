"""Giving a store that was built beside the old one that one's place; nothing is overwritten."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from localstore.disk import to_disk
from localstore.errors import TidelogError, Unavailable
from localstore.store import Store
from tidelog.discovery import SET_ASIDE, Found, Place
from tidelog.folder import make_folder
from tidelog.hub_address import project_at_hub
from tidelog.layers.known import known_of
from tidelog.naming import known_name
from tidelog.opening import Setting
from tidelog.turns import locked, turns
from tidelog.wiring import now, open_store

BUILDING, STORE = "restoring-", "store"
"""How the names of folders begin in which a store is built, and what the folder in it is called
that it is built in."""

Build = Callable[[Place], Awaitable[None]]
"""Makes a whole store at a place where there is none yet."""

Bring = Callable[[Path, Store, Path], Awaitable[None]]
"""Takes what the first store file has into the store; the folder is for scratch files."""


async def expect_whole(store: Store, source: str) -> None:
    """Make every check of `tidelog doctor` on a store that was built from `source`.

    Raises:
        Unavailable: one fails.
    """
    failed = [check for check in await store.check() if check["ok"] is not True]
    if failed:
        told = "; ".join(f"{check['check']}: {check['found']}" for check in failed)
        raise Unavailable(f"{source} does not make a whole store: {told}")


async def put_in_place(build: Build, setting: Setting, bring: Bring | None = None) -> Path | None:
    """Let `build` make a whole store beside the old one, then give it that one's place in one step.

    `bring` is called with the old store before that, so that whoever dies at any moment leaves one
    or the other whole; and again with what was set aside, for what was written meanwhile.

    Returns the folder the old one was set aside in; None when there was none. What `build` raises
    is raised again; the old store is as it was then. The project keeps its name, and on its hub its
    place.

    Raises:
        Busy: somebody else writes, or exchanges with the hub, for longer than is waited.
            Unavailable: the folder cannot be written. The old store is as it was.
    """
    place = setting.place
    try:
        make_folder(place.home)
        with _beside(place) as fresh:
            await build(fresh)
            await _settle(fresh, setting)
            if bring is not None and _has_content(place):
                async with await open_store(fresh, setting.settings.values) as store:
                    await bring(place.store, store, fresh.home.parent)
            # An exchange with the hub that is under way would go on from where the old store stood.
            async with turns(place.home)():
                aside = await _exchange(fresh, setting)
            if bring is not None and aside is not None:
                async with await open_store(place, setting.settings.values) as store:
                    await bring(aside / place.store.name, store, fresh.home.parent)
            return aside
    except OSError as failure:
        raise Unavailable(f"{place.home} cannot be written: {failure.strerror}") from failure


@contextmanager
def _beside(place: Place) -> Iterator[Place]:
    """A folder to build in, which is gone after the block.

    It is locked as long as its process lives: what a killed one left goes with the next.
    """
    for left in given_up(place):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(mkdtemp(prefix=f".{BUILDING}", dir=place.home))
    lock = os.open(folder, os.O_RDONLY)
    try:
        locked(lock)
        folder = folder.rename(folder.with_name(folder.name[1:]))  # whoever sees it finds it locked
        yield Place(folder / STORE, Found.NAMED)  # opening a store locks the folder it is in
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def given_up(place: Place) -> list[Path]:
    """The folders in which processes that are gone were building a store; nothing is in them that
    is not elsewhere."""
    found = []
    for folder in sorted(place.home.glob(f"{BUILDING}*")):
        lock = os.open(folder, os.O_RDONLY)
        try:
            if locked(lock):
                found.append(folder)
        finally:
            os.close(lock)
    return found


async def _settle(fresh: Place, setting: Setting) -> None:
    """Let the new store be of the project that the old one was of, as far as that can be told."""
    place = setting.place
    async with await open_store(fresh, setting.settings.values) as store:
        name = known_name(place) or await store.project() or place.project_folder.name
        await store.set_project(name or "project")
        project_id = known_of(place.store).project_id or project_at_hub(place)
        if project_id:
            await store.join(project_id)


async def _exchange(fresh: Place, setting: Setting) -> Path | None:
    place = setting.place
    if not _has_content(place):
        return _put_anew(fresh, place)
    aside = folder_aside(place, now())
    try:
        async with await open_store(place, setting.settings.values) as store:
            copy = aside / place.store.name
            copy.touch(mode=0o600)
            await store.replace_with(fresh.store, set_aside=copy)
    except TidelogError as error:
        (aside / place.store.name).unlink(missing_ok=True)
        if error.code == "busy":
            aside.rmdir()
            raise
        # It cannot even be opened: whoever has it open sees that its file is another one.
        _move_parts(place, aside)
        return _put_anew(fresh, place) or aside
    return aside


def _has_content(place: Place) -> bool:
    try:
        return place.store.is_dir() or place.store.stat().st_size > 0
    except FileNotFoundError:
        return False


def _put_anew(fresh: Place, place: Place) -> Path | None:
    """Put the new store where there is none, in one step.

    What a store that is gone left beside it, its write-ahead log above all, is set aside: SQLite
    would take it for the new one's, or delete it.
    """
    empty = [part for part in _parts(place) if part.is_file() and not part.stat().st_size]
    for part in empty:
        part.unlink()
    aside = folder_aside(place, now()) if _parts(place) else None
    if aside is not None:
        _move_parts(place, aside)
    os.link(fresh.store, place.store)  # nobody else's, made at this moment, is written over
    to_disk(place.home)
    return aside


def _move_parts(place: Place, aside: Path) -> None:
    for part in _parts(place):
        part.rename(aside / part.name)


def _parts(place: Place) -> list[Path]:
    return [
        part
        for part in (place.store, *place.home.glob(f"{place.store.name}-*"))
        if os.path.lexists(part)
    ]


def folder_aside(place: Place, moment: datetime) -> Path:
    """A new folder, 0700, for what is set aside at that moment.

    Raises:
        Unavailable: it cannot be made.
    """
    folder = place.home / SET_ASIDE / f"{moment:%Y-%m-%dT%H-%M-%S}"
    number = 1
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        while folder.exists():
            number += 1
            folder = folder.with_name(f"{moment:%Y-%m-%dT%H-%M-%S}-{number}")
        folder.mkdir(mode=0o700)
    except OSError as failure:
        raise Unavailable(f"{folder} cannot be made: {failure.strerror}") from failure
    return folder
