"""Values that travel: strange ones come back the same, unknown ones survive, lists meet."""

import pytest

from localstore.values import Row, text_of, texts_of
from tests.syncd.apart import (
    Laptop,
    expect_equal,
    named,
    settle,
    write_unknown_field,
)

pytestmark = pytest.mark.anyio


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
