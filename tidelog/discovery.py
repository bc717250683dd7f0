"""Where the store is: found from the working directory as git finds its own folder, or named."""

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

FOLDER = ".tidelog"
STORE_FILE = "store.db"
SETTINGS_FILE = "tidelog.toml"
STATUS_FOLDER = "status"
HUB_FILE = "hub"
"""In the store's folder: the hub's address."""
SET_ASIDE = "set-aside"
"""In the store's folder: stores that others took the place of, journals that are brought in."""


class Found(Enum):
    """How the folder of a store was arrived at."""

    NAMED = "named by TIDELOG_HOME or --home"
    ABOVE = "found by walking up from the working directory"
    SHARED = "shared by this worktree's repository"
    NEW = "not made yet"


@dataclass(frozen=True, slots=True)
class Place:
    """A store's folder and how it was found; the folder need not exist when it was named or new."""

    home: Path
    found: Found

    @property
    def store(self) -> Path:
        """The database file in the folder."""
        return self.home / STORE_FILE

    @property
    def snapshots(self) -> Path:
        """The folder in it where the snapshots' files stand."""
        return self.home / STATUS_FOLDER

    @property
    def project_folder(self) -> Path:
        """The folder the store stands in, whose name is the project's unless told otherwise."""
        return self.home.parent

    @property
    def settings_file(self) -> Path:
        """Where this store's settings file would be: beside the folder."""
        return self.project_folder / SETTINGS_FILE


def find_place(start: Path, *, home: Path | None = None) -> Place | None:
    """Find the store that `start` belongs to.

    `home` names the folder outright, whether it exists or not. Otherwise each folder from `start`
    up is asked for a `.tidelog` of its own and, where it is a linked git worktree, for that of its
    repository. A folder that belongs to another user is passed by: whoever may write to a folder
    above ours must not be able to plant a store there.

    Returns None when there is none. Reads only names and the few small files git keeps.
    """
    if home is not None:
        return Place(home.expanduser().absolute(), Found.NAMED)
    for folder in (start, *start.parents):
        if _is_ours(folder / FOLDER):
            return Place(folder / FOLDER, Found.ABOVE)
        shared = _shared_folder(folder)
        if shared is not None and _is_ours(shared / FOLDER):
            return Place(shared / FOLDER, Found.SHARED)
    return None


def new_place(start: Path) -> Place:
    """Where a store for `start` is made unasked: at the top of its git repository, else there.

    The worktrees of one repository get one store, in the main worktree.
    """
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return Place((_shared_folder(folder) or folder) / FOLDER, Found.NEW)
    return Place(start / FOLDER, Found.NEW)


def init_place(start: Path) -> Place:
    """Where `init` in `start` makes a store: right there, unless `start` is in a linked worktree.

    Those share one store, in the main worktree: `git worktree remove` deletes what git ignores.
    """
    if not _is_ours(start / FOLDER):
        for folder in (start, *start.parents):
            if (folder / ".git").exists():
                shared = _shared_folder(folder)
                if shared is not None:
                    return Place(shared / FOLDER, Found.SHARED)
                break
    return Place(start / FOLDER, Found.NEW)


def git_directory(folder: Path) -> Path | None:
    """The common git directory of the repository that `folder` lies in; None outside of one."""
    for each in (folder, *folder.parents):
        dot_git = each / ".git"
        if dot_git.is_dir():
            return dot_git
        if dot_git.is_file():
            return _common_directory(dot_git)
    return None


def _shared_folder(folder: Path) -> Path | None:
    """For the top of a linked worktree: the folder that all worktrees of its repository share."""
    dot_git = folder / ".git"
    if not dot_git.is_file():
        return None
    common = _common_directory(dot_git)
    if common is None or not (_pointed_at(dot_git) / "commondir").is_file():
        return None  # a submodule has a `.git` file too, but a repository to itself
    return common.parent if common.name == ".git" else common


def _common_directory(dot_git: Path) -> Path | None:
    """Follow a `.git` file to the directory that holds the repository's own files."""
    directory = _pointed_at(dot_git)
    pointer = directory / "commondir"
    if pointer.is_file():
        directory = directory / _first_line(pointer)
    directory = Path(os.path.normpath(directory))
    return directory if directory.is_dir() else None


def _pointed_at(dot_git: Path) -> Path:
    target = _first_line(dot_git).removeprefix("gitdir:").strip()
    return dot_git.parent / target


def _first_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return lines[0].strip() if lines else ""


def _is_ours(folder: Path) -> bool:
    try:
        owner = folder.stat().st_uid
    except OSError:
        return False
    return folder.is_dir() and os.getuid() in (0, owner)
