"""Another process that works in the store while a browser shows it: `fill`, or `move TITLE STATUS`.

The store is the one that TIDELOG_HOME names.
"""

import asyncio
import os
import sys
from pathlib import Path

from localstore.models import Page, WorkItemCreate, WorkItemFilter, WorkItemPatch
from localstore.store import Store
from localstore.values import number_of, rows_of, text_of
from tidelog.wiring import Ids, now

HOSTILE = "</h3><script>alert(1)</script><img src=x onerror=alert(2)>"
TEXT = (
    "**Why**\n\n<script>alert(3)</script> [here](javascript:alert(4)) ![x](https://example.org/x)\n"
)


async def main(words: list[str]) -> None:
    """Do what was asked."""
    path = Path(os.environ["TIDELOG_HOME"]) / "store.db"
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        if words[0] == "fill":
            await fill(store)
        else:
            await move(store, *words[1:])


async def fill(store: Store) -> None:
    """Some work in every column, enough that the first has to be scrolled."""
    for number in range(20):
        await add(store, title=f"Later {number}", status="planned", labels=["later"])
    await add(store, title="Parse the dates", status="blocked", assignee="copilot")
    await add(store, title="Publish", priority="P0")
    await add(store, title=HOSTILE, description=TEXT, labels=["<b>"])
    await add(store, title="Collect samples", status="completed")


async def add(store: Store, **fields: object) -> None:
    """Create a task."""
    item = WorkItemCreate.model_validate({"item_type": "task", **fields})
    await store.create_work_item(item, who="claude-code")


async def move(store: Store, title: str, status: str) -> None:
    """Change the status of the item with that title."""
    found = await store.list_work_items(WorkItemFilter(query=title), Page())
    (row,) = (each for each in rows_of(found, "items") if each["title"] == title)
    patch = WorkItemPatch.model_validate({"status": status})
    await store.update_work_item(
        text_of(row, "ref"), number_of(row, "version"), patch, who="copilot"
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
