"""What stands on the command line behind `tidelog board`."""

from tidelog.parsing import port
from tidelog.subcommands import Commands, reading


def add_board(commands: Commands) -> None:
    """The words of `tidelog board`."""
    board = reading(commands, "board")
    board.add_argument(
        "--port", type=port, default=0, metavar="N", help="listen on this port (any free one)"
    )
    board.add_argument(
        "--no-open", action="store_true", help="only print the address, open no browser"
    )
    board.add_argument(
        "--read-only",
        action="store_true",
        default=None,
        help="a page to look at, on which nothing can be changed",
    )
    board.add_argument(
        "--output", metavar="FILE", help="write one HTML file that needs nothing else instead"
    )
