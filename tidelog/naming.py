"""What the project is called, noted beside the store, so that a store that is lost keeps its name.

The name is no row: it is not in the snapshots, which may be shared with people who call it
otherwise, and not in the history.
"""

import os
from contextlib import suppress

from localstore.store import Store
from tidelog.discovery import Place
from tidelog.layers.known import known_of

NAME_FILE = "project"
"""In the store's folder: one line."""


async def note_name(store: Store, place: Place) -> None:
    """Note the name that the store has, if another one is noted; a folder that cannot be written
    keeps the old note."""
    name = await store.project()
    if not name or name == noted_name(place):
        return
    fresh = place.home / f"{NAME_FILE}.{os.getpid()}.new"
    with suppress(OSError):
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as out:
            out.write(f"{name}\n")
        fresh.replace(place.home / NAME_FILE)


def noted_name(place: Place) -> str:
    """The name that was noted; empty where there is no note, or none that can be read."""
    try:
        return (place.home / NAME_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def known_name(place: Place) -> str:
    """What the project is called, as its store tells, or what was noted beside it; empty when
    neither can be read."""
    return known_of(place.store).name or noted_name(place)
