"""Conflicts: the value that was not kept waits for a decision, which is an ordinary change."""

import pytest

from localstore.errors import InvalidArguments, NotFound, TidelogError
from localstore.fields import Keep
from localstore.models import Page, VendorCreate
from localstore.rows import conflicts
from localstore.values import Row, Value, mapping_of, rows_of, text_of, texts_of
from tests.localstore.test_text import nested
from tests.localstore.test_tree import chain
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def conflict(
    world: World, item: Row, field: str, entity: str = "work_item", **sides: Value
) -> Row:
    """Record that both sides changed one field, as a merge does."""
    fields: Row = {"entity": entity, "entity_id": item["id"], "field": field} | sides
    return await world.store._write("sync", lambda c, stamp: conflicts.note(c, fields, stamp))


async def resolve(world: World, of: Row, keep: Keep, value: Value = None) -> Row:
    """Decide a conflict."""
    return await world.store.resolve_conflict(key(of), keep, value, who="ada")


async def listed(world: World) -> list[Row]:
    """Every conflict, oldest first."""
    return rows_of(await world.store.conflicts(None, Page()), "items")


@pytest.mark.parametrize(
    ("keep", "value", "outcome"),
    [("local", None, "Mine"), ("remote", None, "Theirs"), ("value", "Neither", "Neither")],
)
async def test_decision_is_a_change(world: World, keep: Keep, value: Value, outcome: str) -> None:
    """The decided value is written as one versioned change by who decided, with its entry."""
    item = await world.item("Theirs")
    told = await conflict(world, item, "title", base="Old", local="Mine", remote="Theirs")
    answer = await resolve(world, told, keep, value)
    row = await world.full(item)
    assert (row["title"], row["version"]) == (outcome, answer["row_version"])
    if outcome != "Theirs":
        entry, *_ = await world.entries(item)
        assert (entry["changes"], entry["changed_by"]) == ({"title": ["Theirs", outcome]}, "ada")


async def test_resolved_conflict_says_how(world: World) -> None:
    """A resolved conflict says who decided it, when, and how, and is no longer open."""
    item = await world.item()
    told = await conflict(world, item, "title", local="Mine", remote="Theirs")
    answer = await resolve(world, told, "local")
    assert (answer["status"], answer["resolution"], answer["resolved_by"]) == (
        "resolved",
        "local",
        "ada",
    )
    assert (answer["kept"], answer["version"]) == ("Mine", 2)
    assert text_of(answer, "resolved_at").endswith("Z")
    assert (await world.store.conflicts("open", Page()))["total"] == 0
    with pytest.raises(InvalidArguments, match="resolved by ada"):
        await resolve(world, told, "remote")


async def test_conflicts_show_what_they_are_about(world: World) -> None:
    """A listed conflict shows its sides, and the row it is about by ref and title."""
    item = await world.item("About this")
    await conflict(world, item, "labels", base=["a"], local=["a", "b"], remote=["c"])
    (row,) = await listed(world)
    assert (row["base"], row["local"], row["remote"]) == (["a"], ["a", "b"], ["c"])
    about = mapping_of(row, "about")
    assert (about["ref"], about["title"]) == (item["ref"], "About this")
    assert (await world.store.status())["open_conflicts"] == 1
    assert (await world.store.sync_status())["open_conflicts"] == 1


async def test_both_labels(world: World) -> None:
    """Keeping both of two lists keeps each member once."""
    item = await world.item()
    told = await conflict(world, item, "labels", local=["a", "b"], remote=["b", "c"])
    await resolve(world, told, "both")
    assert sorted(texts_of(await world.full(item), "labels")) == ["a", "b", "c"]


async def test_both_texts(world: World) -> None:
    """Keeping both of two texts keeps one after the other."""
    item = await world.item()
    told = await conflict(world, item, "description", local="Mine", remote="Theirs")
    await resolve(world, told, "both")
    assert (await world.full(item))["description"] == "Theirs\n\nMine"


async def test_both_of_a_scalar(world: World) -> None:
    """A status or a title cannot be both."""
    item = await world.item()
    told = await conflict(world, item, "status", local="active", remote="blocked")
    with pytest.raises(InvalidArguments) as caught:
        await resolve(world, told, "both")
    assert caught.value.field == "keep"


async def test_metadata_key(world: World) -> None:
    """A conflict over one key of metadata leaves the other keys alone."""
    item = await world.item(metadata={"estimated_hours": 3, "team": "x"})
    told = await conflict(world, item, "metadata.estimated_hours", local=5, remote=3)
    await resolve(world, told, "local")
    metadata = mapping_of(await world.full(item), "metadata")
    assert (metadata["estimated_hours"], metadata["team"]) == (5, "x")


NOT_ALLOWED: list[tuple[str, Value]] = [
    ("title", ""),
    ("title", None),
    ("title", {"a": 1}),
    ("status", "done"),
    ("labels", "a"),
    ("metadata.estimated_hours", -1),
    ("deleted_at", {"a": 1}),
    ("deleted_at", 3),
    ("deleted_at", "yesterday"),
    ("archived_at", "yesterday"),
    ("parent_id", "T-00000"),
    ("parent_id", ["a"]),
    ("description", "\x00"),
    ("description", nested(100)),
]


@pytest.mark.parametrize(("field", "value"), NOT_ALLOWED)
async def test_decisions_keep_the_rules(world: World, field: str, value: Value) -> None:
    """A decision that its field may not hold is refused, and the conflict stays open."""
    item = await world.item()
    told = await conflict(world, item, field)
    before = world.sizes()
    with pytest.raises(TidelogError):
        await resolve(world, told, "value", value)
    assert world.sizes() == before
    assert (await listed(world))[0]["status"] == "open"
    assert (await world.full(item))["version"] == 1


async def test_parent_by_ref(world: World) -> None:
    """A decision for a parent may name it by ref, and the item then hangs under it."""
    item, parent = await world.item("item"), await world.item("parent")
    told = await conflict(world, item, "parent_id")
    await resolve(world, told, "value", parent["ref"])
    row = await world.full(item)
    assert (row["parent_id"], row["depth"]) == (parent["id"], 1)
    assert await world.failed_checks() == []


async def test_parent_in_a_circle(world: World) -> None:
    """A decision that would close a circle of parents is refused."""
    rows = await chain(world, 3)
    told = await conflict(world, rows[0], "parent_id")
    with pytest.raises(TidelogError):
        await resolve(world, told, "value", rows[2]["id"])


async def test_decision_is_normalised(world: World) -> None:
    """A decided value takes the same form that an ordinary update gives it."""
    item = await world.item()
    told = await conflict(world, item, "title")
    await resolve(world, told, "value", "  Trimmed ")
    assert (await world.full(item))["title"] == "Trimmed"


async def test_deletion_with_living_children(world: World) -> None:
    """A decision to delete an item leaves no living item under it."""
    rows = await chain(world, 2)
    told = await conflict(world, rows[0], "deleted_at", local="2026-01-01T00:00:00.000000Z")
    try:
        await resolve(world, told, "local")
    except TidelogError:
        assert "deleted_at" not in await world.full(rows[0])
    else:
        assert "deleted_at" in await world.full(rows[1])


async def test_vendor_name_stays_unique(world: World) -> None:
    """A decision that gives a vendor another one's name is refused."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    other = await world.store.create_vendor(VendorCreate(name="Zenith"), who="ada")
    told = await conflict(world, other, "name", entity="vendor", local="ACME", remote="Zenith")
    with pytest.raises(TidelogError):
        await resolve(world, told, "local")


async def test_unknown_conflict(world: World) -> None:
    """A conflict that does not exist is not found."""
    with pytest.raises(NotFound):
        await resolve(world, {"id": "C-00000"}, "local")
