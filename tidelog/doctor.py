"""`tidelog doctor`: is everything as it should be, and if not, what helps."""

import platform
import sqlite3
import stat
from pathlib import Path

from localstore.backups import FOLDER as BACKUPS
from localstore.errors import InvalidArguments, TidelogError
from localstore.schema import MINIMUM_SQLITE
from localstore.values import Row, Value
from tidelog import __version__
from tidelog.arguments import Arguments
from tidelog.backing_up import backup_check
from tidelog.discovery import HUB_FILE, STATUS_FOLDER, Place
from tidelog.folder import FOLDER_MODE
from tidelog.hub_checks import hub_checks
from tidelog.in_place import SET_ASIDE
from tidelog.journal import journal_of
from tidelog.journal_checks import journal_check
from tidelog.opening import Setting, locate, require_store
from tidelog.screen import Screen, show_json
from tidelog.settings import LoadedSettings, Settings
from tidelog.snapshot_checks import git_check, snapshot_checks, told
from tidelog.views.checks import check_lines
from tidelog.wiring import open_store

_FILE_MODE = 0o600
_INDEX = f"{STATUS_FOLDER}.index"
"""git writes it anew, as the umask says; the folder keeps others out."""


async def doctor(arguments: Arguments) -> int:
    """`tidelog doctor`: run every check, print what was found, return 1 when one failed."""
    checks = [_python(), _sqlite(), git_check()]
    settings: Row = {}
    try:
        setting = locate(arguments, Path.cwd())
    except InvalidArguments as error:
        checks.append(told("settings", False, error.message, error.hint or "correct it there"))
    else:
        settings = in_force(setting.settings) | _kept_hub(setting)
        checks += [*await _store_checks(setting), journal_check(journal_of(setting.place))]
    failed = any(check["ok"] is not True for check in checks)
    rows: list[Value] = [*checks]
    if arguments.json:
        show_json({"ok": not failed, "checks": rows, "settings": settings})
    else:
        screen = Screen()
        screen.show(check_lines(checks, settings, width=screen.width))
    return 1 if failed else 0


def in_force(loaded: LoadedSettings) -> Row:
    """The settings in force and where each is from; of a secret only whether it is set."""
    values: Row = {}
    for name in Settings.model_fields:
        value = getattr(loaded.values, name)
        if name in ("http_token", "hub"):
            shown: Value = "set" if value else None
        elif isinstance(value, tuple):
            shown = ", ".join(value)
        else:
            shown = str(value) if isinstance(value, Path) else value
        values[name] = {"value": shown, "from": loaded.origins[name]}
    return values


def _kept_hub(setting: Setting) -> Row:
    """The hub's address in the store's folder, where nothing else names one."""
    file = setting.place.home / HUB_FILE
    if setting.settings.values.hub is not None or not file.exists():
        return {}
    return {"hub": {"value": "set", "from": str(file)}}


async def _store_checks(setting: Setting) -> list[Row]:
    try:
        place = require_store(setting)
        found = told("store", True, f"{place.store}, {place.found.value}")
        checks = [found, _permissions(place)]
        async with await open_store(place, setting.settings.values) as store:
            checks += [*await store.check(), await backup_check(store, setting)]
            checks += await snapshot_checks(store, setting)
            return [*checks, *await hub_checks(store, setting)]
    except TidelogError as error:
        return [told("store", False, error.message, error.hint)]


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


def _permissions(place: Place) -> Row:
    """Whether only the owner may read the folder, what is in it, and other copies of the store."""
    wrong = [] if _mode(place.home) == FOLDER_MODE else [place.home]
    copies = [*place.home.glob(f"{SET_ASIDE}/*/*"), *place.home.glob(f"{BACKUPS}/*")]
    files = [*place.home.iterdir(), *copies]
    wrong += [file for file in sorted(files) if not _is_private(file)]
    if not wrong:
        return told("permissions", True, "only you can read it")
    names = ", ".join(file.name for file in wrong)
    repair = f"chmod -R u=rwX,go= {place.home}"
    return told("permissions", False, f"others may read or write {names}", repair)


def _is_private(file: Path) -> bool:
    try:
        return file.is_dir() or file.name == _INDEX or _mode(file) == _FILE_MODE
    except FileNotFoundError:
        return True  # SQLite takes its log away when the last process closes


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)
