"""Enhancements: what may come, and what it builds on."""

import pytest

from localstore.errors import CycleError, Duplicate, InvalidArguments, NotFound, VersionConflict
from localstore.models import EnhancementCreate, EnhancementPatch, Page
from localstore.validation import validate
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of
from tests.localstore.world import World, key, refs

pytestmark = pytest.mark.anyio


async def enhancement(world: World, title: str = "OCR", /, **fields: Value) -> Row:
    """Create an enhancement; takes `client_ref` beside its fields."""
    client_ref = text_of(fields, "client_ref") or None
    fields.pop("client_ref", None)
    command = validate(EnhancementCreate, {"title": title, **fields})
    return await world.store.create_enhancement(command, who="ada", client_ref=client_ref)


async def change(world: World, row: Row, **fields: Value) -> Row:
    """Update an enhancement from the version that `row` shows."""
    patch = validate(EnhancementPatch, fields)
    return await world.store.update_enhancement(
        key(row), number_of(row, "version"), patch, who="bob"
    )


async def titles(world: World, status: str | None = None, quarter: str | None = None) -> list[str]:
    """The titles a list shows."""
    chosen = validate(EnhancementPatch, {"status": status}).status
    told = await world.store.list_enhancements(chosen, quarter, Page())
    assert told["total"] == len(rows_of(told, "items"))
    return [text_of(row, "title") for row in rows_of(told, "items")]


async def test_everything_comes_back(world: World) -> None:
    """An enhancement reads back with everything, what it builds on by ref."""
    base = await enhancement(world, "Base")
    fields: Row = {
        "description": "Why",
        "priority": 1,
        "status": "approved",
        "target_quarter": "2026-Q3",
        "required_principles": ["local first"],
    }
    row = await enhancement(world, depends_on=[text_of(base, "ref").lower()], **fields)
    assert {name: row[name] for name in fields} == fields
    assert row["depends_on"] == [base["ref"]]
    assert (row["version"], row["created_by"]) == (1, "ada")


async def test_defaults(world: World) -> None:
    """A new enhancement is planned and of priority 3."""
    row = await enhancement(world)
    assert (row["status"], row["priority"]) == ("planned", 3)


async def test_update(world: World) -> None:
    """An update changes what it names, one version up, and tells what changed."""
    row = await enhancement(world, target_quarter="2026-Q3", description="Why")
    told = await change(world, row, status="completed", clear=["target_quarter"])
    assert (told["version"], told["status"], told["description"]) == (2, "completed", "Why")
    assert "target_quarter" not in told
    assert sorted(texts_of(told, "changed")) == ["status", "target_quarter"]
    entry, _ = await world.entries(row)
    assert mapping_of(entry, "changes")["status"] == ["planned", "completed"]


async def test_stale_update_is_refused(world: World) -> None:
    """A stale update is refused with the current row, and nothing is written."""
    row = await enhancement(world)
    await change(world, row, title="New")
    before = world.sizes()
    with pytest.raises(VersionConflict) as caught:
        await change(world, row, title="Mine")
    assert (caught.value.current["title"], caught.value.current["version"]) == ("New", 2)
    assert world.sizes() == before


async def test_building_on_nothing(world: World) -> None:
    """An enhancement that builds on one that does not exist is refused."""
    with pytest.raises(NotFound):
        await enhancement(world, depends_on=["E-00000"])
    row = await enhancement(world)
    with pytest.raises(NotFound):
        await change(world, row, depends_on=["E-00000"])
    assert (world.sizes()["enhancements"], (await change(world, row))["version"]) == (1, 1)


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_circles_are_refused(world: World, length: int) -> None:
    """Enhancements cannot build on each other in a circle, not even one on itself."""
    rows = [await enhancement(world, "0")]
    for number in range(1, length):
        rows.append(await enhancement(world, str(number), depends_on=[key(rows[-1])]))
    with pytest.raises(CycleError) as caught:
        await change(world, rows[0], depends_on=[key(rows[-1])])
    assert set(caught.value.path) == set(refs(rows))
    assert caught.value.path[0] == caught.value.path[-1]


async def test_turning_an_edge(world: World) -> None:
    """What one builds on can be replaced: an old base that is given up makes no circle."""
    base = await enhancement(world, "base")
    row = await enhancement(world, "row", depends_on=[key(base)])
    free = await change(world, row, clear=["depends_on"])
    assert "depends_on" not in free
    assert (await change(world, base, depends_on=[key(row)]))["depends_on"] == [row["ref"]]


async def test_order(world: World) -> None:
    """The most urgent stands first, of one priority the oldest."""
    for title, priority in [("c", 3), ("a", 1), ("d", 3), ("b", 2)]:
        await enhancement(world, title, priority=priority)
    assert await titles(world) == ["a", "b", "c", "d"]


async def test_filters(world: World) -> None:
    """Enhancements can be listed by status, by quarter, and by both."""
    await enhancement(world, "a", status="approved", target_quarter="2026-Q1")
    await enhancement(world, "b", status="approved")
    await enhancement(world, "c", target_quarter="2026-Q1")
    assert await titles(world, "approved") == ["a", "b"]
    assert await titles(world, None, "2026-Q1") == ["a", "c"]
    assert await titles(world, "approved", "2026-Q1") == ["a"]


async def test_pages_meet(world: World) -> None:
    """Pages of enhancements meet; a cursor of one list is refused by another."""
    for number in range(5):
        await enhancement(world, str(number))
    first = await world.store.list_enhancements(None, None, Page(limit=2))
    page = Page(cursor=text_of(first, "next_cursor"))
    rest = await world.store.list_enhancements(None, None, page)
    found = [text_of(row, "title") for told in (first, rest) for row in rows_of(told, "items")]
    assert found == ["0", "1", "2", "3", "4"]
    with pytest.raises(InvalidArguments, match="other filters"):
        await world.store.list_enhancements("planned", None, page)


async def test_emptying_what_is_empty(world: World) -> None:
    """Setting an empty description to an empty one changes nothing."""
    row = await enhancement(world)
    assert (await change(world, row, description=""))["version"] == 1


async def test_client_ref(world: World) -> None:
    """The same enhancement sent again is created once; another one under its ref is refused."""
    first = await enhancement(world, client_ref="r1")
    assert (await enhancement(world, client_ref="r1"))["id"] == first["id"]
    with pytest.raises(Duplicate):
        await enhancement(world, "Other", client_ref="r1")
    assert world.sizes()["enhancements"] == 1
