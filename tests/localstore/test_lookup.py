"""Finding a row by what people call it: an id or a ref in any case, or a vendor's name."""

import pytest

from localstore.errors import InvalidArguments, NotFound
from localstore.ids import short_ref
from localstore.models import Page, VendorCreate
from localstore.values import Row, rows_of, text_of
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def twins(world: World) -> tuple[Row, Row]:
    """Two items whose refs begin alike, as two of some thousands do."""
    one, other = await world.item("One"), await world.item("Other")
    begin = text_of(one, "ref")
    world.sql("UPDATE work_items SET ref = ? WHERE id = ?", begin + "00001", key(one))
    world.sql("UPDATE work_items SET ref = ? WHERE id = ?", begin + "00002", key(other))
    return one, other


@pytest.mark.parametrize("spell", [str, str.lower, str.upper, lambda text: f"  {text} "])
async def test_refs_and_ids_in_any_case(world: World, spell: object) -> None:
    """A ref or an id names its row in any case, and spaces around it do no harm."""
    assert callable(spell)
    item = await world.item("Found")
    for name in ("id", "ref"):
        assert (await world.store.work_item(spell(item[name])))["title"] == "Found"


async def test_longer_refs(world: World) -> None:
    """Every length of a ref from five to ten characters names its row."""
    item = await world.item("Found")
    ((whole,),) = world.sql("SELECT ref FROM work_items")
    for length in range(5, 11):
        told = await world.store.work_item(str(whole)[: 2 + length])
        assert told["id"] == item["id"]


async def test_ambiguous_ref_is_refused(world: World) -> None:
    """A ref that two rows share is refused, with both as candidates that tell them apart."""
    one, other = await twins(world)
    with pytest.raises(InvalidArguments) as caught:
        await world.store.work_item(text_of(one, "ref"))
    candidates = rows_of(caught.value.to_row(), "candidates")
    assert {text_of(each, "id") for each in candidates} == {one["id"], other["id"]}
    assert {text_of(each, "title") for each in candidates} == {"One", "Other"}
    for each in candidates:
        assert (await world.store.work_item(text_of(each, "ref")))["id"] == each["id"]


async def test_ambiguous_between_active_and_archived(world: World) -> None:
    """A ref shared by an active and an archived row is refused too; neither is picked silently."""
    one, other = await twins(world)
    await world.change(other, status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    with pytest.raises(InvalidArguments) as caught:
        await world.store.work_item(text_of(one, "ref"))
    assert len(rows_of(caught.value.to_row(), "candidates")) == 2


@pytest.mark.parametrize(
    "name", ["T-00000", "no such thing", "018bcfe5-0000-7000-8000-000000000000"]
)
async def test_unknown_name(world: World, name: str) -> None:
    """A name that nothing has is not found, and the hint says where names are shown."""
    with pytest.raises(NotFound) as caught:
        await world.store.work_item(name)
    assert caught.value.hint
    assert caught.value.to_row()["key"] == name


async def test_writing_to_an_archived_item(world: World) -> None:
    """An update of an archived item is not found, and the hint says how to bring it back."""
    item = await world.item(status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    with pytest.raises(NotFound) as caught:
        await world.change(item, title="Changed")
    assert "restore" in caught.value.hint


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE work_items --",
        "\x00",
        "\ud800",
        "../../etc/passwd",
        "%",
        "T-%%%%%",
        "T-_____",
        "@",
        "",
        " ",
        "\u202e\u0000",
        "x" * 1_000_000,
        "T-" + "9" * 500,
        "-1",
        "NaN",
    ],
    ids=ascii,
)
async def test_hostile_names(world: World, hostile: str) -> None:
    """Whatever it is called, a row that is not there is refused and nothing else happens."""
    await world.item("Here")
    store, before = world.store, world.sizes()
    with pytest.raises((NotFound, InvalidArguments)):
        await store.work_item(hostile)
    with pytest.raises((NotFound, InvalidArguments)):
        await store.vendor(hostile)
    with pytest.raises((NotFound, InvalidArguments)):
        await store.history(hostile, Page())
    with pytest.raises((NotFound, InvalidArguments)):
        await store.list_deployments(hostile, Page())
    with pytest.raises((NotFound, InvalidArguments)):
        await store.restore_archived([hostile], who="ada")
    with pytest.raises((NotFound, InvalidArguments)):
        await store.set_dependency(hostile, hostile, "blocks", who="ada")
    assert world.sizes() == before


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Straße", "STRASSE"),
        ("Acme Logistics", "  acme   LOGISTICS "),
        ("T-7F3KQ", "t-7f3kq"),
        ("018bcfe5-6802-7000-8000-f1bbcdcbfa52", "018BCFE5-6802-7000-8000-F1BBCDCBFA52"),
    ],
)
async def test_vendors_by_name(world: World, name: str, spelling: str) -> None:
    """A vendor is found by its name in any spelling, though the name look like a ref or an id."""
    made = await world.store.create_vendor(VendorCreate(name=name), who="ada")
    assert (await world.store.vendor(spelling))["id"] == made["id"]
    assert (await world.store.vendor(text_of(made, "ref")))["id"] == made["id"]
    assert (await world.store.vendor(key(made)))["id"] == made["id"]


async def test_refs_are_short_in_answers(world: World) -> None:
    """Answers show the short form of a ref."""
    item = await world.item()
    full = await world.full(item)
    assert text_of(full, "ref") == short_ref(text_of(full, "ref")) == item["ref"]
