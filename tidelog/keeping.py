"""Keeping the snapshots: which repository, who signs, and the report in a place of the user's."""

import asyncio
import getpass
import os
import subprocess
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments, TidelogError, Unavailable
from localstore.store import Store
from tidelog.discovery import Place, git_directory
from tidelog.opening import Setting
from tidelog.progress import progress
from tidelog.publishing import put_report
from tidelog.screen import note
from tidelog.settings import Settings

if TYPE_CHECKING:
    from gitlayer.repository import Repository
    from gitlayer.snapshot import Taken

# GitPython refuses to be imported where git is missing, unless it is told that this may be so.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

ON_THE_WAY = 5_000
"""How many changes a command commits beside what it was asked for: about a second's."""

_GIT_MISSING = "git was not found"
_ALL_TO_GIT = ("GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS")
_OF_A_REPOSITORY = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What git hands to hooks and aliases, so that they work on its repository: not on ours."""


def open_repository(place: Place, settings: Settings) -> "Repository":
    """The repository of the snapshots; the own one is made when it is missing.

    Raises:
        InvalidArguments: `snapshot_repository` names no repository. Unavailable: git is missing or
            refuses, or the branch is checked out.
    """
    for name in (*_OF_A_REPOSITORY, *_ALL_TO_GIT):
        os.environ.pop(name, None)
    from gitlayer.repository import Repository

    folder = place.snapshots
    if settings.snapshot_repository is None:
        return Repository.own(folder)
    named = place.project_folder / settings.snapshot_repository.expanduser()
    directory = named if (named / "HEAD").is_file() else git_directory(named)
    if directory is None:
        raise InvalidArguments(
            "snapshot_repository", f"{named} is no git repository", hint="`git init` makes one"
        )
    return Repository.orphan(directory, settings.snapshot_branch, folder)


def existing_repository(place: Place, settings: Settings) -> "Repository":
    """The repository of the snapshots, to read from.

    Raises:
        Unavailable: there is none here; none is made. And as `open_repository` says.
    """
    if not place.snapshots.is_dir():
        raise Unavailable(
            f"{place.home} holds no snapshots",
            hint="run this in the project's folder, or name the store's folder with --home; "
            "`tidelog snapshot` makes the first one",
        )
    return open_repository(place, settings)


async def take_snapshot(
    store: Store,
    place: Place,
    settings: Settings,
    *,
    wait: bool = True,
    at_most: int | None = None,
) -> "Taken | None":
    """Take in what was edited by hand, commit what changed, and bring the report up to date.

    Returns None when another process is at it and `wait` is false.

    Raises:
        InvalidArguments, Unavailable, Busy: as `open_repository` and `Snapshots.take` say.
    """
    repository = open_repository(place, settings)
    from gitlayer.snapshot import Snapshots

    with progress("Committing changes") as step:
        snapshots = Snapshots(store, repository, who=lambda: person(place, settings), step=step)
        taken = await snapshots.take(wait=wait, at_most=at_most)
    if taken is not None and settings.report_path is not None:
        await put_report(store, place, place.project_folder / settings.report_path)
    return taken


async def maintain(place: Place, settings: Settings) -> None:
    """Pack the repository when enough has gathered; takes no lock, delays no snapshot."""
    from gitlayer.upkeep import maintain as pack
    from gitlayer.upkeep import wants_maintenance

    repository = open_repository(place, settings)
    if wants_maintenance(repository):
        await asyncio.to_thread(pack, repository)


async def catch_up(store: Store, setting: Setting) -> None:
    """Take a snapshot on the way to something else: what goes wrong is told, and stops nothing."""
    if not setting.settings.values.snapshots:
        return
    try:
        taken = await take_snapshot(
            store, setting.place, setting.settings.values, wait=False, at_most=ON_THE_WAY
        )
    except TidelogError as error:
        if error.message != _GIT_MISSING:
            hint = f"; {error.hint}" if error.hint else ""
            note(f"no snapshot was taken: {error.message}{hint}")
        return
    for line in edit_lines(taken):
        note(line)


def edit_lines(taken: "Taken | None") -> list[str]:
    """What a snapshot found that a person should know, one line each."""
    from gitlayer.edits import Fate

    lines = []
    for edit in taken.edits if taken else ():
        if edit.fate is Fate.TAKEN and edit.changed:
            lines.append(f"took your edit of {edit.path}: {', '.join(edit.changed)}")
        if edit.conflicts:
            lines.append(
                f"{edit.path}: somebody else changed the same; yours waits in "
                f"{', '.join(edit.conflicts)}"
            )
        if edit.reason:
            lines.append(f"{edit.path}: {edit.reason}")
    return lines


def person(place: Place, settings: Settings) -> str:
    """Who edits files here: the setting, else git's name for the user, else the login name."""
    if settings.person is not None:
        return settings.person
    try:
        asked = subprocess.run(
            ["git", "config", "--get", "user.name"],
            cwd=place.project_folder,
            capture_output=True,
            timeout=5,
            check=False,
        )
        named = asked.stdout.decode(errors="replace").strip()
    except (OSError, subprocess.TimeoutExpired):
        named = ""
    return named[:100] or getpass.getuser()
