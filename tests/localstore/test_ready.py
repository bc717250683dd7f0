"""Ready work: what can be started now, in the order in which to start it."""

import pytest

from localstore.models import Page
from localstore.values import rows_of
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ("planned", True),
        ("active", True),
        ("blocked", False),
        ("completed", False),
        ("cancelled", False),
    ],
)
async def test_only_open_work_is_ready(world: World, status: str, ready: bool) -> None:
    """Planned and active items are ready; blocked and closed ones are not."""
    await world.item("Item", status=status)
    assert await world.titles(ready=True) == ["Item"] * ready


@pytest.mark.parametrize(
    ("status", "holds"),
    [
        ("planned", True),
        ("active", True),
        ("blocked", True),
        ("completed", False),
        ("cancelled", True),
    ],
)
async def test_blockers_hold_until_completed(world: World, status: str, holds: bool) -> None:
    """A blocker holds in every status but completed; a cancelled one still holds."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    await world.change(blocker, status=status)
    assert ("blocked" in await world.titles(ready=True)) != holds


async def test_every_blocker_must_be_completed(world: World) -> None:
    """An item with two blockers is ready when the second is completed, not before."""
    one, other, blocked = [await world.item(title) for title in ("one", "other", "blocked")]
    await world.blocks(one, blocked)
    await world.blocks(other, blocked)
    await world.change(one, status="completed")
    assert await world.titles(ready=True) == ["other"]
    await world.change(other, status="completed")
    assert await world.titles(ready=True) == ["blocked"]


async def test_reopened_blocker_holds_again(world: World) -> None:
    """A blocker that is reopened holds its targets again."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    done = await world.change(blocker, status="completed")
    await world.change(done, status="active")
    assert await world.titles(ready=True) == ["blocker"]


async def test_deleted_blocker_does_not_hold(world: World) -> None:
    """A deleted blocker holds nothing back."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    await world.change(blocker, deleted=True)
    assert await world.titles(ready=True) == ["blocked"]


async def test_removed_edge_does_not_hold(world: World) -> None:
    """A removed dependency holds nothing back."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    await world.blocks(blocker, blocked, remove=True)
    assert len(await world.titles(ready=True)) == 2


async def test_related_items_do_not_hold(world: World) -> None:
    """Related items hold nothing back."""
    one, other = await world.item("one"), await world.item("other")
    await world.store.set_dependency(str(one["id"]), str(other["id"]), "related", who="ada")
    assert len(await world.titles(ready=True)) == 2


async def test_only_direct_blockers_count(world: World) -> None:
    """A completed blocker holds nothing back, though its own blocker is open."""
    first, second, third = [await world.item(title) for title in ("first", "second", "third")]
    await world.blocks(first, second)
    await world.blocks(second, third)
    await world.change(second, status="completed")
    assert sorted(await world.titles(ready=True)) == ["first", "third"]


async def test_order_is_priority_then_age(world: World) -> None:
    """Ready work comes by priority, the oldest of one priority first."""
    for title, priority in [("c", "P2"), ("a", "P0"), ("d", "P2"), ("b", "P0"), ("e", "P3")]:
        await world.item(title, priority=priority)
    assert await world.titles(ready=True) == ["a", "b", "c", "d", "e"]
    assert await world.titles(ready=True, sort="updated") == ["a", "b", "c", "d", "e"]


async def test_claiming_is_an_update(world: World) -> None:
    """A claimed item stays ready work, and ready work nobody has can be asked for."""
    item = await world.item("mine")
    await world.item("free")
    assert (await world.change(item, assignee="ada"))["version"] == 2
    assert await world.titles(ready=True, assignee="none") == ["free"]
    assert await world.titles(ready=True, assignee="ada") == ["mine"]


async def test_deleted_work_is_never_ready(world: World) -> None:
    """Ready work holds no deleted item, not even in a list that shows deleted ones."""
    await world.change(await world.item("gone"), deleted=True)
    assert await world.titles(ready=True, deleted=True) == []


async def test_total_counts_the_whole_list(world: World) -> None:
    """The total of a page of ready work is that of all ready work."""
    for number in range(5):
        await world.item(str(number), kind="task" if number % 2 else "research")
    told = await world.listed(Page(limit=2), ready=True)
    assert (told["total"], len(rows_of(told, "items"))) == (5, 2)
    assert (await world.listed(ready=True, item_type=["research"]))["total"] == 3


@pytest.mark.parametrize("others", [0, 1])
async def test_restored_item_waits_again(world: World, others: int) -> None:
    """An item that comes back from the archive waits for its open blockers, and is counted so."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked", kind="research")
    for number in range(others):
        await world.item(f"other {number}", kind="research")
    await world.blocks(blocker, blocked)
    closed = await world.change(blocked, status="cancelled")
    await world.store.archive(who="ada", older_than_days=0)
    await world.store.restore_archived([str(blocked["id"])], who="ada")
    assert await world.failed_checks() == []
    await world.change(closed | {"version": 4}, status="active")
    assert "blocked" not in await world.titles(ready=True)
    assert (await world.listed(ready=True))["total"] == 1 + others


async def test_archived_blocker_that_was_cancelled_still_holds(world: World) -> None:
    """A cancelled blocker holds its target even when it went to the archive meanwhile."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    closed = await world.change(blocked, status="cancelled")
    await world.change(blocker, status="cancelled")
    # Only the blocker is old: its target was touched since.
    world.clock.pass_days(400)
    closed = await world.change(closed, priority="P1")
    await world.store.archive(who="ada")
    assert await world.titles(archived=True) == ["blocker"]
    await world.change(closed, status="active")
    assert await world.titles(ready=True) == []
