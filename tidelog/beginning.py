"""Making a store: `tidelog init`, and what a server does at its first write where there is none."""

from pathlib import Path

from localstore.errors import InvalidArguments, Unavailable
from localstore.values import text_of
from tidelog.arguments import Arguments
from tidelog.discovery import Found, Place, find_place, init_place
from tidelog.folder import hide_from_git, make_folder
from tidelog.hub_address import given
from tidelog.naming import note_name
from tidelog.opening import Setting, expect_no_snapshots, locate
from tidelog.screen import say
from tidelog.settings import Settings
from tidelog.views.lines import clean
from tidelog.wiring import open_store

PROJECT_LENGTH = 200


async def init(arguments: Arguments) -> int:
    """`tidelog init`: make a store in the working directory, or say that it is there."""
    start = Path.cwd()
    setting = locate(arguments, start)
    named = setting.place.found is Found.NAMED
    place = setting.place if named else init_place(start)
    name = None if arguments.project is None else project_name(arguments.project)
    hub = given(arguments.hub)
    if place.store.exists():
        code = await _already_there(place, setting.settings.values, name)
        return await _join(place, setting, hub, name) if hub else code
    above = None if named else find_place(start)
    hidden, project = await make_store(place, setting.settings.values, name)
    say(f"Made {place.store} for the project {project}.")
    if hidden:
        say(f"Git does not see it: {hidden} says so.")
    if place.found is Found.SHARED:
        say("All worktrees of this repository share it.")
    elif above is not None:
        say(f"From here down it is used instead of {above.store}.")
    if hub:
        await _join(place, setting, hub, project)
    say("", "Now connect an assistant, for example:", "  tidelog install claude-code")
    say("(`tidelog install` lists the others), and look at what it does with `tidelog status`.")
    return 0


async def make_store(
    place: Place, settings: Settings, project: str | None = None
) -> tuple[Path | None, str]:
    """Make the folder and the store in it, and hide both from git.

    Returns the exclude file if a line had to go into it, and the project's name: `project`, else
    the folder's.

    Raises:
        Unavailable: the folder cannot be written, or holds the snapshots of a store that is lost.
    """
    expect_no_snapshots(place)
    name = project or name_for(place)
    try:
        make_folder(place.home)
        hidden = hide_from_git(place.home)
    except OSError as failure:
        raise Unavailable(
            f"{place.home} cannot be made: {failure.strerror}",
            hint="choose another folder with --home or TIDELOG_HOME",
        ) from None
    async with await open_store(place, settings) as store:
        await store.set_project(name)
        await note_name(store, place)
    return hidden, name


def project_name(text: str) -> str:
    """A project's name from what a person typed: one line of 1 to 200 characters.

    Raises:
        InvalidArguments: it is empty or too long.
    """
    name = clean(text)
    if not name or len(name) > PROJECT_LENGTH:
        raise InvalidArguments("--project", f"must have 1 to {PROJECT_LENGTH} characters")
    return name


def name_for(place: Place) -> str:
    """What a project is called that nobody named: as its folder."""
    return clean(place.project_folder.name)[:PROJECT_LENGTH] or "project"


def is_project_folder(place: Place) -> bool:
    """Whether somebody may want a store made there unasked: not in the root or the home folder,
    where nobody meant to begin a project."""
    return place.found is not Found.NEW or place.project_folder not in (Path("/"), Path.home())


def no_project_folder(place: Place) -> Unavailable:
    """The refusal to make one in such a folder."""
    return Unavailable(
        f"no store found, and {place.project_folder} is no project's folder",
        hint="start the server in a project's folder, or give it --home FOLDER or the "
        "variable TIDELOG_HOME",
    )


async def _join(place: Place, setting: Setting, dsn: str, name: str | None) -> int:
    """Let a store that is there take part in its project on a hub."""
    from tidelog.hub_address import address_of
    from tidelog.joining import join_and_tell

    settings = setting.settings.values
    if name is None:
        async with await open_store(place, settings) as store:
            name = text_of(await store.status(), "project")
    address = address_of(dsn, settings)
    return await join_and_tell(Setting(place, setting.settings), address, name, json=False)


async def _already_there(place: Place, settings: Settings, name: str | None) -> int:
    async with await open_store(place, settings) as store:
        project = text_of(await store.status(), "project")
        if name is not None and name != project:
            await store.set_project(name)
            await note_name(store, place)
            say(f"{place.store} is there already; its project, {project}, is now called {name}.")
            return 0
    shared = " and shared by this worktree" if place.found is Found.SHARED else ""
    say(f"{place.store} is there already{shared}, for the project {project}.")
    say("Nothing was changed.")
    return 0
