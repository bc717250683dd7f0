"""A server of a kind that is killed at a moment of its own choosing: `python -m … MOMENT HOME`."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from localstore.models import WorkItemCreate
from localstore.store import Store
from localstore.values import Row
from tidelog.arguments import parse
from tidelog.journal import HeldJournal
from tidelog.layers.composing import layered
from tidelog.layers.journalling import JournalLayer
from tidelog.opening import locate

MOMENTS: dict[str, tuple[type, str]] = {
    "before the line": (HeldJournal, "append"),
    "after the line": (JournalLayer, "_note"),
    "before it is set aside": (HeldJournal, "set_aside"),
}
"""What it is about to do when it dies."""


async def main(moment: str, home: str) -> None:
    """Create a task, as a tool does, and die."""
    kind, name = MOMENTS[moment]
    setattr(kind, name, _die)
    setting = locate(parse(["serve", "--home", home]), Path(home))
    item = WorkItemCreate(item_type="task", title="Look at Thursday")

    def create(store: Store) -> "asyncio.Future[Row]":
        return asyncio.ensure_future(store.create_work_item(item, who="ada"))

    async with layered(setting) as chain:
        await chain.write(create)


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    run: Callable[..., None] = asyncio.run
    run(main(*sys.argv[1:]))
