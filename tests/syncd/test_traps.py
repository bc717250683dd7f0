"""The traps of syncing, one by one, on the model of a hub and on PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from localstore.values import Row, number_of, text_of, texts_of
from syncd.hub import HubUnreachable, HubWentBack, UnknownProject
from tests.simulation.model_hub import ModelHub
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import (
    PROJECT,
    Laptop,
    chain_of,
    expect_equal,
    laptops,
    named,
    reopened,
    settle,
    titles_of,
    write_unknown_field,
)
from tests.syncd.elsewhere import Elsewhere, postgres_elsewhere

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def real_hub() -> Iterator[Elsewhere]:
    """One PostgreSQL for all of this file."""
    with postgres_elsewhere() as hub:
        yield hub


@pytest.fixture(params=["model", "postgres"])
def any_hub(request: pytest.FixtureRequest) -> SimulatedHub:
    """A hub that knows nothing yet."""
    if request.param == "model":
        return ModelHub()
    hub: Elsewhere = request.getfixturevalue("real_hub")
    hub.wipe()
    return hub


@pytest.fixture
async def two(
    any_hub: SimulatedHub, new_store: Path, tmp_path: Path
) -> AsyncIterator[tuple[Laptop, Laptop]]:
    """Ann's and Ben's laptops."""
    async with laptops(any_hub, new_store, tmp_path) as (ann, ben):
        yield ann, ben


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
    await ann.store.close()


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
    await ben.store.close()


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


async def test_circle_of_two_moves(two: tuple[Laptop, Laptop]) -> None:
    """Of two moves that make a circle together one stands; the other is undone, and a conflict
    says so."""
    ann, ben = two
    first, second = await ann.item("A"), await ann.item("B")
    await settle(ann, ben)
    await ann.move(first, second)
    await ben.move(await ben.full(named(second)), first)
    await settle(ann, ben)
    assert "parent_id" in await ann.full(named(first))
    assert "parent_id" not in await ann.full(named(second))
    (conflict,) = await ann.conflicts()
    assert (conflict["field"], conflict["local"]) == ("parent_id", first["id"])
    assert conflict["entity_id"] == second["id"]
    await expect_equal(ann, ben)


async def test_too_deep_together(two: tuple[Laptop, Laptop]) -> None:
    """Of two moves that make the tree too deep together one stands, and the other is undone."""
    ann, ben = two
    chain = await chain_of(ann, "abcd")
    other = await chain_of(ann, "xyz")
    await settle(ann, ben)
    await ann.move(other[1], chain[3])
    await ben.item("too deep", under=other[2])
    await settle(ann, ben)
    assert titles_of(await ann.full(named(other[2])), "ancestors") == [*"abcdy"]
    (conflict,) = await ben.conflicts()
    assert (conflict["field"], conflict["local"]) == ("parent_id", other[2]["id"])
    await expect_equal(ann, ben)


async def test_circle_of_blockers_together(two: tuple[Laptop, Laptop]) -> None:
    """Of two edges that make a circle together one stands; the other is withdrawn."""
    ann, ben = two
    first, second = await ann.item("A"), await ann.item("B")
    await settle(ann, ben)
    await ann.blocks(first, second)
    await ben.blocks(second, first)
    await settle(ann, ben)
    (conflict,) = await ben.conflicts()
    assert (conflict["entity"], conflict["field"]) == ("dependency", "deleted_at")
    living = "SELECT count(*) FROM dependencies WHERE deleted_at IS NULL"
    assert (ann.sql(living), ben.sql(living)) == ([(1,)], [(1,)])
    await expect_equal(ann, ben)


@pytest.mark.parametrize("deletes_first", [True, False])
async def test_parent_deleted_here_child_added_there(
    two: tuple[Laptop, Laptop], deletes_first: bool
) -> None:
    """A child added below a parent that was deleted elsewhere is in reach, and a conflict tells of
    it, whoever comes first."""
    ann, ben = two
    root = await ann.item("Root")
    parent = await ann.item("Parent", under=root)
    await settle(ann, ben)
    await ann.change(parent, deleted=True)
    child = await ben.item("Child", under=parent)
    await settle(*((ann, ben) if deletes_first else (ben, ann)))
    row = await ann.full(named(child))
    above = ["Root"] if deletes_first else ["Root", "Parent"]
    assert titles_of(row, "ancestors") == above
    assert len(await ann.conflicts()) == 1
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


async def test_unknown_fields_survive(two: tuple[Laptop, Laptop]) -> None:
    """What a newer tidelog wrote into a row goes through an older one unharmed, and merges."""
    ann, ben = two
    item = await ann.item("Fix the parser")
    await settle(ann, ben)
    await write_unknown_field(ann, item, {"due_date": "2027-01-01"})
    await ben.change(await ben.full(named(item)), title="Fix it")
    await settle(ann, ben)
    for laptop in two:
        row = await laptop.full(named(item))
        assert (row["title"], row["extra"]) == ("Fix it", {"due_date": "2027-01-01"})
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


async def test_one_vendor_in_two_spellings(two: tuple[Laptop, Laptop]) -> None:
    """A vendor that two laptops name "Straße" and "STRASSE" is one row, and one of the spellings
    waits in a conflict."""
    ann, ben = two
    await ann.vendor("Straße")
    await ben.vendor("STRASSE")
    await settle(ann, ben)
    assert len((await ben.rows())["vendor"]) == 1
    (conflict,) = await ben.conflicts()
    assert {conflict["local"], conflict["remote"]} == {"Straße", "STRASSE"}
    await expect_equal(ann, ben)


async def test_swapped_names(two: tuple[Laptop, Laptop]) -> None:
    """Two vendors that swapped their names arrive so."""
    ann, ben = two
    first, second = await ann.vendor("North"), await ann.vendor("South")
    await settle(ann, ben)
    await ann.rename("North", "Between")
    await ann.rename("South", "North")
    await ann.rename("Between", "South")
    await settle(ann, ben)
    names = {text_of(row, "id"): row["name"] for row in (await ben.rows())["vendor"]}
    assert names == {first["id"]: "South", second["id"]: "North"}
    assert await ben.conflicts() == []
    await expect_equal(ann, ben)


async def test_taken_name(two: tuple[Laptop, Laptop]) -> None:
    """A vendor renamed to what another laptop has just called a new one gets its old name back."""
    ann, ben = two
    await ann.vendor("North")
    await settle(ann, ben)
    await ann.rename("North", "East")
    await ben.vendor("East")
    await ben.sync()
    await settle(ann, ben)
    assert sorted(text_of(row, "name") for row in (await ann.rows())["vendor"]) == ["East", "North"]
    (conflict,) = await ann.conflicts()
    assert (conflict["field"], conflict["local"], conflict["kept"]) == ("name", "East", "North")
    await expect_equal(ann, ben)


async def test_values_that_come_back_different(two: tuple[Laptop, Laptop]) -> None:
    """Numbers and mappings that JSON spells in several ways are no change when they come back."""
    ann, ben = two
    strange: Row = {"big": 1e22, "minus": -0.0, "huge": 1.5e300, "z": {"b": 1, "a": [1.0, 2]}}
    item = await ann.item("Fix the parser", metadata=strange)
    await settle(ann, ben)
    await ann.change(await ann.full(named(item)), labels=["a"])
    await ben.change(await ben.full(named(item)), metadata={"new": "here"})
    await settle(ann, ben)
    assert await ann.conflicts() == []
    found = (await ben.full(named(item)))["metadata"]
    assert isinstance(found, dict)
    assert {name: found[name] for name in strange} == strange
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


async def test_lists_and_texts_meet(two: tuple[Laptop, Laptop]) -> None:
    """Labels of both sides, and lines far apart in one text, are all there; nothing conflicts."""
    ann, ben = two
    text = "\n".join(f"line {number}" for number in range(10))
    item = await ann.item("Fix the parser", description=text, labels=["old"])
    await settle(ann, ben)
    await ann.change(item, labels=["old", "ann"], description=text.replace("line 1", "Ann"))
    theirs = await ben.full(named(item))
    await ben.change(theirs, labels=["ben"], description=text.replace("line 8", "Ben"))
    await settle(ann, ben)
    row = await ben.full(named(item))
    assert sorted(texts_of(row, "labels")) == ["ann", "ben"]
    assert text_of(row, "description").split("\n")[1] == "Ann"
    assert text_of(row, "description").split("\n")[8] == "Ben"
    assert await ann.conflicts() == []
    await expect_equal(ann, ben)
