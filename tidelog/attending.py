"""What a server does for sync and snapshots: it keeps a process beside it that sees to them."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path

from tidelog.arguments import Arguments
from tidelog.discovery import HUB_FILE, Place
from tidelog.opening import is_begun
from tidelog.screen import note
from tidelog.settings import Settings
from tidelog.turns import is_kept

FIRST_SECONDS = 0.5
"""How long after a server began to serve: a client's first questions go before the snapshots."""
AGAIN_SECONDS = 60.0
"""How long after one keeper has died the next is started."""
_LOOK_SECONDS = 2.0
_PATIENCE_SECONDS = (1.0, 2.0, 10.0)
_PATIENCE_STEP_SECONDS = 0.01
_GENTLE = 10

SYNC = ("sync", "--watch", "--until-eof")
SNAPSHOTS_ONLY = ("snapshot", "--watch", "--until-eof")


def keeping(
    arguments: Arguments, place: Place, settings: Settings
) -> AbstractAsyncContextManager[None]:
    """What syncs, keeps the snapshots and makes backups while the server runs; nothing where none
    of it can be wanted. A store that is begun or joins a hub meanwhile is kept from then on."""
    if arguments.no_daemon or settings.read_only:
        return nullcontext()
    snapshots = settings.snapshots and shutil.which("git") is not None
    if not snapshots and not settings.sync:
        return nullcontext()
    words = SYNC if settings.sync else SNAPSHOTS_ONLY
    alone = snapshots or (settings.sync and settings.backups > 0)

    def is_wanted() -> bool:
        return is_begun(place) and (alone or has_hub(place, settings))

    return attended(place, words, is_wanted=is_wanted)


def has_hub(place: Place, settings: Settings) -> bool:
    """Whether the store has a hub, wherever that is told."""
    return settings.hub is not None or (place.home / HUB_FILE).exists()


@asynccontextmanager
async def attended(
    place: Place,
    words: Sequence[str] = SYNC,
    *,
    is_wanted: Callable[[], bool] = lambda: True,
    first_seconds: float = FIRST_SECONDS,
    again_seconds: float = AGAIN_SECONDS,
) -> AsyncIterator[None]:
    """Have a keeper at work on the store at `place` while the block runs; it ends with the block.

    The keeper is `tidelog` with `words` as a process of its own, and ends when its standard input
    does: so also when this process is killed. None is started while another process keeps this
    store, nor until it `is_wanted`, which is asked every two seconds. One that dies is told of, and
    followed by another after `again_seconds`.
    """
    keeper = _Keeper(place.home, words, is_wanted)
    attending = asyncio.create_task(_attend(keeper, first_seconds, again_seconds))
    try:
        yield
    finally:
        attending.cancel()
        await asyncio.wait([attending])
        await keeper.end()


async def _attend(keeper: "_Keeper", first_seconds: float, again_seconds: float) -> None:
    await asyncio.sleep(first_seconds)
    while True:
        try:
            ended = keeper.look()
        except OSError as failure:
            note(
                f"nothing syncs or keeps the snapshots: {failure.strerror}; `tidelog sync --once` "
                "and `tidelog snapshot` do it once"
            )
            return
        await asyncio.sleep(_LOOK_SECONDS if ended is None else again_seconds)


class _Keeper:
    """The process that keeps one store, when there is one of ours."""

    def __init__(self, home: Path, words: Sequence[str], is_wanted: Callable[[], bool]) -> None:
        self._home = home
        self._words = words
        self._is_wanted = is_wanted
        self._process: subprocess.Popen[bytes] | None = None
        self._told: int | None = None

    def look(self) -> int | None:
        """Start it where it is missing and wanted; return the code it ended with when it did since
        the last look, which is told unless the one before ended in the same way."""
        if self._process is None:
            if self._is_wanted() and not is_kept(self._home):  # of several servers one has a keeper
                self._process = self._started()
            return None
        code = self._process.poll()
        if code is not None:
            self._process.communicate()
            if code != self._told:
                note(
                    f"the daemon beside this server ended with code {code}; "
                    "the next begins in a while"
                )
            self._process, self._told = None, code
        return code

    def _started(self) -> "subprocess.Popen[bytes]":
        """A new one, with less claim to the processor than who waits for an answer.

        It has a session of its own, so that Ctrl-C reaches it as the end of its input only, and
        finds its code where we were found but not in the working directory.
        """
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tidelog", *self._words, "--home", str(self._home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(OSError):
            gentle = min(os.getpriority(os.PRIO_PROCESS, 0) + _GENTLE, 19)
            os.setpriority(os.PRIO_PROCESS, process.pid, gentle)
        return process

    async def end(self) -> None:
        """End it as the end of this process would; one that goes on for long is asked to stop, and
        then made to: what it keeps outlives that."""
        process = self._process
        if process is None or process.stdin is None:
            return
        ways = (process.stdin.close, process.terminate, process.kill)
        for end, seconds in zip(ways, _PATIENCE_SECONDS, strict=True):
            end()
            if await _ends(process, seconds):
                return


async def _ends(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether a process ends, and is reaped, before so much time has passed."""
    waited = 0.0
    while process.poll() is None:
        if waited >= seconds:
            return False
        await asyncio.sleep(_PATIENCE_STEP_SECONDS)
        waited += _PATIENCE_STEP_SECONDS
    return True
