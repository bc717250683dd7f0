"""Running the real command, in a pipe or on a terminal of 80 columns."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

UP_TO_DATE = re.compile(r"whole, newest (just now|\d+ min ago), every change is there")
"""What `doctor` finds of snapshots in step, however long ago the last change was."""

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Ended:
    """A command that has run: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Its output, line by line."""
        return self.out.splitlines()


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without anybody's settings or colours, and with `variables`.

    Snapshots are made when a command is asked for one, unless TIDELOG_SNAPSHOTS says otherwise; a
    daemon makes no backups, unless TIDELOG_BACKUPS does.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIDELOG_", "GIT_"))
        and name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM")
    }
    return kept | {"TIDELOG_SNAPSHOTS": "false", "TIDELOG_BACKUPS": "0"} | variables


def tidelog(*words: str, cwd: Path, **variables: str) -> Ended:
    """Run the command with its output in pipes."""
    return python("-m", "tidelog", *words, cwd=cwd, **variables)


def python(*words: str, cwd: Path, **variables: str) -> Ended:
    """Run this Python with its output in pipes."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def on_terminal(*words: str, cwd: Path, **variables: str) -> Ended:
    """Run the command on a terminal of 80 columns and 24 lines."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-m", "tidelog", *words],
        cwd=cwd,
        env=environment(TERM="xterm-256color") | variables,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    written = bytearray()
    while chunk := _read(ours):
        written += chunk
    os.close(ours)
    _, err = child.communicate()
    return Ended(child.returncode, written.decode().replace("\r\n", "\n"), err.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that the other side has closed
        return b""


def too_wide(text: str) -> list[str]:
    """The lines that do not fit 80 columns, without their colours."""
    return [line for line in ANSI.sub("", text).splitlines() if cell_len(line) > 80]


def git(*words: str, cwd: Path) -> str:
    """Run git as somebody who has configured nothing, and return what it printed."""
    settings = environment(
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_AUTHOR_NAME="A",
        GIT_AUTHOR_EMAIL="a@example.org",
        GIT_COMMITTER_NAME="A",
        GIT_COMMITTER_EMAIL="a@example.org",
    )
    done = subprocess.run(
        ["git", *words], cwd=cwd, env=settings, capture_output=True, text=True, check=True
    )
    return done.stdout


def repository(folder: Path) -> Path:
    """A git repository with one commit."""
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    (folder / "README.md").write_text("# Something\n")
    git("add", "README.md", cwd=folder)
    git("commit", "--quiet", "--message=Begin", cwd=folder)
    return folder
