"""Purges that meet something else: lost answers, pushes under way, a lost or older hub."""

from pathlib import Path

import pytest

from localstore.values import text_of
from syncd.hub import HubUnreachable, HubWentBack, UnknownProject
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import PROJECT, Laptop, expect_equal, laptops, named, settle
from tests.syncd.purging import BusyLine, delete, is_there, shared_item

pytestmark = pytest.mark.anyio


async def test_hub_lost_after_a_purge(
    any_hub: SimulatedHub, new_store: Path, tmp_path: Path
) -> None:
    """A hub that is lost is refilled with the history of what it had purged, also by a laptop that
    joined after the purge."""
    async with laptops(any_hub, new_store, tmp_path, 3) as (ann, ben, carl):
        item = await shared_item(ann, ben)
        await delete(ann, item)
        assert any_hub.purge(PROJECT, sparing=False) == 1
        await carl.sync()
        any_hub.wipe()
        with pytest.raises(UnknownProject):
            await carl.sync()
        any_hub.open_project(PROJECT)
        for laptop in (carl, ann, ben):
            await laptop.store.forget_hub()
        await carl.sync()
        told = {entry["change_id"] for entry in any_hub.entries(PROJECT)}
        assert {entry["change_id"] for entry in await ann.entries(named(item))} <= told
        await settle(carl, ann, ben)
        assert await ben.conflicts() == []
        await expect_equal(ann, ben, carl)


async def test_hub_forgotten_after_a_purge(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """Laptops that offer everything again bring back no row that the hub has purged."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    for laptop in (ben, ann):
        await laptop.store.forget_hub()
    await settle(ben, ann)
    assert not is_there(any_hub, item)
    assert "deleted_at" in await ben.full(named(item))
    assert await ben.conflicts() == []
    await expect_equal(ann, ben)


async def test_hub_set_back_behind_a_purge(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A hub that was set back to before a purge, and by no push, is noticed: what it has again did
    not stand in the pages that were read."""
    ann, ben = two
    await delete(ann, await shared_item(ann, ben))
    restore = any_hub.save()
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await ben.sync()
    restore()
    with pytest.raises(HubWentBack):
        await ben.sync()


async def test_lost_acknowledgement_then_purged(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A push whose answer was lost, on whose row others built until it was purged, is no edit apart
    from the deletion."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await ann.change(item, title="Fix it at last")
    ann.line.lose = lambda call, number: "answer" if (call, number) == ("push", pushed) else ""
    pushed = ann.line.pushes + 1
    with pytest.raises(HubUnreachable):
        await ann.sync()
    await ben.sync()
    await delete(ben, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await settle(ann, ben)
    assert "deleted_at" in await ann.full(named(item))
    assert await ann.conflicts() == []
    await expect_equal(ann, ben)


async def test_purged_between_pull_and_push(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """An edit that is on its way while its row is deleted and purged is merged with the deletion,
    and what is new beside it arrives."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await ben.change(await ben.full(named(item)), title="Fix it at last")
    await ben.item("New")
    ben.line = BusyLine(any_hub)

    async def meanwhile() -> None:
        await delete(ann, item)
        assert any_hub.purge(PROJECT, sparing=False) == 1

    ben.line.meanwhile = 1, meanwhile
    await settle(ben, ann)
    assert sorted(await ann.titles()) == ["Fix it at last", "New"]
    (conflict,) = await ann.conflicts()
    assert conflict["field"] == "deleted_at"
    await expect_equal(ann, ben)


async def test_purged_twice_while_answers_are_lost(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A row that was offered whole, whose answer was lost, and that was then deleted and purged
    once more leaves no entry that its laptop takes for unsent."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await ben.change(await ben.full(named(item)), title="Fix it at last")
    ben.line = BusyLine(any_hub)

    async def meanwhile() -> None:
        await delete(ann, item)
        assert any_hub.purge(PROJECT, sparing=False) == 1

    ben.line.meanwhile = 1, meanwhile
    ben.line.lose = lambda call, number: "answer" if (call, number) == ("push", 2) else ""
    with pytest.raises(HubUnreachable):
        await ben.sync()
    await ann.sync()
    (conflict,) = await ann.conflicts()
    await ann.store.resolve_conflict(text_of(conflict, "id"), "remote", None, who="ada")
    await ann.sync()
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await settle(ben, ann)
    assert "deleted_at" in await ben.full(named(item))
    await expect_equal(ann, ben)


async def test_brought_back_by_two_and_purged_again(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A row that the hub has no more is taken only from who has read of its end: what another did
    with it in between, until it was purged once more, is not lost."""
    ann, ben = two
    item = await shared_item(ann, ben)
    await delete(ann, item)
    assert any_hub.purge(PROJECT, sparing=False) == 1
    await settle(ann, ben)
    back = await ben.change(await ben.full(named(item)), deleted=False)
    await ben.change(back, title="Ben's title")
    ben.line = BusyLine(any_hub)

    async def meanwhile() -> None:
        back = await ann.change(await ann.full(named(item)), deleted=False)
        await ann.change(back, title="Ann's title")
        await ann.sync()
        await delete(ann, item)
        assert any_hub.purge(PROJECT, sparing=False) == 1

    # The first push learns that the hub has no such row; the second offers it whole.
    ben.line.meanwhile = 2, meanwhile
    await settle(ben, ann)
    (conflict,) = [each for each in await ann.conflicts() if each["field"] == "title"]
    assert (conflict["local"], conflict["remote"]) == ("Ben's title", "Ann's title")
    await expect_equal(ann, ben)
