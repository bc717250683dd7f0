"""Keeping the snapshots while others work: one process for each store, woken by what happens."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from localstore.errors import TidelogError
from localstore.store import Store
from tidelog.discovery import STATUS_FOLDER
from tidelog.keeping import edit_lines, maintain, take_snapshot
from tidelog.opening import Setting
from tidelog.replaying import bring_in_for_ever
from tidelog.screen import note
from tidelog.turns import KEEPER_LOCK, locked
from tidelog.wiring import watch_store

_WAIT_SECONDS = 2.0
"""How often a second keeper asks whether the first one has ended."""


async def watch(store: Store, setting: Setting, *, until_eof: bool) -> int:
    """Keep the snapshots until SIGINT or SIGTERM, or, with `until_eof`, the end of standard input.

    What cannot be done is told on standard error, once, and tried again at the next change.
    """
    async with (
        stopping(until_eof=until_eof) as stopped,
        alone(setting, stopped, tell=not until_eof) as had,
    ):
        if had:
            if not until_eof:
                note(f"keeping {setting.place.snapshots}; Ctrl-C ends it")
            await _keep(store, setting, stopped)
    return 0


@asynccontextmanager
async def stopping(*, until_eof: bool) -> AsyncIterator["asyncio.Task[bool]"]:
    """A task that is done when the process is to stop: told so by SIGINT or SIGTERM, or, with
    `until_eof`, by the end of standard input."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), _read_to_end, stop)
    stopped = asyncio.create_task(_wait(stop))
    try:
        yield stopped
    finally:
        stopped.cancel()


async def _keep(store: Store, setting: Setting, stopped: "asyncio.Task[bool]") -> None:
    told, seen = "", 0
    bringing_in = asyncio.create_task(bring_in_for_ever(store, setting))
    upkeep: asyncio.Task[None] | None = None
    looks = watch_store(setting.place.home, also=STATUS_FOLDER)
    while await _is_woken(looks, stopped):
        seen = await store.head()
        told = await take_and_tell(store, setting, told)
        if upkeep is None or upkeep.done():
            upkeep = asyncio.create_task(maintain(setting.place, setting.settings.values))
    bringing_in.cancel()
    await asyncio.wait([bringing_in])
    await looks.aclose()
    if await store.head() != seen:  # whoever wrote last may have left at once
        await take_and_tell(store, setting, told)
    if upkeep is not None:
        await asyncio.wait([upkeep])


async def take_and_tell(store: Store, setting: Setting, told: str) -> str:
    """Take a snapshot; return what went wrong, which is told only when it is not `told` already."""
    try:
        taken = await take_snapshot(store, setting.place, setting.settings.values)
    except TidelogError as error:
        if error.message != told:
            hint = f"; {error.hint}" if error.hint else ""
            note(f"no snapshot was taken: {error.message}{hint}")
        return error.message
    for line in edit_lines(taken):
        note(line)
    return ""


async def _is_woken(looks: AsyncGenerator[None], stopped: "asyncio.Task[bool]") -> bool:
    """Wait for the next reason to look; False when there will be none."""
    woken = asyncio.create_task(_next(looks))
    await asyncio.wait([stopped, woken], return_when=asyncio.FIRST_COMPLETED)
    if not woken.done():
        woken.cancel()
        await asyncio.wait([woken])
        return False
    return woken.result() and not stopped.done()


async def _next(looks: AsyncGenerator[None]) -> bool:
    async for _ in looks:
        return True
    return False


async def _wait(stop: asyncio.Event) -> bool:
    return await stop.wait()


@asynccontextmanager
async def alone(
    setting: Setting, stopped: "asyncio.Task[bool]", *, tell: bool
) -> AsyncIterator[bool]:
    """Wait until no other process keeps this store: its snapshots, and in step with its hub.

    Yields whether the turn came before `stopped` was done. The lock dies with its process.
    """
    file = os.open(setting.place.home / KEEPER_LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        while not stopped.done() and not locked(file):
            if tell:
                note("another process keeps these snapshots; waiting for it to end")
                tell = False
            await asyncio.wait([stopped], timeout=_WAIT_SECONDS)
        yield not stopped.done()
    finally:
        os.close(file)


def _read_to_end(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()
