"""A page is of one moment: a push that commits while it is read is in all of it, or in none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from syncd.hub import Asking
from syncd.postgres import PostgresHub
from tests.postgres import LOCKED_OUT, wait_for_true
from tests.syncd.offers import Writer, changed, item

pytestmark = pytest.mark.anyio

_HEADS = """
    CREATE OR REPLACE FUNCTION public.heads(OUT first bigint, OUT later bigint)
    LANGUAGE plpgsql {} AS $$
    BEGIN
        SELECT p.head_seq INTO first FROM tidelog.projects p;
        PERFORM count(*) FROM tidelog.history;
        SELECT p.head_seq INTO later FROM tidelog.projects p;
    END $$
"""


@asynccontextmanager
async def standing_before(dsn: str, table: str) -> AsyncIterator[PostgresHub]:
    """A hub all of whose calls are one transaction, which ends with the block; readers that come
    to the table wait until then."""
    async with await PostgresHub.connect(dsn) as hub:
        connection = await hub._connection.connect()
        async with connection.transaction():
            # The one lock that readers wait for.
            await connection.execute(f"LOCK TABLE tidelog.{table} IN ACCESS EXCLUSIVE MODE")
            yield hub


@pytest.mark.parametrize("table", ["commits", "history", "work_items"])
@pytest.mark.parametrize("limit", [1, 2, 500])
async def test_a_push_between_the_statements_of_a_page(
    hub_database: str, writer: Writer, table: str, limit: int
) -> None:
    """A push that commits while a pull stands between two of its own statements is not in the page
    at all: neither in its rows, nor in its entries, its head or its commit. Where each statement
    had its own snapshot, the page would end at the head it read first and lack the row that the
    push moved on, or tell of a commit whose rows it has not."""
    first, second = item("first"), item("second")
    await writer.push(first, second)
    expected = await writer.page(limit=limit)
    async with await PostgresHub.connect(hub_database) as reader:
        async with standing_before(hub_database, table) as hub:
            asking = Asking(writer.project_id, "a reader", writer.seen)
            pulling = asyncio.create_task(reader.pull(asking, 0, limit))
            await wait_for_true(hub_database, LOCKED_OUT)
            await hub.push(writer.asking, [changed(first, title="moved on"), item("third")])
        assert await pulling == expected
        later = await reader.pull(asking, expected.head, 500)
        assert [each.row["title"] for each in later.rows] == ["moved on", "third"]


async def test_what_holds_a_page_up_tears_another_function(
    hub_database: str, writer: Writer
) -> None:
    """A function that is VOLATILE, held up in the same way, sees two heads of one project, and one
    that is STABLE sees one: what the test above would show of a page."""
    await writer.push(item())
    seen = []
    for kind in ("VOLATILE", "STABLE"):
        reader = await asyncpg.connect(hub_database, ssl=False)
        await reader.execute(_HEADS.format(kind))
        async with standing_before(hub_database, "history") as hub:
            reading = asyncio.create_task(reader.fetch("SELECT * FROM public.heads()"))
            await wait_for_true(hub_database, LOCKED_OUT)
            await hub.push(writer.asking, [item()])
        seen += [tuple(row) for row in await reading]
        await reader.close()
    assert seen == [(1, 2), (2, 2)]
