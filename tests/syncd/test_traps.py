"""The traps of syncing, one by one, on the model of a hub and on PostgreSQL: calls and crashes."""

import pytest

from localstore.values import number_of
from syncd.hub import HubUnreachable, HubWentBack, UnknownProject
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import (
    PROJECT,
    Laptop,
    expect_equal,
    named,
    reopened,
    settle,
    titles_of,
)

pytestmark = pytest.mark.anyio


async def test_lost_acknowledgement_is_no_conflict(two: tuple[Laptop, Laptop]) -> None:
    """A push whose answer was lost, and on whose row another laptop then built, conflicts with
    nothing: the second try is told that the change is there already."""
    ann, ben = two
    item = await ann.item("Fix the parser", labels=["one"])
    ann.line.lose = lambda call, number: "answer" if (call, number) == ("push", 1) else ""
    with pytest.raises(HubUnreachable):
        await ann.sync()
    await ben.sync()
    await ben.change(await ben.full(named(item)), title="Fix the parser at last")
    await ben.sync()
    await ann.change(item, labels=["one", "two"])
    await settle(ann, ben)
    assert await ann.conflicts() == []
    row = await ann.full(named(item))
    assert (row["title"], row["labels"]) == ("Fix the parser at last", ["one", "two"])
    await expect_equal(ann, ben)


async def test_pulled_rows_are_not_pushed_back(two: tuple[Laptop, Laptop]) -> None:
    """What was pulled is never sent, and a quiet system sends nothing at all."""
    ann, ben = two
    for number in range(5):
        await ann.item(f"Item {number}")
    await settle(ann, ben)
    assert [row.name for row in ben.line.sent if row.name.entity == "work_item"] == []
    pushes = ann.line.pushes, ben.line.pushes
    await settle(ann, ben)
    assert (ann.line.pushes, ben.line.pushes) == pushes


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_crash_at_any_push(two: tuple[Laptop, Laptop], lost: str, number: int) -> None:
    """A process that dies around any push of a round leaves the end state of one that did not."""
    ann, ben = two
    for each in range(3):
        parent = await ann.item(f"Parent {each}", description="x" * 9000)
        for child in range(50):
            await ann.item(f"Child {child} of {each}", under=parent, description="x" * 9000)
    ann.line.lose = lambda call, n: lost if (call, n) == ("push", number) else ""
    with pytest.raises(HubUnreachable):
        await ann.sync()
    ann = await reopened(ann, 1)
    await ann.item("Made after the crash")
    await settle(ann, ben)
    assert await ann.conflicts() == []
    await expect_equal(ann, ben)


async def test_crash_between_pages(two: tuple[Laptop, Laptop]) -> None:
    """A process that dies between two pages goes on from the last one it took in."""
    ann, ben = two
    for number in range(700):
        await ann.item(f"Item {number}")
    await ann.sync()
    ben.line.lose = lambda call, number: "request" if (call, number) == ("pull", 2) else ""
    with pytest.raises(HubUnreachable):
        await ben.sync()
    ben = await reopened(ben, 2)
    assert number_of(await ben.store.sync_status(), "cursor") > 0
    await settle(ben, ann)
    await expect_equal(ann, ben)


async def test_child_before_its_parent(two: tuple[Laptop, Laptop]) -> None:
    """A child that is pulled pages before its parent, which changed later, is kept, and stands in
    its place once the parent arrives."""
    ann, ben = two
    parent = await ann.item("Parent")
    child = await ann.item("Child", under=parent)
    await ann.sync()
    for number in range(600):
        await ann.item(f"Item {number}")
    await ann.sync()
    await ann.change(parent, title="Parent, renamed")
    await ann.sync()
    ben.line.lose = lambda call, number: "request" if (call, number) == ("pull", 2) else ""
    with pytest.raises(HubUnreachable):
        await ben.sync()
    assert (await ben.full(named(child)))["title"] == "Child"
    await settle(ben, ann)
    row = await ben.full(named(child))
    assert titles_of(row, "ancestors") == ["Parent, renamed"]
    await expect_equal(ann, ben)


async def test_hub_replaced_by_an_empty_one(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A hub that is empty again is noticed, and the laptops fill it."""
    ann, ben = two
    item = await ann.item("Fix the parser")
    await settle(ann, ben)
    any_hub.wipe()
    with pytest.raises(UnknownProject):
        await ann.sync()
    any_hub.open_project(PROJECT)
    with pytest.raises(HubWentBack):
        await ann.sync()
    await ann.store.forget_hub()
    await ben.change(await ben.full(named(item)), title="Fix it")
    with pytest.raises(HubWentBack):
        await ben.sync()
    await ben.store.forget_hub()
    await settle(ann, ben)
    assert await ann.conflicts() == []
    assert (await ann.full(named(item)))["title"] == "Fix it"
    await expect_equal(ann, ben)


async def test_hub_restored_and_written_on(
    two: tuple[Laptop, Laptop], any_hub: SimulatedHub
) -> None:
    """A hub restored to before rows it had acknowledged, whose numbers then come round again, is
    known by the commit it lacks; rows it lost come back, rows both changed are merged."""
    ann, ben = two
    item = await ann.item("Shared")
    await settle(ann, ben)
    restore = any_hub.save()
    lost = await ann.item("Lost with the disk")
    await ann.change(await ann.full(named(item)), title="Ann's title")
    await ann.sync()
    restore()
    await ben.item("New on the restored hub")
    await ben.change(await ben.full(named(item)), title="Ben's title")
    await ben.sync()
    with pytest.raises(HubWentBack):
        await ann.sync()
    await ann.store.forget_hub()
    await settle(ann, ben)
    assert sorted(await ben.titles()) == sorted(
        ["Ben's title", "Lost with the disk", "New on the restored hub"]
    )
    (conflict,) = await ann.conflicts()
    assert (conflict["local"], conflict["remote"]) == ("Ann's title", "Ben's title")
    assert (await ben.full(named(lost)))["title"] == "Lost with the disk"
    await expect_equal(ann, ben)


async def test_hundred_edits_are_one_push(two: tuple[Laptop, Laptop]) -> None:
    """A hundred offline edits of a row are one pushed row, and all hundred entries go along."""
    ann, ben = two
    item = await ann.item("Fix the parser")
    await settle(ann, ben)
    before = len(ann.line.sent)
    for number in range(100):
        await ann.change(await ann.full(named(item)), title=f"Title {number}")
    await settle(ann, ben)
    (pushed,) = ann.line.sent[before:]
    assert len(pushed.entries) == 100
    assert set(pushed.fields) == {"title"}
    assert len(await ben.entries(named(item))) == 101
    await expect_equal(ann, ben)


async def test_clocks_make_no_difference(two: tuple[Laptop, Laptop]) -> None:
    """A clock that is years ahead wins nothing: what the hub has seen first stands."""
    ann, ben = two
    item = await ann.item("Fix the parser")
    await settle(ann, ben)
    ann.clock.pass_days(4000)
    await ben.change(await ben.full(named(item)), title="Ben was first")
    await ann.change(item, title="Ann is far ahead")
    await ben.sync()
    await settle(ann, ben)
    assert (await ann.full(named(item)))["title"] == "Ben was first"
    (conflict,) = await ann.conflicts()
    assert conflict["local"] == "Ann is far ahead"
    await expect_equal(ann, ben)
