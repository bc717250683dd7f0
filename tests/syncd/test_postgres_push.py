"""What the hub on Postgres says to pushed rows."""

import pytest

from localstore.exchange import Verdict
from localstore.values import Row
from syncd.hub import BatchRefused
from tests.syncd.offers import (
    Writer,
    changed,
    item,
    offer,
    on_no_base,
)

pytestmark = pytest.mark.anyio


async def test_a_new_row_is_accepted(writer: Writer) -> None:
    """A new row is accepted, takes the next number, and leaves one commit."""
    first, second = item("one"), item("two")
    receipt = await writer.push(first, second)
    assert [each.kind for each in receipt.verdicts] == ["accepted", "accepted"]
    assert (receipt.previous_head, receipt.head) == (0, 2)
    assert receipt.commit is not None
    assert receipt.commit.seq == 2
    page = await writer.page()
    assert [each.row["title"] for each in page.rows] == ["one", "two"]
    assert page.seen == receipt.commit


async def test_named_fields_are_changed_and_no_others(writer: Writer) -> None:
    """Fields that a push does not name keep the hub's value; null empties one."""
    row = item("one", description="long", assignee="ada", labels=["b", "a"])
    await writer.push(row)
    await writer.push(changed(row, assignee=None, title="two"))
    told = await writer.row(row)
    assert (told["title"], told["description"], told["labels"]) == ("two", "long", ["b", "a"])
    assert "assignee" not in told
    assert (told["version"], told["updated_by"]) == (2, "ben")


async def test_acknowledgement_lost(writer: Writer) -> None:
    """A push that comes again, after others built on it, is `already`, with the hub's change."""
    row = item()
    await writer.push(row)
    theirs = changed(row, title="theirs")
    await writer.push(theirs)
    again = await writer.push(row)
    assert again.verdicts == (Verdict("already", current=theirs.change_id),)
    assert again.head == again.previous_head == 2
    assert (await writer.row(row))["title"] == "theirs"


async def test_base_is_checked(writer: Writer) -> None:
    """A row whose base is not the hub's change has moved on, and is told the hub's."""
    row = item()
    await writer.push(row)
    theirs, mine = changed(row, title="theirs"), changed(row, title="mine")
    await writer.push(theirs)
    receipt = await writer.push(mine)
    assert receipt.verdicts == (Verdict("moved_on", current=theirs.change_id),)
    assert (await writer.row(row))["title"] == "theirs"
    assert len((await writer.page()).entries) == 2


async def test_moved_on_without_a_row(writer: Writer) -> None:
    """A base that the hub has never had is answered with: I have no such row."""
    lost = changed(item(), title="more")
    receipt = await writer.push(lost)
    assert receipt.verdicts == (Verdict("moved_on", current=None),)


async def test_moved_on_without_a_base(writer: Writer) -> None:
    """A row offered as new which the hub has is answered with the hub's change."""
    row = item()
    await writer.push(row)
    receipt = await writer.push(on_no_base(changed(row, title="mine")))
    assert receipt.verdicts == (Verdict("moved_on", current=row.change_id),)


async def test_unknown_entity(writer: Writer) -> None:
    """A row of an entity that the hub does not know is rejected alone."""
    assert await writer.verdicts(offer("horoscope", {"sign": "leo"}), item()) == [
        "rejected:unknown_entity",
        "accepted",
    ]


async def test_same_row_twice_in_a_batch(writer: Writer) -> None:
    """A batch that holds a row twice is refused whole."""
    row = item()
    with pytest.raises(BatchRefused, match="twice"):
        await writer.push(row, changed(row, title="again"))
    assert await writer.rows() == {}


async def test_row_without_its_entry(writer: Writer) -> None:
    """A row without the entry of its change is refused: no reader would ever be told of it."""
    row = item()
    bare = type(row)(row.name, row.change_id, None, row.stamp, row.fields, ())
    with pytest.raises(BatchRefused, match="history entry"):
        await writer.push(bare)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"pr_number": "seven"},
        {"pr_number": 10**30},
        {"deleted_at": "tomorrow-ish"},
        {"parent_id": "not an id"},
        {"title": "a NUL \x00 in it"},
        {"metadata": {"half": "\ud800"}},
        {"estimate": float("nan")},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_row_that_cannot_be_taken(writer: Writer, fields: Row) -> None:
    """A value that no column holds refuses the batch, and the connection goes on working."""
    with pytest.raises(BatchRefused):
        await writer.push(item(), offer("work_item", item().fields | fields))
    assert await writer.verdicts(item()) == ["accepted"]


async def test_a_bad_row_blocks_no_other(writer: Writer) -> None:
    """Rows round a rejected one are accepted, and numbered in the batch's order without gaps."""
    low = item("low")
    child, mid, high = item("child", low), item("mid"), item("high")
    orphan = item("orphan", item())
    assert await writer.verdicts(child, mid, orphan, low, high) == [
        "accepted",
        "accepted",
        "rejected:parent_missing",
        "accepted",
        "accepted",
    ]
    page = await writer.page()
    assert [each.row["title"] for each in page.rows] == ["child", "mid", "low", "high"]
    assert page.head == 4
    assert [entry["id"] for entry in page.entries] == [each.row["id"] for each in page.rows]


async def test_nothing_accepted_leaves_nothing(writer: Writer) -> None:
    """A push of which nothing is accepted makes no commit and no history."""
    receipt = await writer.push(item(parent=item()))
    assert (receipt.head, receipt.commit) == (0, None)
    assert (await writer.page()).entries == ()


async def test_an_empty_push(writer: Writer) -> None:
    """No rows, no verdicts."""
    receipt = await writer.push()
    assert (receipt.verdicts, receipt.head) == ((), 0)
