"""client_ref: a create that is sent again is recognised."""

import pytest

from localstore.errors import Duplicate, InvalidArguments
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def test_same_request_returns_the_first(world: World) -> None:
    """The same creation under the same client_ref returns the first item and writes nothing."""
    first = await world.item("Same", labels=["a"], client_ref="r1")
    before = world.sizes()
    assert await world.item("Same", labels=["a"], client_ref="r1") == first
    assert world.sizes() == before


async def test_first_is_returned_as_it_is_now(world: World) -> None:
    """The first item is returned in its present state, whatever happened to it since."""
    first = await world.item("Same", client_ref="r1")
    await world.change(first, title="Renamed")
    again = await world.item("Same", client_ref="r1")
    assert (again["id"], again["title"], again["version"]) == (first["id"], "Renamed", 2)


@pytest.mark.parametrize("how", ["deleted", "archived"])
async def test_first_that_has_gone(world: World, how: str) -> None:
    """A first item that was deleted or archived since is still the answer; no second is made."""
    first = await world.item("Same", client_ref="r1")
    if how == "deleted":
        await world.change(first, deleted=True)
    else:
        await world.change(first, status="completed")
        await world.store.archive(who="ada", older_than_days=0)
    assert (await world.item("Same", client_ref="r1"))["id"] == first["id"]


async def test_other_request_is_refused(world: World) -> None:
    """Another creation under a used client_ref is refused, showing the item it was used for."""
    first = await world.item("Same", client_ref="r1")
    before = world.sizes()
    with pytest.raises(Duplicate) as caught:
        await world.item("Other", client_ref="r1")
    assert caught.value.existing["id"] == first["id"]
    assert caught.value.existing["title"] == "Same"
    assert world.sizes() == before


async def test_other_author_is_no_other_request(world: World) -> None:
    """Who sends a creation again makes no difference."""
    first = await world.item("Same", client_ref="r1", who="ada")
    again = await world.item("Same", client_ref="r1", who="bob")
    assert (again["id"], (await world.full(again))["created_by"]) == (first["id"], "ada")


async def test_refs_count_per_entity(world: World) -> None:
    """The same client_ref may be used once for each kind of row."""
    await world.item("Item", client_ref="r1")
    told = await world.bulk(
        {"op": "create", "item": {"item_type": "task", "title": "x"}, "client_ref": "r2"}
    )
    assert told["total"] == 1
    assert world.sizes()["client_refs"] == 2


async def test_refused_creation_leaves_its_ref_free(world: World) -> None:
    """A creation that was refused did not use its client_ref."""
    with pytest.raises(InvalidArguments):
        await world.item("Bad", client_ref="r1", metadata={"estimated_hours": -1})
    assert (await world.item("Good", client_ref="r1"))["title"] == "Good"


async def test_ref_holds_between_servers(world: World) -> None:
    """A creation sent again to another server is recognised there."""
    first = await world.item("Same", client_ref="r1")
    other = await World.begin(world.path, first_id=5_000)
    assert (await other.item("Same", client_ref="r1"))["id"] == first["id"]
    await other.store.close()


async def test_without_a_ref_every_creation_is_new(world: World) -> None:
    """Two equal creations without a client_ref are two items."""
    assert (await world.item("Same"))["id"] != (await world.item("Same"))["id"]
