"""Suggestions: known values that begin with what somebody typed."""

import pytest

from localstore.models import VendorCreate
from localstore.values import Row
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def test_assignees(world: World) -> None:
    """Assignees are suggested in any case, the usual ones first; deleted items do not count."""
    for assignee in ("anna", "Ada", "Ada", "bob"):
        await world.item(assignee=assignee)
    await world.change(await world.item(assignee="amy"), deleted=True)
    assert await world.store.suggestions("assignee", "a") == ["Ada", "anna"]
    assert await world.store.suggestions("assignee", "") == ["Ada", "anna", "bob"]


async def test_labels(world: World) -> None:
    """Labels are suggested, the usual ones first."""
    await world.item(labels=["parser", "bug"])
    await world.item(labels=["parser"])
    assert await world.store.suggestions("label", "") == ["parser", "bug"]
    assert await world.store.suggestions("label", "B") == ["bug"]


async def test_vendors(world: World) -> None:
    """Vendors' names are suggested by name."""
    for name in ("beta", "Alpha", "alpine"):
        await world.store.create_vendor(VendorCreate(name=name), who="ada")
    assert await world.store.suggestions("vendor", "al") == ["Alpha", "alpine"]


async def test_work_items(world: World) -> None:
    """Work items are suggested by the beginning of their ref, those changed last first."""
    one, other = await world.item(), await world.item(kind="research")
    assert await world.store.suggestions("work_item", "") == [other["ref"], one["ref"]]
    assert await world.store.suggestions("work_item", "t-") == [one["ref"]]


@pytest.mark.parametrize("prefix", ["%", "_", "!", "'", "\\", "a%", "\x00", "x" * 100_000])
async def test_wildcards_are_plain_text(world: World, prefix: str) -> None:
    """What means anything to LIKE is plain text in a prefix."""
    await world.item(assignee="ada", labels=["ab"])
    assert await world.store.suggestions("assignee", prefix) == []
    assert await world.store.suggestions("label", prefix) == []


async def test_at_most_a_hundred(world: World) -> None:
    """No more than a hundred are suggested."""
    items: list[Row] = [
        {"item_type": "task", "title": "x", "assignee": f"a{number}"} for number in range(120)
    ]
    creates: list[Row] = [{"op": "create", "item": item} for item in items]
    await world.bulk(*creates)
    assert len(await world.store.suggestions("assignee", "a")) == 100


@pytest.mark.parametrize("prefix", ["\ud800", "\x00", "a\nb"])
async def test_what_is_no_text_begins_nothing(world: World, prefix: str) -> None:
    """A prefix that no value can have suggests nothing, and does not fail."""
    await world.item(assignee="ada")
    assert await world.store.suggestions("assignee", prefix) == []
