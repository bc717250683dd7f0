"""Where output goes: a terminal as wide as it is, or a pipe of 80 columns without colour."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from localstore.errors import TidelogError
from localstore.values import Row, Value, text_of
from tidelog.views.lines import FULL_WIDTH, clean

_WIDEST = 110


class _Console(Console):
    """rich's console, but a reader that leaves is the business of the command line's edge."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Screen:
    """Standard output, for people."""

    def __init__(self) -> None:
        is_terminal = sys.stdout.isatty()
        self.console = _Console(
            file=sys.stdout,
            width=None if is_terminal else FULL_WIDTH,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self.width = min(self.console.width, _WIDEST)

    def show(self, lines: Sequence[Text]) -> None:
        """Print lines that were laid out for `width`."""
        for line in lines:
            self.console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def say(*lines: str) -> None:
    """Print plain lines on standard output."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def note(line: str) -> None:
    """Print one line on standard error, where it disturbs no protocol and no pipe."""
    sys.stderr.write(f"tidelog: {line}\n")


def warn(told: Row) -> None:
    """Say on standard error, before anything else, that what follows is not from the store."""
    warning = text_of(told, "warning")
    if warning:
        note(clean(warning))


def show_json(value: Value) -> None:
    """Print a row as indented JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def show_error(error: TidelogError) -> None:
    """Print a refusal as one line on standard error: what is wrong, and what to do about it.

    Where it is not the store that refused, that is said first.
    """
    warn(error.details)
    hint = f"; {error.hint}" if error.hint else ""
    note(clean(f"{error.message}{hint}"))
