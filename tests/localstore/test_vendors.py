"""Vendors: one row a name in whatever spelling, versioned as everything else."""

import pytest

from localstore.errors import Duplicate, InvalidArguments, NotFound, VersionConflict
from localstore.ids import name_key, named_id
from localstore.metadata import EXAMPLES
from localstore.models import Page, VendorCreate, VendorPatch
from localstore.validation import validate
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def vendor(
    world: World, name: str = "Acme", *, client_ref: str | None = None, **fields: Value
) -> Row:
    """Create a vendor."""
    command = validate(VendorCreate, {"name": name, **fields})
    return await world.store.create_vendor(command, who="ada", client_ref=client_ref)


async def change(world: World, row: Row, who: str = "ada", **fields: Value) -> Row:
    """Update a vendor from the version that `row` shows."""
    patch = validate(VendorPatch, fields)
    return await world.store.update_vendor(key(row), number_of(row, "version"), patch, who=who)


async def names(world: World, page: Page) -> list[str]:
    """The names one page of vendors shows."""
    return [
        text_of(row, "name") for row in rows_of(await world.store.list_vendors(None, page), "items")
    ]


async def test_new_vendor_is_broken(world: World) -> None:
    """A new vendor is broken until somebody says otherwise."""
    assert (await vendor(world))["status"] == "broken"


async def test_everything_comes_back(world: World) -> None:
    """A vendor reads back with everything it was given."""
    metadata = EXAMPLES["vendor"] | {"contact": {"name": "x"}}
    await vendor(world, status="operational", extractor_version="2.4.1", metadata=metadata)
    row = await world.store.vendor("acme")
    assert (row["name"], row["status"], row["extractor_version"]) == (
        "Acme",
        "operational",
        "2.4.1",
    )
    assert mapping_of(row, "metadata") == metadata | {"_schema_version": "1.0"}
    assert (row["version"], row["created_by"]) == (1, "ada")


async def test_id_comes_from_the_name(world: World) -> None:
    """A vendor's id is the one that every replica gives its name, in whatever spelling."""
    row = await vendor(world, "Straße")
    assert row["id"] == named_id("vendor", name_key("STRASSE"))


@pytest.mark.parametrize("spelling", ["STRASSE", "straße", " Straße ", "StrasSe"])
async def test_spellings_are_duplicates(world: World, spelling: str) -> None:
    """A second vendor of the same name in another spelling is refused, showing the first."""
    row = await vendor(world, "Straße")
    with pytest.raises(Duplicate) as caught:
        await vendor(world, spelling)
    assert caught.value.existing["ref"] == row["ref"]
    assert caught.value.existing["name"] == "Straße"
    assert world.sizes()["vendors"] == 1


async def test_update(world: World) -> None:
    """An update changes what it names, keeps the rest, and tells what changed."""
    row = await vendor(world, extractor_version="1.0", metadata={"a": 1, "b": 2})
    told = await change(
        world, row, who="bob", status="operational", metadata={"a": 3}, clear=["metadata.b"]
    )
    assert (told["version"], told["status"], told["extractor_version"]) == (2, "operational", "1.0")
    assert mapping_of(told, "metadata") == {"_schema_version": "1.0", "a": 3}
    assert told["updated_by"] == "bob"
    assert sorted(texts_of(told, "changed")) == ["metadata.a", "metadata.b", "status"]


async def test_stale_update_is_refused(world: World) -> None:
    """A stale update is refused with the current row, and nothing is written."""
    row = await vendor(world)
    await change(world, row, who="bob", status="operational")
    before = world.sizes()
    with pytest.raises(VersionConflict) as caught:
        await change(world, row, extractor_version="9")
    assert caught.value.current["status"] == "operational"
    assert (caught.value.current["version"], caught.value.current["updated_by"]) == (2, "bob")
    assert world.sizes() == before


async def test_renaming(world: World) -> None:
    """A renamed vendor keeps its id and is found by the new name only."""
    row = await vendor(world, "Acme")
    told = await change(world, row, new_name="Zenith")
    assert (told["id"], told["name"]) == (row["id"], "Zenith")
    assert (await world.store.vendor("ZENITH"))["id"] == row["id"]
    with pytest.raises(NotFound):
        await world.store.vendor("Acme")


async def test_renaming_to_another_spelling(world: World) -> None:
    """A vendor can be given another spelling of its own name."""
    row = await vendor(world, "acme")
    assert (await change(world, row, new_name="ACME"))["name"] == "ACME"


async def test_renaming_to_a_taken_name(world: World) -> None:
    """A vendor cannot take another one's name in any spelling."""
    await vendor(world, "Straße")
    row = await vendor(world, "Acme")
    with pytest.raises(Duplicate):
        await change(world, row, new_name="STRASSE")
    assert (await world.store.vendor("Acme"))["version"] == 1


async def test_name_is_free_after_renaming(world: World) -> None:
    """A name that a vendor gave up can be taken by a new one, which has an id of its own."""
    row = await vendor(world, "Acme")
    await change(world, row, new_name="Zenith")
    other = await vendor(world, "Acme")
    assert other["id"] != row["id"]
    assert (await world.store.vendor("acme"))["id"] == other["id"]


async def test_clearing(world: World) -> None:
    """What can be emptied is emptied; a name or status cannot."""
    row = await vendor(world, extractor_version="1", metadata={"a": 1})
    told = await change(world, row, clear=["extractor_version", "metadata"])
    assert not told.keys() & {"extractor_version", "metadata"}
    for name in ("name", "status", "colour"):
        with pytest.raises(InvalidArguments):
            await change(world, told, clear=[name])


async def test_wrong_metadata(world: World) -> None:
    """Metadata that breaks a rule is refused and nothing is written."""
    with pytest.raises(InvalidArguments) as caught:
        await vendor(world, metadata={"test_results": {"passing": 2, "total": 1}})
    assert caught.value.field == "metadata.test_results"
    assert caught.value.details["example"] == EXAMPLES["vendor"]
    assert world.sizes()["vendors"] == 0


async def test_broken_metadata_is_still_answered(world: World) -> None:
    """A vendor whose stored metadata breaks a rule is answered, with what is wrong."""
    await vendor(world)
    world.sql("""UPDATE vendors SET metadata = '{"test_results": {"passing": "many"}}'""")
    row = await world.store.vendor("Acme")
    assert "metadata.test_results.passing" in text_of(row, "metadata_problem")
    (listed,) = rows_of(await world.store.list_vendors(None, Page(detail="full")), "items")
    assert listed["metadata_problem"] == row["metadata_problem"]


async def test_list_goes_by_name(world: World) -> None:
    """Vendors are listed by name without regard to case, in pages that meet."""
    for name in ("beta", "Alpha", "gamma", "Ärmel", "DELTA"):
        await vendor(world, name)
    whole = await names(world, Page())
    assert whole == ["Alpha", "beta", "DELTA", "gamma", "Ärmel"]
    first = await world.store.list_vendors(None, Page(limit=2))
    cursor = text_of(first, "next_cursor")
    assert first["total"] == 5
    assert await names(world, Page(limit=10, cursor=cursor)) == whole[2:]


async def test_list_by_status(world: World) -> None:
    """Vendors can be listed by status."""
    await vendor(world, "Works", status="operational")
    await vendor(world, "Broken")
    told = await world.store.list_vendors("operational", Page())
    assert [row["name"] for row in rows_of(told, "items")] == ["Works"]
    assert told["total"] == 1


async def test_list_in_short_and_in_full(world: World) -> None:
    """A list of vendors is short unless everything is asked for; no derived columns show."""
    await vendor(world, metadata={"a": 1})
    short, *_ = rows_of(await world.store.list_vendors(None, Page()), "items")
    whole, *_ = rows_of(await world.store.list_vendors(None, Page(detail="full")), "items")
    assert short.keys() == {"ref", "name", "status", "version", "updated_at"}
    assert "metadata" in whole
    assert "name_key" not in whole


async def test_client_ref(world: World) -> None:
    """The same creation sent again returns the first vendor; another one is refused."""
    first = await vendor(world, client_ref="r1")
    assert (await vendor(world, client_ref="r1"))["id"] == first["id"]
    with pytest.raises(Duplicate):
        await vendor(world, "Other", client_ref="r1")
    assert world.sizes()["vendors"] == 1
