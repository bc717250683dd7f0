"""The command `tidelog`."""

import gc
import os
import sys
from importlib import import_module

from tidelog.arguments import Command, build_parser, parse
from tidelog.faults import tell_fault
from tidelog.secrecy import hide_passwords


def main() -> int:
    """Run one command line; return the exit code: 0 done, 1 refused or failed, 2 not understood."""
    # Loading makes a great many objects and no garbage: with the collector on, a quarter of the
    # time to an answered `initialize` went into looking for some.
    gc.disable()
    sys.excepthook = tell_fault
    hide_passwords()
    if "_ARGCOMPLETE" in os.environ:
        from tidelog.completing import answer_the_shell

        answer_the_shell()
    arguments = parse(sys.argv[1:])
    if not arguments.command:
        build_parser().print_help()
        return 0
    from tidelog.edge import run

    command = load(arguments.command)
    gc.freeze()
    gc.enable()
    return run(command, arguments)


def load(name: str) -> Command:
    """Import what one command needs, and no more."""
    module, _, function = COMMANDS[name].partition(":")
    command: Command = getattr(import_module(f"tidelog.{module}"), function)
    return command


COMMANDS = {
    "init": "beginning:init",
    "serve": "serving:serve",
    "install": "targets.command:install",
    "uninstall": "targets.command:uninstall",
    "status": "reads:status",
    "ready": "reads:ready",
    "show": "reads:show",
    "log": "reads:log",
    "board": "board.command:board",
    "report": "reporting:report",
    "snapshot": "snapshots:snapshot",
    "restore": "restoring:restore",
    "export": "snapshots:export",
    "import": "importing:import_status",
    "archive": "archiving:archive",
    "sync": "syncing:sync",
    "hub": "hubs:hub",
    "conflicts": "conflicts:conflicts",
    "doctor": "doctor:doctor",
    "completion": "completing:completion",
    "demo": "demo.command:demo",
}
"""Where each command is: a module of this package, and the function in it."""


if __name__ == "__main__":
    sys.exit(main())
