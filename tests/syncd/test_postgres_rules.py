"""The rules that the hub on Postgres keeps, because no replica can keep them alone."""

import pytest

from tests.syncd.offers import (
    LATER,
    Writer,
    changed,
    deleted,
    edge,
    item,
    moved,
    renamed,
    vendor,
)

pytestmark = pytest.mark.anyio


async def test_parent_missing(writer: Writer) -> None:
    """A row under an item that the hub does not have is rejected."""
    assert await writer.verdicts(item(parent=item())) == ["rejected:parent_missing"]


async def test_parent_deleted(writer: Writer) -> None:
    """A live row under a deleted one is rejected; a deleted one may lie there."""
    parent = item("above")
    child = item("below", parent)
    await writer.push(parent, child)
    gone = deleted(child)
    assert await writer.verdicts(gone, deleted(parent)) == ["accepted", "accepted"]
    assert await writer.verdicts(item("new", parent), item("dead", parent, deleted_at=LATER)) == [
        "rejected:parent_deleted",
        "accepted",
    ]
    assert await writer.verdicts(changed(gone, deleted_at=None)) == ["rejected:parent_deleted"]


async def test_cycle_formed_together(writer: Writer) -> None:
    """A moved under B by one laptop, B under A by another: the second is rejected."""
    a, b = item("a"), item("b")
    await writer.push(a, b)
    assert await writer.verdicts(moved(a, b)) == ["accepted"]
    assert await writer.verdicts(moved(b, a)) == ["rejected:cycle"]


async def test_cycle_in_one_batch(writer: Writer) -> None:
    """Of two moves in one batch that close a circle, the first is accepted."""
    a, b, other = item("a"), item("b"), item("other")
    await writer.push(a, b, other)
    assert await writer.verdicts(changed(other, title="x"), moved(a, b), moved(b, a)) == [
        "accepted",
        "accepted",
        "rejected:cycle",
    ]
    assert await writer.verdicts(moved(other, other)) == ["moved_on"]


async def test_too_deep_only_together(writer: Writer) -> None:
    """A subtree is measured with what hangs below it on the hub."""
    chain = [item("0")]
    for level in range(1, 4):
        chain.append(item(str(level), chain[-1]))
    low = item("low")
    lower = item("lower", low)
    await writer.push(*chain, low, lower)
    assert await writer.verdicts(item("lowest", lower)) == ["accepted"]
    assert await writer.verdicts(moved(low, chain[3])) == ["rejected:too_deep"]
    assert await writer.verdicts(moved(low, chain[2])) == ["accepted"]


async def test_live_children(writer: Writer) -> None:
    """An item with a live child is not deleted; with its children, in any order, it is."""
    parent = item("above")
    child = item("below", parent)
    await writer.push(parent, child)
    assert await writer.verdicts(deleted(parent)) == ["rejected:live_children"]
    assert await writer.verdicts(deleted(parent), deleted(child)) == ["accepted", "accepted"]


async def test_blocker_cycle(writer: Writer) -> None:
    """An edge that closes a circle of blockers is rejected, also a drawn-again one."""
    a, b, c = item("a"), item("b"), item("c")
    first = edge(a, b)
    await writer.push(a, b, c, first, edge(b, c))
    assert await writer.verdicts(edge(c, a), edge(a, c), edge(c, a, "related")) == [
        "rejected:blocker_cycle",
        "accepted",
        "accepted",
    ]
    gone = deleted(first)
    back = edge(b, a)
    assert await writer.verdicts(gone, back) == ["accepted", "accepted"]
    assert await writer.verdicts(changed(gone, deleted_at=None)) == ["rejected:blocker_cycle"]


async def test_an_item_does_not_block_itself(writer: Writer) -> None:
    """The smallest circle of blockers is one edge."""
    a = item()
    assert await writer.verdicts(a, edge(a, a)) == ["accepted", "rejected:blocker_cycle"]


async def test_name_taken(writer: Writer) -> None:
    """Two spellings of one name are one name; Python decides which are."""
    first = vendor("Straße")
    assert await writer.verdicts(first, vendor("STRASSE"), vendor("Gasse")) == [
        "accepted",
        "rejected:name_taken",
        "accepted",
    ]
    assert await writer.verdicts(renamed(first, "GASSE")) == ["rejected:name_taken"]
    assert await writer.verdicts(renamed(first, "strasse")) == ["accepted"]
    assert "name_key" not in await writer.row(first)


async def test_names_swapped_in_one_batch(writer: Writer) -> None:
    """Two vendors that swap their names in one batch are both accepted."""
    one, two = vendor("one"), vendor("two")
    await writer.push(one, two)
    assert await writer.verdicts(renamed(one, "two"), renamed(two, "one")) == [
        "accepted",
        "accepted",
    ]
