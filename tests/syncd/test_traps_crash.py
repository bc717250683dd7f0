"""A process that dies inside a transaction of a round, and one whose answer was lost."""

import sqlite3

import pytest

from localstore.values import number_of
from syncd.hub import HubUnreachable
from tests.syncd.apart import PROJECT, Laptop, expect_equal, named, reopened, settle

pytestmark = pytest.mark.anyio


def die_before(laptop: Laptop, write: str) -> None:
    """Let the store's next transaction end, half done, where it comes to some write."""
    laptop.sql(f"CREATE TRIGGER dies BEFORE {write} BEGIN SELECT RAISE(ABORT, 'it died here'); END")


async def begin_again(laptop: Laptop, number: int) -> Laptop:
    """The laptop after that, with nothing in its way any more."""
    laptop.sql("DROP TRIGGER dies")
    return await reopened(laptop, number)


@pytest.mark.parametrize(
    "write", ["INSERT ON vendors", "UPDATE OF cursor ON sync", "UPDATE OF seen_seq ON sync"]
)
async def test_crash_inside_a_page(two: tuple[Laptop, Laptop], write: str) -> None:
    """A process that dies while it takes a page in has nothing of the page, neither rows nor
    entries nor the cursor; the next one takes it in whole."""
    ann, ben = two
    await ann.item("Fix the parser")
    await ann.vendor("North")
    await ann.sync()
    before = ben.entry_ids()
    die_before(ben, write)
    with pytest.raises(sqlite3.IntegrityError, match="it died here"):
        await ben.sync()
    ben = await begin_again(ben, 2)
    assert (await ben.titles(), ben.entry_ids()) == ([], before)
    assert await ben.store.sync_place() == (PROJECT, 0, None)
    await settle(ben, ann)
    assert await ben.titles() == ["Fix the parser"]
    await expect_equal(ann, ben)


@pytest.mark.parametrize("write", ["UPDATE OF cursor ON sync", "UPDATE OF hub_head ON sync"])
async def test_crash_inside_a_receipt(two: tuple[Laptop, Laptop], write: str) -> None:
    """A process that dies while it writes down what the hub said has written down nothing of it;
    what it then offers again, others have built on meanwhile, and nothing conflicts."""
    ann, ben = two
    item = await ann.item("Fix the parser")
    await ann.vendor("North")
    before = await ann.dirty()
    die_before(ann, write)
    with pytest.raises(sqlite3.IntegrityError, match="it died here"):
        await ann.sync()
    ann = await begin_again(ann, 1)
    assert await ann.dirty() == before
    assert ann.sql("SELECT count(*) FROM history WHERE at_hub = 1") == [(0,)]
    await ben.sync()
    await ben.change(await ben.full(named(item)), title="Fix it")
    await ben.sync()
    await settle(ann, ben)
    assert (await ann.conflicts(), await ann.titles()) == ([], ["Fix it"])
    await expect_equal(ann, ben)


async def test_lost_acknowledgement_and_another_edit(two: tuple[Laptop, Laptop]) -> None:
    """Whoever edits a row again after the answer to its push was lost merges nothing with itself:
    what the hub has is an ancestor, and becomes the base."""
    ann, ben = two
    item = await ann.item("One")
    ann.line.lose = lambda call, number: "answer" if (call, number) == ("push", 1) else ""
    with pytest.raises(HubUnreachable):
        await ann.sync()
    edited = await ann.change(item, title="Two")
    done = await ann.sync()
    assert (done.merged, done.pushed) == (0, 1)
    await settle(ann, ben)
    assert number_of(await ben.full(named(item)), "version") == edited["version"] == 2
    assert len(await ben.entries(named(item))) == 2
    await expect_equal(ann, ben)


async def test_lost_acknowledgement_and_others_built_on_it(two: tuple[Laptop, Laptop]) -> None:
    """A row whose push was not acknowledged, and which others built on, is taken from the hub as
    it is: they had seen all there is here, so there is nothing to merge."""
    ann, ben = two
    item = await ann.item("One")
    ann.line.lose = lambda call, number: "answer" if (call, number) == ("push", 1) else ""
    with pytest.raises(HubUnreachable):
        await ann.sync()
    await ben.sync()
    built = await ben.change(await ben.full(named(item)), title="Two")
    await ben.sync()
    done = await ann.sync()
    assert (done.merged, done.pushed) == (0, 0)
    row = await ann.full(named(item))
    assert (row["title"], row["version"]) == ("Two", built["version"])
    await settle(ann, ben)
    await expect_equal(ann, ben)
