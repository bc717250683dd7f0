"""Every check of the doctor's, layer by layer: what cannot be looked at stops no other check."""

import platform
import shlex
import sqlite3

from localstore.errors import Busy, FromNewer, TidelogError
from localstore.schema import MINIMUM_SQLITE
from localstore.store import Store
from localstore.values import Row
from tidelog import __version__
from tidelog.backing_up import backup_check
from tidelog.discovery import Place
from tidelog.hub_checks import hub_checks
from tidelog.in_place import given_up
from tidelog.offers import Offer, offers
from tidelog.opening import Setting, require_store
from tidelog.permissions import permission_check
from tidelog.snapshot_checks import REPAIR, git_check, snapshot_checks, told
from tidelog.views.lines import count
from tidelog.wiring import open_store


def machine_checks() -> list[Row]:
    """What tidelog stands on here."""
    return [_python(), _sqlite(), git_check()]


async def layer_checks(setting: Setting) -> list[Row]:
    """The store and all that stands behind it.

    Where the store cannot be opened each layer below tells what it could give, and how new that is.
    """
    place = setting.place
    if not place.home.is_dir():
        return [_unopened(setting, failure) for failure in _lacking(setting)]
    checks = [permission_check(place), *_left(place)]
    try:
        require_store(setting)
        async with await open_store(place, setting.settings.values) as store:
            found = told("store", True, f"{place.store}, {place.found.value}")
            return [found, *checks, *await _of_the_store(store, setting)]
    except TidelogError as failure:
        below = await offers(setting)
        lost = _unopened(setting, failure, below)
        return [lost, *checks, *(offer.check() for offer in below)]


def _lacking(setting: Setting) -> list[TidelogError]:
    try:
        require_store(setting)
    except TidelogError as failure:
        return [failure]
    return []


def _unopened(setting: Setting, failure: TidelogError, below: list[Offer] | None = None) -> Row:
    return told("store", False, failure.message, way_back(setting, failure, below or []))


def way_back(setting: Setting, failure: TidelogError, below: list[Offer]) -> str:
    """The command that helps where a store cannot be used."""
    if isinstance(failure, Busy | FromNewer):
        return failure.hint
    if any(offer.as_of for offer in below):
        return REPAIR
    if setting.place.store.exists() and setting.place.store.stat().st_size:
        home = setting.place.home
        kept = shlex.join(["cp", "-a", str(home), f"{home}.copy"])
        return f"nothing is left to build it from; `{kept}` keeps what is there"
    return failure.hint


async def _of_the_store(store: Store, setting: Setting) -> list[Row]:
    checks = [
        check if check["ok"] is True else check | {"repair": REPAIR}
        for check in await store.check()
    ]
    for look in (_backups, snapshot_checks, hub_checks):
        try:
            checks += await look(store, setting)
        except TidelogError as failure:  # a damaged table may be in the way of one of them
            checks.append(told(_NAMES[look], False, failure.message, REPAIR))
    return checks


async def _backups(store: Store, setting: Setting) -> list[Row]:
    return [await backup_check(store, setting)]


_NAMES = {_backups: "backups", snapshot_checks: "snapshots", hub_checks: "hub"}


def _left(place: Place) -> list[Row]:
    """What commands that were killed left behind; nothing is said where there is nothing."""
    left = given_up(place)
    if not left:
        return []
    found = f"{count(len(left), 'restore')} was given up: {', '.join(each.name for each in left)}"
    return [told("leftovers", False, found, REPAIR)]


def _python() -> Row:
    return told("tidelog", True, f"{__version__} on Python {platform.python_version()}")


def _sqlite() -> Row:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
        searches = True
    except sqlite3.OperationalError:
        searches = False
    finally:
        connection.close()
    new_enough = sqlite3.sqlite_version_info >= MINIMUM_SQLITE
    found = f"{sqlite3.sqlite_version}, {'with' if searches else 'without'} full-text search"
    needed = ".".join(str(part) for part in MINIMUM_SQLITE)
    repair = f"use a Python whose SQLite is {needed} or later and has FTS5"
    return told("SQLite", new_enough and searches, found, repair)
