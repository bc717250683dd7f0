"""How a command is added to the command line, the same way for all."""

from typing import Protocol

from tidelog.parsing import CommandParser
from tidelog.summaries import SUMMARIES


class Commands(Protocol):
    """What `add_subparsers` returns, which argparse gives no public name."""

    def add_parser(
        self, name: str, *, help: str, description: str, allow_abbrev: bool
    ) -> CommandParser:
        """Add a command."""
        ...


def reading(commands: Commands, name: str) -> CommandParser:
    """Add a command that can print JSON instead."""
    added = command(commands, name)
    add_json(added)
    return added


def add_json(command: CommandParser) -> None:
    """The flag of every command that reads."""
    command.add_argument("--json", action="store_true", help="print JSON, for programs")


def command(commands: Commands, name: str, *, home: bool = True) -> CommandParser:
    """Add a command, described by its summary."""
    summary = SUMMARIES[name]
    added = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        allow_abbrev=False,
    )
    if home:
        add_home(added)
    return added


def add_home(command: CommandParser) -> None:
    """The flag of every command that works on a store."""
    command.add_argument(
        "--home", metavar="FOLDER", help="the store's folder (default: the nearest .tidelog)"
    )
