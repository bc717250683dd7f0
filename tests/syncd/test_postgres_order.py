"""Sequence numbers are in the order of commits, whoever writes at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from syncd.hub import Asking
from syncd.postgres import PostgresHub
from tests.postgres import LOCKED_OUT, wait_for_true
from tests.syncd.offers import Writer, changed, item, on_no_base

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def three_on(dsn: str) -> AsyncIterator[list["asyncpg.Connection[asyncpg.Record]"]]:
    """Three plain connections to a database."""
    found = [await asyncpg.connect(dsn, ssl=False) for _ in range(3)]
    try:
        yield found
    finally:
        for connection in found:
            await connection.close()


async def test_a_naive_number_loses_a_row(hub_database: str) -> None:
    """What the lock is for: where writers take numbers from a sequence, a reader that goes on from
    the highest one it saw never sees a row whose lower number was committed after that."""
    async with three_on(hub_database) as (slow, quick, reader):
        await slow.execute("CREATE TABLE naive (seq bigserial, title text)")
        write, read = "INSERT INTO naive (title) VALUES ($1)", "SELECT * FROM naive WHERE seq > $1"
        async with slow.transaction():
            await slow.execute(write, "slow")
            await quick.execute(write, "quick")
            first_page = [tuple(row) for row in await reader.fetch(read, 0)]
        cursor = first_page[-1][0]
        assert first_page == [(2, "quick")]
        assert await reader.fetch(read, cursor) == []
        assert await reader.fetchval("SELECT title FROM naive WHERE seq < $1", cursor) == "slow"


async def test_lower_number_that_commits_later(
    hub_database: str, hub: PostgresHub, writer: Writer
) -> None:
    """The same with pushes: one that took its number and has not committed makes the next one to
    its project wait, so a reader passes no number that is still to come, and gets both rows."""
    slow = await hub._connection.connect()
    async with (
        await PostgresHub.connect(hub_database) as other,
        await PostgresHub.connect(hub_database) as ears,
    ):
        reader = Writer(ears, writer.project_id)
        async with slow.transaction():
            # On the very connection of the transaction: pushed, and not yet committed.
            assert (await writer.push(item("slow"))).head == 1
            asking = Asking(writer.project_id, "another", None)
            quick = asyncio.create_task(other.push(asking, [item("quick")]))
            await wait_for_true(hub_database, LOCKED_OUT)
            first_page = await reader.page()
            assert (first_page.cursor, first_page.head) == (0, 0)
            assert not quick.done()
        receipt = await quick
        assert (receipt.previous_head, receipt.head) == (1, 2)
        later = await reader.page(first_page.cursor)
        assert [each.row["title"] for each in later.rows] == ["slow", "quick"]


async def test_projects_do_not_wait_for_each_other(
    hub_database: str, hub: PostgresHub, writer: Writer
) -> None:
    """A push that is under way in one project holds no other project up."""
    slow = await asyncpg.connect(hub_database, ssl=False)
    async with slow.transaction():
        await slow.execute(
            "SELECT FROM tidelog.projects WHERE id = $1 FOR UPDATE", writer.project_id
        )
        elsewhere = Writer(hub, await hub.open_project(None, "another project"))
        assert await elsewhere.verdicts(item()) == ["accepted"]
    await slow.close()


async def test_readers_meanwhile_miss_nothing(hub_database: str, writer: Writer) -> None:
    """A reader that goes on by its cursor while four connections push gets every row once."""
    pushes, writers = 25, 4
    done = asyncio.Event()

    async def write(number: int) -> None:
        async with await PostgresHub.connect(hub_database) as hub:
            for _ in range(pushes):
                rows = [item(f"of {number}") for _ in range(3)]
                await hub.push(Asking(writer.project_id, f"replica {number}", None), rows)

    async def read() -> list[str]:
        found: list[str] = []
        cursor = 0
        while True:
            last = done.is_set()
            page = await writer.page(cursor, limit=7)
            # All of a page is of one moment.
            assert {each.row["change_id"] for each in page.rows} == {
                entry["change_id"] for entry in page.entries
            }
            assert page.cursor <= page.head
            found += [str(each.row["id"]) for each in page.rows]
            cursor = page.cursor
            if last and cursor == page.head:
                return found

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(number) for number in range(writers)))
    done.set()
    found = await reading
    assert len(found) == len(set(found)) == pushes * writers * 3


async def test_batches_in_opposite_orders(hub_database: str, writer: Writer) -> None:
    """Two connections that push the same rows at once, one of them backwards, never deadlock: one
    accepted whole, the other moved on whole."""
    async with (
        await PostgresHub.connect(hub_database) as one,
        await PostgresHub.connect(hub_database) as two,
    ):
        for _ in range(5):
            rows = [item(str(number)) for number in range(300)]
            others = [on_no_base(changed(row, **row.fields)) for row in rows]
            receipts = await asyncio.gather(
                one.push(Asking(writer.project_id, "one", None), rows),
                two.push(Asking(writer.project_id, "two", None), others[::-1]),
            )
            kinds = [{verdict.kind for verdict in receipt.verdicts} for receipt in receipts]
            assert sorted(kinds, key=str) == [{"accepted"}, {"moved_on"}]
