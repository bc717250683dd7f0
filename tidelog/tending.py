"""The daemon: one process for each store that syncs it, keeps its snapshots, archives, and
makes backups."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress

from localstore.errors import TidelogError
from localstore.store import Store
from syncd.daemon import Daemon, Surroundings
from syncd.linking import HubAddress
from tidelog.archiving import archive_daily
from tidelog.backing_up import back_up_daily
from tidelog.discovery import STATUS_FOLDER
from tidelog.hub_address import find_hub, find_hub_anew
from tidelog.opening import Setting
from tidelog.reaching import reach
from tidelog.replaying import bring_in_for_ever
from tidelog.screen import note
from tidelog.snapshot_thread import SnapshotThread
from tidelog.turns import turns
from tidelog.watching import alone, stopping
from tidelog.wiring import watch_store

_LAST_SECONDS = 3.0
"""How long the last exchange may take when the daemon is told to stop."""
_LOOK_SECONDS = 5.0
"""How often to look where the system cannot watch files."""


async def tend(store: Store, setting: Setting, *, until_eof: bool) -> int:
    """Look after the store until SIGINT or SIGTERM, or, with `until_eof`, the end of standard
    input. While another process does, wait for it to end.

    What cannot be done is told on standard error, once, and tried again.
    """
    async with (
        stopping(until_eof=until_eof) as stopped,
        alone(setting, stopped, tell=not until_eof) as had,
    ):
        if had:
            if not until_eof:
                note(_greeting(setting))
            await _tend(store, setting, stopped)
    return 0


def _greeting(setting: Setting) -> str:
    hub = find_hub(setting)
    if hub is None:
        return f"keeping {setting.place.home}; it has no hub (`tidelog hub join`); Ctrl-C ends it"
    return f"syncing {setting.place.home} with hub {hub.name}; Ctrl-C ends it"


async def _tend(store: Store, setting: Setting, stopped: "asyncio.Task[bool]") -> None:
    daemon = Daemon(store, surroundings(setting))
    snapshots = _snapshots(store, setting, daemon)
    bells = [daemon.ring, *([snapshots.ring] if snapshots else [])]
    works: list[Coroutine[object, object, None]] = [
        daemon.run(),
        _ring(setting, bells),
        archive_daily(store, setting),
        back_up_daily(store, setting),
        bring_in_for_ever(store, setting),
        *([snapshots.run()] if snapshots else []),
    ]
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in failed:
        task.result()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_SECONDS):
            await daemon.finish()
    if snapshots:
        await snapshots.finish()


def _snapshots(store: Store, setting: Setting, daemon: Daemon) -> SnapshotThread | None:
    if not setting.settings.values.snapshots or shutil.which("git") is None:
        return None
    return SnapshotThread(store, setting, daemon.settled)


def surroundings(setting: Setting) -> Surroundings:
    """The daemon's surroundings on this machine, under the settings in force."""
    return Surroundings(
        find_hub=_finder(setting),
        reach=reach(setting.settings.values),
        turn=turns(setting.place.home),
        tell=note,
        poll_seconds=setting.settings.values.poll_seconds,
    )


def _finder(setting: Setting) -> Callable[[], HubAddress | None]:
    """Find the hub anew each time; settings that cannot be read are told once, and change nothing
    until they can."""
    last: HubAddress | None = None
    told = ""

    def find() -> HubAddress | None:
        nonlocal last, told
        try:
            last, told = find_hub_anew(setting), ""
        except TidelogError as error:
            if error.message != told:
                note(error.message)
            told = error.message
        return last

    return find


async def _ring(setting: Setting, bells: list[Callable[[], None]]) -> None:
    """Ring whenever somebody wrote to the store or edited a file."""
    async for _ in watch_store(setting.place.home, also=STATUS_FOLDER):
        for bell in bells:
            bell()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        for bell in bells:
            bell()
