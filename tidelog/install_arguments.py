"""What stands on the command line behind `tidelog install` and `tidelog uninstall`."""

from tidelog.parsing import CommandParser
from tidelog.subcommands import Commands, add_home, add_json, command

SCOPES = ("user", "project")


def add_install(commands: Commands) -> None:
    """The words of both."""
    install = command(commands, "install", home=False)
    install.add_argument(
        "key", metavar="TARGET", nargs="?", help="such as claude-code; without it, they are listed"
    )
    _add_place(install)
    install.add_argument("--toolsets", metavar="A,B", help="offer only these of the tools")
    install.add_argument(
        "--read-only",
        action="store_true",
        default=None,
        help="offer only tools that change nothing",
    )
    add_home(install)
    add_json(install)
    uninstall = command(commands, "uninstall", home=False)
    uninstall.add_argument("key", metavar="TARGET", help="what it was installed in")
    _add_place(uninstall)


def _add_place(added: CommandParser) -> None:
    added.add_argument(
        "--scope",
        choices=SCOPES,
        help="for you, in all projects (the default where it can be), or for everybody in this "
        "project",
    )
    added.add_argument(
        "--name", metavar="NAME", default="tidelog", help="what to call it there (tidelog)"
    )
    added.add_argument(
        "--print", dest="print_only", action="store_true", help="only show it, change nothing"
    )
