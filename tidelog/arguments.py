"""The command line's words and flags, told once.

argparse, because fastmcp has loaded it already: on the way to an answered `initialize` it costs
nothing, where importing a larger framework added 50 to 100 ms to a bare server's 560.
"""

import argparse
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Protocol

from tidelog import __version__
from tidelog.conflict_arguments import add_actions
from tidelog.parsing import Address, CommandParser, Parser, address, count, days
from tidelog.summaries import HUB_ACTIONS, SUMMARIES

__all__ = ["Address", "Arguments", "Command", "build_parser", "parse"]


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
    hub: str | None = None
    once: bool = False
    action: str = ""
    role: str | None = None
    decision: str | None = None
    value: str | None = None
    settled: bool = False
    full: bool = False
    list_only: bool = False
    repair: bool = False


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
    parser = Parser(prog="tidelog", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"tidelog {__version__}")
    commands = parser.add_subparsers(dest="command", parser_class=CommandParser)
    _add_beginning(commands)
    _add_reads(commands)
    _add_files(commands)
    _add_import(commands)
    _add_upkeep(commands)
    _add_sync(commands)
    _add_hub(commands)
    return parser


class Commands(Protocol):
    """What `add_subparsers` returns, which argparse gives no public name."""

    def add_parser(self, name: str, *, description: str, allow_abbrev: bool) -> CommandParser:
        """Add a command."""
        ...


def _add_beginning(commands: Commands) -> None:
    init = _command(commands, "init")
    init.add_argument("--project", metavar="NAME", help="what to call it (the folder's name)")
    init.add_argument(
        "--hub", metavar="DSN", help="join this hub's project of that name: postgresql://…"
    )
    serve = _command(commands, "serve")
    serve.add_argument(
        "--http",
        type=address,
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
        help="start no process beside it that syncs and keeps the snapshots",
    )


def _add_reads(commands: Commands) -> None:
    _reading(commands, "status")
    _reading(commands, "ready").add_argument(
        "--limit", type=count, default=20, metavar="N", help="at most this many (20)"
    )
    show = _reading(commands, "show")
    show.add_argument("key", metavar="KEY", help="a ref like T-7F3KQ, an id, or a vendor's name")
    log = _reading(commands, "log")
    log.add_argument("key", metavar="KEY", nargs="?", help="only the changes of this row")
    log.add_argument("--limit", type=count, default=20, metavar="N", help="at most this many (20)")


def _add_upkeep(commands: Commands) -> None:
    add_actions(_reading(commands, "conflicts"))
    archive = _reading(commands, "archive")
    which = archive.add_mutually_exclusive_group()
    which.add_argument(
        "--older-than",
        type=days,
        metavar="DAYS",
        help="what was closed this long ago (the setting archive_after_days: 365)",
    )
    which.add_argument(
        "--restore", nargs="+", default=[], metavar="KEY", help="bring these items back instead"
    )
    doctor = _reading(commands, "doctor")
    doctor.add_argument(
        "--repair", action="store_true", help="first repair all that loses nothing, backing up"
    )
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
    restore = _reading(commands, "restore")
    restore.add_argument(
        "--from",
        dest="source",
        choices=("git", "hub", "backup", "markdown"),
        default="git",
        help="the commits, with all history (default), the hub, a backup, or the files as they "
        "stand",
    )
    restore.add_argument(
        "--list", dest="list_only", action="store_true", help="only show the backups there are"
    )
    _add_at(restore, "as it was then, instead of now; or a backup by its name")


def _add_import(commands: Commands) -> None:
    take = _reading(commands, "import")
    take.add_argument("key", metavar="FILE", help="the status file, which is only read")
    take.add_argument("--prompts", metavar="DIR", help="a folder of session prompts")
    take.add_argument(
        "--repo", metavar="REPO", help="a repository whose history holds session prompts"
    )
    take.add_argument("--dry-run", action="store_true", help="show the outcome, write nothing")


def _add_sync(commands: Commands) -> None:
    sync = _reading(commands, "sync")
    how = sync.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="only until nothing is left to exchange")
    how.add_argument("--watch", action="store_true", help="go on until told to stop (the default)")
    sync.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)


def _add_hub(commands: Commands) -> None:
    hub = _command(commands, "hub", home=False)
    actions = hub.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=CommandParser
    )
    for name, summary in HUB_ACTIONS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        action = actions.add_parser(name, help=summary, description=description, allow_abbrev=False)
        if name == "init":
            action.add_argument("hub", metavar="DSN", help="its address: postgresql://…")
        if name == "grant":
            action.add_argument("role", metavar="ROLE", help="a role of the Postgres")
            action.add_argument("--hub", metavar="DSN", help="the hub (that of the store here)")
        if name == "join":
            help_text = "its address (the hub that `tidelog hub start` runs on this machine)"
            action.add_argument("hub", metavar="DSN", nargs="?", help=help_text)
        if name in ("grant", "join"):
            action.add_argument("--project", metavar="NAME", required=True, help="which project")
            _add_home(action)
        if name in ("start", "status", "join"):
            action.add_argument("--json", action="store_true", help="print JSON, for programs")


def _add_at(command: CommandParser, purpose: str) -> None:
    command.add_argument(
        "--at", metavar="REV|DATE", help=f"{purpose}: a commit, or a date like 2026-03-14"
    )


def _reading(commands: Commands, name: str) -> CommandParser:
    command = _command(commands, name)
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    return command


def _command(commands: Commands, name: str, *, home: bool = True) -> CommandParser:
    summary = SUMMARIES[name]
    command = commands.add_parser(
        name, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )
    if home:
        _add_home(command)
    return command


def _add_home(command: CommandParser) -> None:
    command.add_argument(
        "--home", metavar="FOLDER", help="the store's folder (default: the nearest .tidelog)"
    )


TOOLSETS = ("core", "vendors", "deployments", "planning", "config", "archive", "sync")
