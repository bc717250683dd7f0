"""A bar for long work, on a terminal; nothing in a pipe, and nothing for work that is soon done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitlayer.progress import Step, unwatched

if TYPE_CHECKING:
    from rich.progress import TaskID

LONG = 2_000
"""Fewer changes than these are done in the blink of an eye."""
_EACH = 50
"""What is done between two updates of the bar, which take longer than to render a file."""


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say on a terminal's standard error what is being done, as long as the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """Show on standard error how far the work in the block is, as it tells (done, total)."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: list[TaskID] = []
        shown = 0

        def step(done: int, total: int) -> None:
            if total > LONG and not tasks:
                tasks.append(bar.add_task(what, total=total))
            nonlocal shown
            if done - shown >= _EACH or done == total:
                shown = done
                for task in tasks:
                    bar.update(task, completed=done, total=total)

        yield step
