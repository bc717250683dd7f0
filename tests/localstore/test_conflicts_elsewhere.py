"""Conflicts of vendors, enhancements, the configuration and edges: each an ordinary change."""

import pytest

from localstore.errors import CycleError, TidelogError
from localstore.models import EnhancementCreate, Page, VendorCreate
from localstore.values import Row, mapping_of, rows_of, texts_of
from tests.localstore.test_conflicts import conflict, resolve
from tests.localstore.world import World, refused

pytestmark = pytest.mark.anyio
DELETED = "2026-01-01T00:00:00.000000Z"


async def test_vendor(world: World) -> None:
    """A decision about a vendor is a change of it; a null side empties the field."""
    row = await world.store.create_vendor(
        VendorCreate(name="Acme", extractor_version="1", metadata={"a": 1, "b": 2}), who="bob"
    )
    for field, value in (("status", "operational"), ("extractor_version", None), ("metadata.a", 3)):
        told = await conflict(world, row, field, entity="vendor", local=value, remote="x")
        await resolve(world, told, "local")
    after = await world.store.vendor("Acme")
    assert (after["status"], after["version"], after["updated_by"]) == ("operational", 4, "ada")
    assert "extractor_version" not in after
    assert mapping_of(after, "metadata").items() >= {"a": 3, "b": 2}.items()
    assert await world.failed_checks() == []


async def test_vendor_renamed(world: World) -> None:
    """A decided name is the vendor's name, by which it is found."""
    row = await world.store.create_vendor(VendorCreate(name="Acme"), who="bob")
    told = await conflict(world, row, "name", entity="vendor", local="Straße", remote="Acme")
    await resolve(world, told, "local")
    assert (await world.store.vendor("STRASSE"))["id"] == row["id"]


async def test_enhancement(world: World) -> None:
    """A decision about an enhancement is a change of it; lists can be kept from both sides."""
    row = await world.store.create_enhancement(EnhancementCreate(title="Old"), who="bob")
    told = await conflict(world, row, "title", entity="enhancement", local="New", remote="Old")
    await resolve(world, told, "local")
    sides: Row = {"local": ["a", "b"], "remote": ["b", "c"]}
    told = await conflict(world, row, "required_principles", entity="enhancement", **sides)
    await resolve(world, told, "both")
    (after,) = rows_of(await world.store.list_enhancements(None, None, Page()), "items")
    assert (after["title"], after["version"]) == ("New", 3)
    assert sorted(texts_of(after, "required_principles")) == ["a", "b", "c"]


async def test_configuration(world: World) -> None:
    """A decision about the configuration is a change of it, within its limits."""
    row = await world.store.configuration()
    told = await conflict(world, row, "default_token_budget", entity="configuration", local=5_000)
    assert await refused(resolve(world, told, "value", 1))
    await resolve(world, told, "local")
    after = await world.store.configuration()
    assert (after["default_token_budget"], after["version"]) == (5_000, 2)


async def test_edge_removed_and_drawn(world: World) -> None:
    """A decision about an edge removes it or draws it again, and what waits follows."""
    one, other = await world.item("one"), await world.item("other")
    await world.blocks(one, other)
    ((edge_id,),) = world.sql("SELECT id FROM dependencies")
    for side, ready in ((DELETED, ["one", "other"]), (None, ["one"])):
        told = await conflict(world, {"id": str(edge_id)}, "deleted_at", "dependency", local=side)
        await resolve(world, told, "local")
        assert await world.titles(ready=True) == ready
    assert await world.failed_checks() == []


async def test_edge_that_would_close_a_circle(world: World) -> None:
    """An edge is not drawn again when that would close a circle meanwhile."""
    one, other = await world.item("one"), await world.item("other")
    await world.blocks(one, other)
    ((edge_id,),) = world.sql("SELECT id FROM dependencies")
    await world.blocks(one, other, remove=True)
    await world.blocks(other, one)
    told = await conflict(world, {"id": str(edge_id)}, "deleted_at", "dependency")
    assert isinstance(await refused(resolve(world, told, "local")), CycleError)


async def test_item_brought_back(world: World) -> None:
    """Deciding that a deleted item lives brings it back; deciding for a deletion deletes it."""
    item = await world.item("item")
    for side, total in ((DELETED, 0), (None, 1)):
        told = await conflict(world, item, "deleted_at", local=side)
        await resolve(world, told, "local")
        assert (await world.listed())["total"] == total


@pytest.mark.parametrize("field", ["id", "version", "colour", "created_by", "item_type", "ref"])
async def test_fields_that_nobody_edits(world: World, field: str) -> None:
    """A conflict about a field that no update may change cannot be decided by changing it."""
    item = await world.item("item")
    told = await conflict(world, item, field, local="x")
    with pytest.raises(TidelogError):
        await resolve(world, told, "local")
    assert (await world.full(item))["version"] == 1


async def test_row_that_has_gone(world: World) -> None:
    """A conflict about a row that went to the archive says where it is."""
    item = await world.item("item", status="completed")
    told = await conflict(world, item, "title", local="x")
    await world.store.archive(who="ada", older_than_days=0)
    refusal = await refused(resolve(world, told, "local"))
    assert refusal is not None
    assert (refusal.code, "archive" in refusal.hint) == ("not_found", True)
