"""Commands that the demo runs as a person would type them: tidelog's own, and git."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidelog.demo.clients import UnexpectedAnswerError

_PATIENCE_SECONDS = 120.0
"""How long one command may take."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has run: its exit code and what it printed on either stream."""

    code: int
    out: str
    err: str


async def tidelog(*words: str, cwd: Path, **variables: str) -> Ended:
    """Run a command of tidelog's to its end, under nobody's settings but these variables."""
    return await _run([sys.executable, "-m", "tidelog", *words], cwd, variables)


async def done(*words: str, cwd: Path) -> str:
    """Run a command of tidelog's that the story needs, and return what it printed.

    Raises:
        UnexpectedAnswerError: it failed.
    """
    ended = await tidelog(*words, cwd=cwd)
    if ended.code != 0:
        raise UnexpectedAnswerError(f"`tidelog {words[0]}` failed: {ended.err or ended.out}")
    return ended.out


@dataclass(frozen=True, slots=True)
class Line:
    """A commit as `git log --format='%ad %an %s'` shows it."""

    time: str
    who: str
    subject: str


async def git_log(status: Path, *words: str) -> list[Line]:
    """Ask `git log` in the snapshots; newest first."""
    form = ("--format=%ad%x1f%an%x1f%s", "--date=format:%H:%M", "--no-color")
    asked = await _run(["git", "--no-pager", "log", *form, *words], status, {})
    return [Line(*line.split("\x1f")) for line in asked.out.splitlines()]


async def _run(command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**_environment(), **variables},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        told = " ".join(command[command.index("-m") + 1 :] if "-m" in command else command)
        raise UnexpectedAnswerError(f"`{told}` does not end") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(process.returncode or 0, out.decode(), err.decode())


def _environment() -> dict[str, str]:
    """The environment without settings of tidelog's, and without anybody's of git's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIDELOG_", "GIT_"))
    }
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
