"""Many rows in one page: what is derived from them is what it would be one by one."""

import pytest

from localstore.values import Row, rows_of
from tests.syncd.apart import Laptop, expect_equal, named, settle

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("limit", [1, 500])
async def test_derived_in_one_page_as_in_many(two: tuple[Laptop, Laptop], limit: int) -> None:
    """Counts, open blockers and full text agree with the rows, whether the rows that hold each
    other back come in one page or each in its own: blocker first, blocked first, archived, gone."""
    ann, ben = two
    ben.pull_limit = limit
    known = [await ann.item(f"known {n}") for n in range(3)]
    await settle(ann, ben)
    fresh = [await ann.item(f"fresh {n} walrus", status="active") for n in range(6)]
    await ann.blocks(known[0], fresh[0])
    await ann.blocks(fresh[1], known[1])
    await ann.blocks(fresh[2], fresh[3])
    await ann.blocks(fresh[3], fresh[4])
    await ann.change(await ann.full(fresh[2]), status="completed")
    await ann.change(await ann.full(fresh[5]), deleted=True)
    done = [await ann.item(f"done {n} walrus", status="completed") for n in range(2)]
    ann.clock.pass_days(400)
    await ann.store.archive(who="ada", older_than_days=0)
    await ann.sync()
    await ben.sync()
    await expect_equal(ann, ben)
    assert await _waiting(ben, [*known, *fresh]) == await _waiting(ann, [*known, *fresh])
    assert await ben.titles(query="walrus") == await ann.titles(query="walrus") != []
    assert (await ben.full(named(done[0]))).get("archived_at") is not None


@pytest.mark.parametrize("known", ["neither", "blocker", "blocked"])
async def test_edge_before_its_ends(two: tuple[Laptop, Laptop], known: str) -> None:
    """Items that come together, after an edge that is there already, are held back by it."""
    ann, ben = two
    if known != "neither":
        there = await ann.item("Known")
        await settle(ann, ben)
    first, second = await ann.item("First"), await ann.item("Second")
    if known == "blocker":
        first = there
    if known == "blocked":
        second = there
    await ann.blocks(first, second)
    await ann.sync()
    for row in rows_of(await ann.listed(), "items"):
        if row["title"] != "Known":
            await ann.change(row, priority="P0")
    await ann.sync()
    ben.pull_limit = 3
    await ben.sync()
    assert await _waiting(ben, [first, second]) == [0, 1]
    await expect_equal(ann, ben)


async def _waiting(laptop: Laptop, items: list[Row]) -> list[object]:
    found = laptop.sql("SELECT id, waits_on FROM work_items")
    return [waits_on for item in items for row_id, waits_on in found if row_id == item["id"]]
