"""The command `tidelog`."""

import gc
import os
import sys

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

    command = _load(arguments.command)
    gc.freeze()
    gc.enable()
    return run(command, arguments)


def _load(name: str) -> Command:
    """Import what one command needs, and no more."""
    if name in ("status", "ready", "show", "log"):
        from tidelog import reads

        return {
            "status": reads.status,
            "ready": reads.ready,
            "show": reads.show,
            "log": reads.log,
        }[name]
    match name:
        case "serve":
            from tidelog import serving

            return serving.serve
        case "init":
            from tidelog import beginning

            return beginning.init
        case "report":
            from tidelog import reporting

            return reporting.report
        case "snapshot" | "export":
            from tidelog import snapshots

            return snapshots.snapshot if name == "snapshot" else snapshots.export
        case "restore":
            from tidelog import restoring

            return restoring.restore
        case "import":
            from tidelog import importing

            return importing.import_status
        case "archive":
            from tidelog import archiving

            return archiving.archive
        case "sync" | "hub" | "conflicts":
            return _load_sync(name)
        case "completion":
            from tidelog import completing

            return completing.completion
        case "doctor":
            from tidelog import doctor

            return doctor.doctor
        case _:
            from tidelog.demo import command

            return command.demo


def _load_sync(name: str) -> Command:
    """The same for the commands that have to do with other laptops."""
    match name:
        case "sync":
            from tidelog import syncing

            return syncing.sync
        case "hub":
            from tidelog import hubs

            return hubs.hub
        case _:
            from tidelog import conflicts

            return conflicts.conflicts


if __name__ == "__main__":
    sys.exit(main())
