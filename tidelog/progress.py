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

        def step(done: int, total: int) -> None:
            if total > LONG and not tasks:
                tasks.append(bar.add_task(what, total=total))
            for task in tasks:
                bar.update(task, completed=done, total=total)

        yield step
