"""What was journalled reaches the hub like any change, whichever of the two came in first."""

import pytest

from localstore.values import Row
from tests.laptops import Laptops, both_see
from tests.localstore.standing_in import open_conflicts, standing_in, taken
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def expect_alike(both: Laptops, item: Row, **fields: str) -> None:
    """Both laptops hold these values of the item, and nothing is disputed."""
    for row in await both_see(both, item):
        assert {name: row.get(name) for name in fields} == fields
    assert await open_conflicts(both.ben) == await open_conflicts(both.ann) == []


@pytest.mark.parametrize("meanwhile", ["nothing", "here", "there", "both"])
async def test_on_from_a_clean_row(both: Laptops, meanwhile: str) -> None:
    """A change of a row that was in step with the hub is pushed as one, and merged with what
    others changed meanwhile."""
    item = await both.ann.item("Fix dates", who="ann")
    await both.sync()
    async with standing_in(both.ann) as copy:
        first = await copy.world.change(await copy.world.full(item), status="blocked")
        await copy.world.change(first, priority="P0")
        line = await copy.line()
    if meanwhile in ("here", "both"):
        await both.ann.change(await both.ann.full(item), title="Fix all dates")
    if meanwhile in ("there", "both"):
        await both.ben.change(await both.ben.full(item), assignee="ben")
        await both.sync(both.ben)
    await taken(both.ann, line)
    await expect_alike(both, item, status="blocked", priority="P0")
    row = await both.ben.full(item)
    assert row["title"] == ("Fix all dates" if meanwhile in ("here", "both") else "Fix dates")
    assert row.get("assignee") == ("ben" if meanwhile in ("there", "both") else None)


async def test_a_row_the_hub_is_yet_to_send(both: Laptops) -> None:
    """A change, made on a copy of the hub, of a row that this store has never seen meets the hub's
    row without a conflict; so does one below a parent that it has not seen."""
    parent = await both.ben.item("Read invoices", kind="project")
    item = await both.ben.item("Fix dates", description="a\nb")
    await both.sync(both.ben)
    async with standing_in(both.ben, first_id=9_000_000) as hub:
        await hub.world.change(await hub.world.full(item), status="completed")
        below = await hub.world.item("Below", under=parent)
        line = await hub.line()
    await both.ben.change(await both.ben.full(item), title="Fix all dates")
    await both.sync(both.ben)
    await taken_apart(both.ann, line)
    await expect_alike(both, item, status="completed", title="Fix all dates", description="a\nb")
    await expect_alike(both, below, parent_id=str(parent["id"]))


async def taken_apart(world: World, line: Row) -> None:
    """Take in a line of which a parent is yet to come: the tree is not whole until then."""
    await world.store.take_in(line)
    failed = [check["check"] for check in await world.failed_checks()]
    assert failed in ([], ["tree"])


async def test_a_row_the_hub_has_newer(both: Laptops) -> None:
    """A change, made on a copy of the hub, of a row that is older here takes its place, and the
    hub's row that it grew from is known when it comes."""
    item = await both.ann.item("Fix dates")
    await both.sync()
    await both.ben.change(await both.ben.full(item), status="blocked")
    await both.sync(both.ben)
    async with standing_in(both.ben, first_id=9_000_000) as hub:
        await hub.world.change(await hub.world.full(item), status="completed")
        line = await hub.line()
    await taken(both.ann, line)
    await expect_alike(both, item, status="completed")


async def test_a_row_that_was_changed_here_and_on_the_hub(both: Laptops) -> None:
    """Merged into a row that has gone its own way, a change does not pass for having seen the
    hub's row it grew from: what that holds still comes in."""
    item = await both.ann.item("Fix dates")
    await both.sync()
    await both.ben.change(await both.ben.full(item), assignee="ben", branch_name="dates")
    await both.sync(both.ben)
    async with standing_in(both.ben, first_id=9_000_000) as hub:
        await hub.world.change(await hub.world.full(item), status="completed")
        line = await hub.line()
    await both.ann.change(await both.ann.full(item), title="Fix all dates")
    await taken(both.ann, line)
    await expect_alike(
        both,
        item,
        title="Fix all dates",
        status="completed",
        assignee="ben",
        branch_name="dates",
    )
