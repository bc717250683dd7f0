"""What two laptops may do only one of: the other is undone, and a conflict says so."""

import pytest

from localstore.values import text_of
from tests.syncd.apart import (
    Laptop,
    chain_of,
    expect_equal,
    named,
    settle,
    titles_of,
)

pytestmark = pytest.mark.anyio


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
