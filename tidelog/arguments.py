"""The command line's words and flags, told once.

argparse, because fastmcp has loaded it already: on the way to an answered `initialize` it costs
nothing, where importing a larger framework added 50 to 100 ms to a bare server's 560.
"""

import argparse
import difflib
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, Protocol

from tidelog import __version__
from tidelog.summaries import HELP, SUMMARIES


class Address(NamedTuple):
    """Where to listen; port 0 is any free one."""

    host: str
    port: int

    @property
    def for_url(self) -> str:
        """The host as URLs write it."""
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass
class Arguments:
    """One parsed command line; what a command does not take keeps its default."""

    command: str = ""
    home: str | None = None
    json: bool = False
    project: str | None = None
    http: Address | None = None
    toolsets: str | None = None
    read_only: bool | None = None
    no_daemon: bool = False
    client_name: str | None = None
    key: str | None = None
    limit: int = 20
    older_than: int | None = None
    restore: list[str] = field(default_factory=list)
    keep: bool = False
    watch: bool = False
    until_eof: bool = False
    source: str = "git"
    at: str | None = None
    prompts: str | None = None
    repo: str | None = None
    dry_run: bool = False


Command = Callable[[Arguments], Coroutine[object, object, int]]
"""A command of the command line: from what was typed to the exit code."""


def parse(words: list[str]) -> Arguments:
    """Read a command line (without the program's name).

    Ends the process with 0 after `--help` or `--version`, and with 2 and one line on stderr when
    the words cannot be understood.
    """
    return build_parser().parse_args(words, namespace=Arguments())


def build_parser() -> argparse.ArgumentParser:
    """The one definition of every command and flag."""
    parser = _Parser(prog="tidelog", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"tidelog {__version__}")
    commands = parser.add_subparsers(dest="command", parser_class=_CommandParser)
    _add_beginning(commands)
    _add_reads(commands)
    _add_files(commands)
    _add_import(commands)
    _add_upkeep(commands)
    return parser


class Commands(Protocol):
    """What `add_subparsers` returns, which argparse gives no public name."""

    def add_parser(self, name: str, *, description: str, allow_abbrev: bool) -> "_CommandParser":
        """Add a command."""
        ...


def _add_beginning(commands: Commands) -> None:
    init = _command(commands, "init")
    init.add_argument("--project", metavar="NAME", help="what to call it (the folder's name)")
    serve = _command(commands, "serve")
    serve.add_argument(
        "--http",
        type=_address,
        metavar="HOST:PORT",
        help="listen for streamable HTTP instead of stdio",
    )
    serve.add_argument("--toolsets", metavar="A,B", help="offer only these: " + ", ".join(TOOLSETS))
    serve.add_argument(
        "--read-only",
        action="store_true",
        default=None,
        help="offer only tools that change nothing",
    )
    serve.add_argument(
        "--client-name",
        metavar="NAME",
        help="sign changes so (default: the name the client gives)",
    )
    serve.add_argument(
        "--no-daemon",
        action="store_true",
        help="start no process beside it that keeps the snapshots",
    )


def _add_reads(commands: Commands) -> None:
    _reading(commands, "status")
    _reading(commands, "ready").add_argument(
        "--limit", type=_count, default=20, metavar="N", help="at most this many (20)"
    )
    show = _reading(commands, "show")
    show.add_argument("key", metavar="KEY", help="a ref like T-7F3KQ, an id, or a vendor's name")
    log = _reading(commands, "log")
    log.add_argument("key", metavar="KEY", nargs="?", help="only the changes of this row")
    log.add_argument("--limit", type=_count, default=20, metavar="N", help="at most this many (20)")


def _add_upkeep(commands: Commands) -> None:
    archive = _reading(commands, "archive")
    which = archive.add_mutually_exclusive_group()
    which.add_argument(
        "--older-than",
        type=_days,
        metavar="DAYS",
        help="what was closed this long ago (the setting archive_after_days: 365)",
    )
    which.add_argument(
        "--restore", nargs="+", default=[], metavar="KEY", help="bring these items back instead"
    )
    _reading(commands, "doctor")
    demo = _command(commands, "demo", home=False)
    demo.add_argument("--keep", action="store_true", help="leave the scratch store to look at")


def _add_files(commands: Commands) -> None:
    report = _reading(commands, "report")
    _add_at(report, "show the status as it was")
    export = _command(commands, "export")
    export.add_argument("key", metavar="FOLDER", help="a new folder")
    snapshot = _reading(commands, "snapshot")
    snapshot.add_argument("--watch", action="store_true", help="go on until told to stop")
    snapshot.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    restore = _command(commands, "restore")
    restore.add_argument(
        "--from",
        dest="source",
        choices=("git", "markdown"),
        default="git",
        help="the commits, with all history (default), or the files as they stand",
    )
    _add_at(restore, "as it was then, instead of now")


def _add_import(commands: Commands) -> None:
    take = _reading(commands, "import")
    take.add_argument("key", metavar="FILE", help="the status file, which is only read")
    take.add_argument("--prompts", metavar="DIR", help="a folder of session prompts")
    take.add_argument(
        "--repo", metavar="REPO", help="a repository whose history holds session prompts"
    )
    take.add_argument("--dry-run", action="store_true", help="show the outcome, write nothing")


def _add_at(command: "_CommandParser", purpose: str) -> None:
    command.add_argument(
        "--at", metavar="REV|DATE", help=f"{purpose}: a commit, or a date like 2026-03-14"
    )


def _reading(commands: Commands, name: str) -> "_CommandParser":
    command = _command(commands, name)
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    return command


def _command(commands: Commands, name: str, *, home: bool = True) -> "_CommandParser":
    summary = SUMMARIES[name]
    command = commands.add_parser(
        name, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )
    if home:
        command.add_argument(
            "--home", metavar="FOLDER", help="the store's folder (default: the nearest .tidelog)"
        )
    return command


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"must be HOST:PORT, like 127.0.0.1:8765, not {text!r}")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def _count(text: str) -> int:
    return _whole_number(text, at_least=1)


def _days(text: str) -> int:
    return _whole_number(text, at_least=0)


def _whole_number(text: str, *, at_least: int) -> int:
    if not (text.isascii() and text.isdigit()) or not at_least <= int(text[:9]) == int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number from {at_least}, not {text!r}")
    return int(text)


class _CommandParser(argparse.ArgumentParser):
    """argparse, but an error is one line that says where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tidelog: {message}; see `{self.prog} --help`\n")


class _Parser(_CommandParser):
    """The whole command line, whose help is a page about the commands."""

    def format_help(self) -> str:
        commands = "".join(f"  {name:10}{summary}\n" for name, summary in SUMMARIES.items())
        return HELP.format(version=__version__, commands=commands)

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"invalid choice: '(.*?)' \(", message)
        if unknown:
            near = difflib.get_close_matches(unknown[1], SUMMARIES, n=1)
            message = f"there is no command {unknown[1]!r}" + (
                f"; did you mean `tidelog {near[0]}`?" if near else ""
            )
        super().error(message)


TOOLSETS = ("core", "vendors", "deployments", "planning", "config", "archive", "sync")
