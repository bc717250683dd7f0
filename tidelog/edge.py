"""The outer edge of the command line: exit codes, and errors as one line."""

import asyncio
import io
import os
import sys

from localstore.errors import TidelogError
from tidelog.arguments import Arguments, Command
from tidelog.screen import show_error

INTERRUPTED, BROKEN_PIPE = 130, 141
"""What a shell expects of a process that SIGINT or SIGPIPE ended."""


def run(command: Command, arguments: Arguments) -> int:
    """Run a command to its exit code; a refusal becomes one line on stderr."""
    # A title may hold what the terminal's encoding lacks; that is no reason to print nothing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = asyncio.run(command(arguments))
        sys.stdout.flush()
        return code
    except TidelogError as error:
        show_error(error)
    except BrokenPipeError:
        _forget_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


def _forget_output() -> None:
    """The reader of a pipe has left: let Python's own last flush go nowhere, not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
