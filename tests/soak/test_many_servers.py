"""Ten server processes on one store, each with a real client, for a minute."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from localstore.models import Page, WorkItemCreate
from localstore.store import Store
from localstore.values import Row, mapping_of, number_of, rows_of, text_of
from tests.soak.aftermath import examine
from tests.soak.clients import Worker
from tests.soak.sources import RandomIds, now

SECONDS = float(os.environ.get("TIDELOG_SOAK_SECONDS", "60"))
SERVERS = 10
SHARED = 4


async def shared_items(path: Path) -> list[str]:
    """Make a store with the items that all will change."""
    async with await Store.open(path, clock=now, new_id=RandomIds()) as store:
        made = [
            await store.create_work_item(WorkItemCreate(item_type="task", title="shared"), who="x")
            for _ in range(SHARED)
        ]
    return [text_of(row, "id") for row in made]


async def whole_history(path: Path) -> list[Row]:
    """Every history entry of a store."""
    entries: list[Row] = []
    page = Page(limit=200)
    async with await Store.open(path, clock=now, new_id=RandomIds()) as store:
        while True:
            told = await store.history(None, page)
            entries += rows_of(told, "items")
            if "next_cursor" not in told:
                return entries
            page = Page(limit=200, cursor=text_of(told, "next_cursor"))


def words_of(entries: list[Row]) -> list[tuple[str, str, str]]:
    """What history tells of titles: (new title, ref@version, client), an entry each."""
    told = []
    for entry in entries:
        title = mapping_of(entry, "changes").get("title")
        if isinstance(title, list) and title[1] != "shared":
            mark = f"{text_of(entry, 'ref')}@{number_of(entry, 'version')}"
            told.append((str(title[1]), mark, text_of(entry, "changed_by")))
    return told


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.timeout(SECONDS + 240)
async def test_ten_servers_on_one_store(tmp_path: Path) -> None:
    """Every acknowledged write is there once, every stale one was refused, nobody saw a lock."""
    path = tmp_path / ".tidelog" / "store.db"
    workers = [
        Worker(number, path.parent, shared)
        for shared in [await shared_items(path)]
        for number in range(SERVERS)
    ]
    await asyncio.gather(*(worker.work(SECONDS) for worker in workers))

    assert [fault for worker in workers for fault in worker.faults] == []
    logs = "".join((tmp_path / f"{worker.name}.log").read_text() for worker in workers)
    assert "locked" not in logs
    assert "Traceback" not in logs

    told = words_of(await whole_history(path))
    written = [
        (word, mark, worker.name) for worker in workers for word, mark in worker.words.items()
    ]
    assert sorted(told) == sorted(written)
    await examine(path, {each for word, mark, _ in written for each in (word, mark)})

    stale = sum(worker.stale for worker in workers)
    sys.stdout.write(f"{len(written)} writes acknowledged, {stale} stale ones refused\n")
    assert min(len(worker.words) for worker in workers) > 0
    assert stale > 0
