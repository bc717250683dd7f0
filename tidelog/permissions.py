"""Who may read what is in a store's folder: its owner, and nobody else."""

import stat
from pathlib import Path

from localstore.backups import FOLDER as BACKUPS
from localstore.errors import Unavailable
from localstore.values import Row
from tidelog.discovery import SET_ASIDE, STATUS_FOLDER, Place
from tidelog.folder import FOLDER_MODE
from tidelog.snapshot_checks import REPAIR, told

_FILE_MODE = 0o600
_INDEX = f"{STATUS_FOLDER}.index"
"""git writes it anew, as the umask says; the folder keeps others out."""


def permission_check(place: Place) -> Row:
    """Whether only the owner may read the folder, what is in it, and other copies of the store."""
    wrong = open_to_others(place)
    if not wrong:
        return told("permissions", True, "only you can read it")
    names = ", ".join(file.name for file in wrong)
    return told("permissions", False, f"others may read or write {names}", REPAIR)


def open_to_others(place: Place) -> list[Path]:
    """What has other rights than it was given when it was made."""
    wrong = [] if _mode(place.home) == FOLDER_MODE else [place.home]
    copies = [*place.home.glob(f"{SET_ASIDE}/*/*"), *place.home.glob(f"{BACKUPS}/*")]
    files = [*place.home.iterdir(), *copies]
    return wrong + [file for file in sorted(files) if not _is_private(file)]


def close_to_others(place: Place) -> list[Path]:
    """Give what is ours the rights it was made with; return what had others.

    Raises: Unavailable: a file is somebody else's.
    """
    wrong = open_to_others(place)
    for file in wrong:
        try:
            file.chmod(FOLDER_MODE if file == place.home else _FILE_MODE)
        except OSError as failure:
            raise Unavailable(f"the rights of {file} stay: {failure.strerror}") from failure
    return wrong


def _is_private(file: Path) -> bool:
    try:
        if file.is_dir() or file.is_symlink() or file.name == _INDEX:
            return True
        return _mode(file) == _FILE_MODE
    except FileNotFoundError:
        return True  # SQLite takes its log away when the last process closes


def _mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)
