"""From a command line to an open store: which folder, which settings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from localstore.backups import backups_of
from localstore.errors import Unavailable
from localstore.store import Store
from localstore.values import Value
from tidelog.arguments import Arguments
from tidelog.discovery import HUB_FILE, Place, find_place, new_place
from tidelog.naming import note_name
from tidelog.settings import LoadedSettings, load_settings
from tidelog.wiring import open_store

OWN_NAME = "tidelog"
"""Who signs what a person does with the command line, unless a setting says otherwise."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a command works, and under which settings."""

    place: Place
    settings: LoadedSettings

    @property
    def who(self) -> str:
        """Who signs what the command changes."""
        return self.settings.values.client_name or OWN_NAME


def locate(arguments: Arguments, start: Path) -> Setting:
    """Find the store for `start` and read its settings; a place yet to be made when there is none.

    Raises:
        InvalidArguments: a setting breaks its rule.
    """
    flags: Mapping[str, Value] = {
        "home": arguments.home,
        "client_name": arguments.client_name,
        "toolsets": arguments.toolsets,
        "read_only": arguments.read_only,
    }
    home = load_settings({"home": arguments.home}).values.home
    place = find_place(start, home=home) or new_place(start)
    return Setting(place, load_settings(flags, place.settings_file))


def locate_again(setting: Setting) -> Setting:
    """The same place with its settings read anew, but for what flags said.

    Raises:
        InvalidArguments: a setting breaks its rule.
    """
    return Setting(setting.place, load_settings({}, setting.place.settings_file))


def expect_no_snapshots(place: Place) -> None:
    """Where a store is missing: make sure that it was never there.

    Raises:
        Unavailable: its snapshots or backups are, or the note of its project on a hub; so it was
            lost, and an empty one must not take its place.
    """
    from tidelog.hub_address import project_at_hub

    if newest := backups_of(place.store)[:1]:
        raise Unavailable(
            f"{place.home} holds no store, only backups of one",
            hint=f"`tidelog restore --from backup` brings back {newest[0].name}"
            + ("; `tidelog restore` all that was committed" if place.snapshots.is_dir() else ""),
        )
    if place.snapshots.is_dir():
        raise Unavailable(
            f"{place.home} holds no store, only its snapshots",
            hint="`tidelog restore` brings it back from them",
        )
    if project_at_hub(place):
        raise Unavailable(
            f"{place.home} holds no store, only the address of its hub",
            hint="`tidelog restore --from hub` fetches it",
        )


def is_lost(place: Place) -> bool:
    """Whether a store that was here is missing, or its file empty: what it leaves is still here,
    its snapshots or the address of its hub."""
    try:
        if place.store.stat().st_size:
            return False
    except OSError:
        pass
    return place.snapshots.is_dir() or (place.home / HUB_FILE).exists()


def is_begun(place: Place) -> bool:
    """Whether there is a store, or was one."""
    return place.store.exists() or is_lost(place)


def require_store(setting: Setting) -> Place:
    """The place, if there is a store to work on.

    Raises:
        Unavailable: there is none; says how to make one.
    """
    place = setting.place
    if not place.store.exists() or is_lost(place):
        expect_no_snapshots(place)
        if place.home.is_dir():
            raise Unavailable(
                f"{place.home} holds no store",
                hint="`tidelog init` makes one; a copy of store.db put there is taken up",
            )
        raise Unavailable(
            "no store here or in any folder above",
            hint="run `tidelog init` in the project's folder, or name one with --home",
        )
    return place


@asynccontextmanager
async def opened(setting: Setting, *, keep: bool = True) -> AsyncIterator[Store]:
    """Open the store that is there, and close it again.

    What waits in the journal is brought in first. With `keep` the snapshots are brought up to date
    then, so that what a person edited in a file is seen, and once more when all is done.

    Raises:
        Unavailable: there is none, or it cannot be used. Nothing is made.
    """
    from tidelog.keeping import catch_up
    from tidelog.replaying import bring_in_and_tell

    place = require_store(setting)
    async with await open_store(place, setting.settings.values) as store:
        await bring_in_and_tell(store, setting)
        if keep:
            await catch_up(store, setting)
        await note_name(store, place)
        before = await store.head()
        yield store
        if keep and await store.head() != before:
            await catch_up(store, setting)
