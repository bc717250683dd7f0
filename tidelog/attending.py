"""What a server does for the snapshots: it keeps a process beside it that keeps them."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tidelog.discovery import Place
from tidelog.screen import note

FIRST_SECONDS = 0.5
"""How long after a server began to serve: a client's first questions go before the snapshots."""
AGAIN_SECONDS = 60.0
"""How long after one keeper has died the next is started."""
_LOOK_SECONDS = 2.0
_PATIENCE_SECONDS = 1.0
_PATIENCE_STEP_SECONDS = 0.01
_GENTLE = 10


@asynccontextmanager
async def attended(
    place: Place, *, first_seconds: float = FIRST_SECONDS, again_seconds: float = AGAIN_SECONDS
) -> AsyncIterator[None]:
    """Have a keeper at work on the store at `place` while the block runs; it ends with the block.

    The keeper is `tidelog snapshot --watch` as a process of its own, and ends when its standard
    input does: so also when this process is killed. None is started while another process keeps
    these snapshots, nor where git is missing. One that dies is told of, and followed by another
    after `again_seconds`.
    """
    if shutil.which("git") is None:
        yield
        return
    keeper = _Keeper(place.home)
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
            note(f"nothing keeps the snapshots: {failure.strerror}; `tidelog snapshot` takes one")
            return
        await asyncio.sleep(_LOOK_SECONDS if ended is None else again_seconds)


class _Keeper:
    """The process that keeps the snapshots of one store, when there is one of ours."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._told: int | None = None

    def look(self) -> int | None:
        """Start it where it is missing; return the code it ended with when it did since the last
        look, which is told unless the one before ended in the same way."""
        if self._process is None:
            if not self._is_kept():
                self._process = self._started()
            return None
        code = self._process.poll()
        if code is not None:
            self._process.communicate()
            if code != self._told:
                note(f"what keeps the snapshots ended with code {code}; the next begins in a while")
            self._process, self._told = None, code
        return code

    def _is_kept(self) -> bool:
        """Whether a process keeps these snapshots already: of several servers one has a keeper."""
        from tidelog.watching import KEEPER_LOCK

        try:
            file = os.open(self._home / KEEPER_LOCK, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def _started(self) -> "subprocess.Popen[bytes]":
        """A new one, with less claim to the processor than who waits for an answer.

        It has a session of its own, so that Ctrl-C reaches it as the end of its input only, and
        finds its code where we were found but not in the working directory.
        """
        words = ("snapshot", "--watch", "--until-eof", "--home", str(self._home))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tidelog", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(OSError):
            gentle = min(os.getpriority(os.PRIO_PROCESS, 0) + _GENTLE, 19)
            os.setpriority(os.PRIO_PROCESS, process.pid, gentle)
        return process

    async def end(self) -> None:
        """End it as the end of this process would; one that goes on for long is asked to stop."""
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        waited = 0.0
        while process.poll() is None and waited < _PATIENCE_SECONDS:
            await asyncio.sleep(_PATIENCE_STEP_SECONDS)
            waited += _PATIENCE_STEP_SECONDS
        if process.poll() is None:
            process.terminate()
