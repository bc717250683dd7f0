"""The words and flags of `tidelog conflicts`."""

import argparse

from tidelog.parsing import CommandParser, count

ACTIONS = {
    "list": "the open conflicts, oldest first (the default)",
    "show": "one conflict: who wrote what, what holds now, and the ways out",
    "resolve": "settle one conflict",
}
"""Everything that `tidelog conflicts` does."""

_KEEP = (
    "the value to keep: of the local side, of the remote one, of both (texts, lists), or --value"
)


def add_actions(conflicts: CommandParser) -> None:
    """Give the command its actions; without one it lists."""
    actions = conflicts.add_subparsers(
        dest="action", metavar="ACTION", required=False, parser_class=CommandParser
    )
    for name, summary in ACTIONS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        action = actions.add_parser(name, help=summary, description=description, allow_abbrev=False)
        # What stands before the action holds as well: no default of its own may undo it.
        action.add_argument(
            "--home",
            metavar="FOLDER",
            default=argparse.SUPPRESS,
            help="the store's folder (default: the nearest .tidelog)",
        )
        action.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="print JSON, for programs",
        )
        if name == "list":
            action.add_argument(
                "--all", dest="settled", action="store_true", help="settled ones as well"
            )
            action.add_argument(
                "--limit",
                type=count,
                default=20,
                metavar="N",
                help="at most this many (default: 20)",
            )
            continue
        action.add_argument("key", metavar="REF", help="a ref like C-7F3KQ, or an id")
        if name == "show":
            action.add_argument("--full", action="store_true", help="long texts to their end")
        else:
            action.add_argument(
                "--keep",
                dest="decision",
                choices=("local", "remote", "both", "value"),
                help=_KEEP,
            )
            action.add_argument("--value", metavar="TEXT", help="another value, with --keep value")
