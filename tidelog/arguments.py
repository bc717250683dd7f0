"""The command line's words and flags, told once.

argparse, because fastmcp has loaded it already: on the way to an answered `initialize` it costs
nothing, where importing a larger framework added 50 to 100 ms to a bare server's 560.
"""

import argparse
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from tidelog import __version__
from tidelog.board_arguments import add_board
from tidelog.conflict_arguments import add_actions
from tidelog.install_arguments import add_install
from tidelog.parsing import Address, CommandParser, Parser, address, count, days
from tidelog.subcommands import Commands, command, reading
from tidelog.sync_arguments import add_hub, add_sync

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
    port: int = 0
    no_open: bool = False
    output: str | None = None
    scope: str | None = None
    name: str = "tidelog"
    print_only: bool = False


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
    add_board(commands)
    _add_files(commands)
    _add_import(commands)
    _add_upkeep(commands)
    add_sync(commands)
    add_hub(commands)
    add_install(commands)
    return parser


def _add_beginning(commands: Commands) -> None:
    init = command(commands, "init")
    init.add_argument(
        "--project", metavar="NAME", help="what to call it (default: the folder's name)"
    )
    init.add_argument(
        "--hub", metavar="DSN", help="join this hub's project of that name: postgresql://…"
    )
    serve = command(commands, "serve")
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
    reading(commands, "status")
    reading(commands, "ready").add_argument(
        "--limit", type=count, default=20, metavar="N", help="at most this many (default: 20)"
    )
    show = reading(commands, "show")
    show.add_argument("key", metavar="KEY", help="a ref like T-7F3KQ, an id, or a vendor's name")
    log = reading(commands, "log")
    log.add_argument("key", metavar="KEY", nargs="?", help="only the changes of this row")
    log.add_argument(
        "--limit", type=count, default=20, metavar="N", help="at most this many (default: 20)"
    )


def _add_upkeep(commands: Commands) -> None:
    add_actions(reading(commands, "conflicts"))
    archive = reading(commands, "archive")
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
    doctor = reading(commands, "doctor")
    doctor.add_argument(
        "--repair", action="store_true", help="first repair all that loses nothing, backing up"
    )
    completion = command(commands, "completion", home=False)
    completion.formatter_class = argparse.RawDescriptionHelpFormatter
    completion.epilog = _COMPLETION
    completion.add_argument("action", choices=SHELLS, metavar="SHELL", help=" or ".join(SHELLS))
    demo = command(commands, "demo", home=False)
    demo.add_argument("--keep", action="store_true", help="leave the scratch store to look at")


def _add_files(commands: Commands) -> None:
    report = reading(commands, "report")
    _add_at(report, "as it was then: at a commit, or on a date like 2026-03-14")
    export = command(commands, "export")
    export.add_argument("key", metavar="FOLDER", help="a new folder, or an empty one")
    snapshot = reading(commands, "snapshot")
    snapshot.add_argument("--watch", action="store_true", help="go on until told to stop")
    snapshot.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    restore = reading(commands, "restore")
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
    _add_at(restore, "as it was at a commit, or on a date like 2026-03-14; or a backup by its name")


def _add_import(commands: Commands) -> None:
    take = reading(commands, "import")
    take.add_argument("key", metavar="FILE", help="the status file, which is only read")
    take.add_argument("--prompts", metavar="DIR", help="a folder of session prompts")
    take.add_argument(
        "--repo", metavar="REPO", help="a repository whose history holds session prompts"
    )
    take.add_argument("--dry-run", action="store_true", help="show the outcome, write nothing")


def _add_at(command: CommandParser, text: str) -> None:
    command.add_argument("--at", metavar="REV|DATE", help=text)


TOOLSETS = ("core", "vendors", "deployments", "planning", "config", "archive", "sync")

SHELLS = ("bash", "zsh", "fish")
_COMPLETION = """\
Put this where your shell looks when it starts:
  bash  eval "$(tidelog completion bash)"        in ~/.bashrc
  zsh   eval "$(tidelog completion zsh)"         in ~/.zshrc, after compinit
  fish  tidelog completion fish | source         in ~/.config/fish/config.fish"""
