"""Running git: the only module that knows GitPython.

Nothing of the user's is read or run: no configuration, no hooks, no index, no pager.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from git import Git
from git.exc import GitCommandError, GitCommandNotFound

from localstore.errors import Unavailable

_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.autocrlf=false"),
    *("-c", "core.quotePath=false"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.logAllRefUpdates=false"),
    *("-c", "gc.auto=0"),
)
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # Each stream of zlib's is larger than what glibc gives out without asking the kernel for fresh
    # pages: with its limits raised, fast-import takes a third to four fifths less time.
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "536870912",
}


class GitRunner:
    """git in one place: a working directory, and the repository, tree and index it is to use.

    Every method raises Unavailable when git is missing or refuses, with git's own words.
    """

    def __init__(self, folder: Path, surroundings: Mapping[str, str]) -> None:
        self._git = Git(str(folder))
        self._environment = _ENVIRONMENT | dict(surroundings)

    def run(self, *words: str, yielding: bool = False) -> bytes:
        """Run to the end and return what was printed, without its last line end.

        With `yielding` whatever else the machine has to do goes first.
        """
        first = ("nice", "-n", "19") if yielding else ()
        try:
            return self._git.execute(
                [*first, "git", *_OPTIONS, *words], env=self._environment, stdout_as_string=False
            )
        except GitCommandNotFound as failure:
            raise _missing() from failure
        except GitCommandError as failure:
            raise refused(words[0], failure.stderr or failure.stdout) from failure

    def fed(self, given: bytes, *words: str) -> bytes:
        """Run to the end with `given` as standard input."""
        with tempfile.TemporaryFile() as file:
            file.write(given)
            file.seek(0)
            process = self.started(words, file)
            printed, complaint = process.communicate()
            if process.returncode != 0:
                raise refused(words[0], complaint)
            return printed

    def started(
        self, words: Sequence[str], given: BinaryIO | int = subprocess.PIPE
    ) -> "subprocess.Popen[bytes]":
        """Start and return the process; whoever asked for it reads it and waits for its end."""
        try:
            started = self._git.execute(
                ["git", *_OPTIONS, *words], env=self._environment, istream=given, as_process=True
            )
        except GitCommandNotFound as failure:
            raise _missing() from failure
        process, started.proc = cast("subprocess.Popen[bytes]", started.proc), None
        return process


def refused(command: str, complaint: str | bytes) -> Unavailable:
    """What git said when it would not, as a refusal of ours."""
    text = complaint.decode(errors="replace") if isinstance(complaint, bytes) else str(complaint)
    bare = re.sub(r"(?s)^\s*std(?:err|out): '(.*)'$", r"\1", text)  # as GitPython wraps it
    lines = [line.strip() for line in bare.splitlines() if line.strip()]
    # Advice may follow: the last line after a lock file in the way does not name it.
    blunt = [line for sign in ("fatal: ", "error: ") for line in lines if line.startswith(sign)]
    told = [*blunt, *lines[-1:], "it did not say why"]
    return Unavailable(f"git {command} failed: {told[0].removeprefix('fatal: ')}")


def _missing() -> Unavailable:
    return Unavailable("git was not found", hint="install git; the store works without it")
