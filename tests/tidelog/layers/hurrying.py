"""A server of a kind that creates one task after another and says so: `python -m … NAME HOME`."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from localstore.models import WorkItemCreate
from localstore.store import Store
from localstore.values import Row, text_of
from tidelog.arguments import parse
from tidelog.layers.composing import layered
from tidelog.opening import locate


async def main(name: str, home: str) -> None:
    """Create tasks until standard input ends; print each title and where it went once it is
    acknowledged."""
    setting = locate(parse(["serve", "--home", home]), Path(home))
    number = 0

    def create(store: Store) -> "asyncio.Future[Row]":
        item = WorkItemCreate(item_type="task", title=f"{name}{number}")
        return asyncio.ensure_future(store.create_work_item(item, who=name))

    async with layered(setting) as chain:
        while await asyncio.to_thread(sys.stdin.readline):
            number += 1
            _, told = await chain.write(create)
            sys.stdout.write(f"{name}{number} {text_of(told, 'source') or 'local'}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    run: Callable[..., None] = asyncio.run
    run(main(*sys.argv[1:]))
