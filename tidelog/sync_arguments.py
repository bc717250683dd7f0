"""What stands on the command line behind `tidelog sync` and `tidelog hub`."""

import argparse

from tidelog.parsing import CommandParser
from tidelog.subcommands import Commands, add_home, add_json, command, reading
from tidelog.summaries import HUB_ACTIONS


def add_sync(commands: Commands) -> None:
    """The words of `tidelog sync`."""
    sync = reading(commands, "sync")
    how = sync.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="only until nothing is left to exchange")
    how.add_argument("--watch", action="store_true", help="go on until told to stop (the default)")
    sync.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)


def add_hub(commands: Commands) -> None:
    """The words of `tidelog hub`, whose actions are commands of their own."""
    hub = command(commands, "hub", home=False)
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
            action.add_argument(
                "--hub",
                metavar="DSN",
                help="the hub's address, as its owner (default: that of the store here)",
            )
        if name == "join":
            help_text = (
                "its address (default: the hub that `tidelog hub start` runs on this machine)"
            )
            action.add_argument("hub", metavar="DSN", nargs="?", help=help_text)
        if name in ("grant", "join"):
            action.add_argument(
                "--project", metavar="NAME", required=True, help="the project's name on the hub"
            )
            add_home(action)
        if name in ("start", "status", "join"):
            add_json(action)
