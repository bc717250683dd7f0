"""Edits of the files of vendors, enhancements, edges and the configuration."""

import pytest

from localstore.entities import (
    CONFIGURATION,
    DEPENDENCY,
    ENHANCEMENT,
    VENDOR,
)
from localstore.errors import CycleError, Duplicate, InvalidArguments
from localstore.ids import name_key, named_id
from localstore.models import EnhancementCreate, VendorCreate
from tests.localstore.editing import edit, list_in, row_of
from tests.localstore.world import World, refused

pytestmark = pytest.mark.anyio
DELETED = "2026-05-01T00:00:00.000000Z"


async def test_vendor(world: World) -> None:
    """A vendor is renamed by its name, in any spelling, but not to one that is taken."""
    for name in ("Acme", "Zenith"):
        await world.store.create_vendor(VendorCreate(name=name), who="ada")
    base = await row_of(world, VENDOR, named_id("vendor", name_key("Acme")))
    assert isinstance(await refused(edit(world, VENDOR, base, name="ZENITH")), Duplicate)
    told = await edit(world, VENDOR, base, name=" Straße ", status="operational", metadata={"a": 1})
    assert sorted(map(str, list_in(told, "changed")))[-2:] == ["name", "status"]
    assert (await world.store.vendor("STRASSE"))["version"] == 2
    refusal = await refused(edit(world, VENDOR, base, name="A/B"))
    assert isinstance(refusal, InvalidArguments)
    assert refusal.field == "name"


async def test_enhancement(world: World) -> None:
    """An enhancement's fields are edited, what it builds on by ref or id, without circles."""
    first = await world.store.create_enhancement(EnhancementCreate(title="First"), who="ada")
    second = await world.store.create_enhancement(EnhancementCreate(title="Second"), who="ada")
    base = await row_of(world, ENHANCEMENT, second["id"])
    await edit(world, ENHANCEMENT, base, depends_on=[first["ref"]], target_quarter="2027-q1")
    after = await row_of(world, ENHANCEMENT, second["id"])
    assert (after["depends_on"], after["target_quarter"]) == ([first["id"]], "2027-Q1")
    other = await row_of(world, ENHANCEMENT, first["id"])
    circle = edit(world, ENHANCEMENT, other, depends_on=[second["id"]])
    assert isinstance(await refused(circle), CycleError)


async def test_edge(world: World) -> None:
    """An edge is removed and drawn again by deleted_at; its ends and type stay."""
    await world.blocks(await world.item("Blocker"), await world.item("Blocked"))
    base = await row_of(world, DEPENDENCY)
    assert (await edit(world, DEPENDENCY, base, deleted_at=DELETED))["changed"] == ["deleted_at"]
    gone = await row_of(world, DEPENDENCY)
    assert "deleted_at" in gone
    await edit(world, DEPENDENCY, gone, deleted_at=None)
    assert "deleted_at" not in await row_of(world, DEPENDENCY)
    for name in ("source_id", "target_id", "dependency_type"):
        refusal = await refused(edit(world, DEPENDENCY, base, **{name: "related"}))
        assert isinstance(refusal, InvalidArguments)
        assert (refusal.field, bool(refusal.hint)) == (name, True)


async def test_configuration_and_layout(world: World) -> None:
    """The configuration's fields and the report's layout are edited in one change; tools never
    show the layout."""
    session = await world.item(kind="session")
    base = await row_of(world, CONFIGURATION)
    layout = "<!-- tidelog:title -->\r\n\r\n## By hand\n" * 4_000
    told = await edit(
        world, CONFIGURATION, base, report_layout=layout, current_session_id=session["ref"]
    )
    assert (told["version"], told["changed"]) == (2, ["current_session_id", "report_layout"])
    after = await row_of(world, CONFIGURATION)
    assert (after["report_layout"], after["current_session_id"]) == (layout, session["id"])
    shown = [await world.store.configuration(), await world.store.status()]
    assert "By hand" not in str([*shown, await world.entries()])
    refusal = await refused(edit(world, CONFIGURATION, after, report_layout="x" * 200_001))
    assert isinstance(refusal, InvalidArguments)
    assert refusal.field == "report_layout"
    await edit(world, CONFIGURATION, after, report_layout=None)
    assert "report_layout" not in await row_of(world, CONFIGURATION)
