"""What rules undid because of others, and deletions that met edits: how it is told and had back."""

import pytest

from localstore.errors import CycleError, Duplicate
from localstore.models import VendorCreate, VendorPatch
from localstore.values import Row, mapping_of, text_of
from tests.laptops import Laptops
from tests.localstore.apart import apart, settle
from tests.localstore.world import refused

pytestmark = pytest.mark.anyio


async def test_undone_move(both: Laptops) -> None:
    """A move that closed a circle with another's is undone and told by refs and titles; when the
    other one has made room, it can be had after all."""
    one, other = await both.ann.item("One"), await both.ann.item("Other")
    await both.sync()
    await both.ann.move(await both.ann.full(one), other)
    await both.ben.move(await both.ben.full(other), one)
    await both.sync()
    conflict = await both.conflict()
    assert conflict["summary"] == (
        f'{other["ref"]} "Other" was put under {one["ref"]} "One" by ada on ben-laptop; others had '
        "put that one below it, so it is at the top."
    )
    assert mapping_of(conflict, "ways")["local"] == f'put it under {one["ref"]} "One"'
    assert isinstance(await refused(settle(both.ben, conflict, "local")), CycleError)
    await both.ben.move(await both.ben.full(one), None)
    answer = await settle(both.ben, conflict, "local")
    assert f'it is under {one["ref"]} "One" now' in text_of(answer, "summary")
    assert (await both.ben.full(other))["parent_id"] == one["id"]


async def test_withdrawn_edge(both: Laptops) -> None:
    """A dependency that closed a circle with another's is withdrawn; drawing it again says what is
    in the way, and leaving it out ends the conflict."""
    one, other = await both.ann.item("One"), await both.ann.item("Other")
    await both.sync()
    await both.ann.blocks(one, other)
    await both.ben.blocks(other, one)
    await both.sync()
    conflict = await both.conflict()
    name = f'{other["ref"]} "Other" blocks {one["ref"]} "One"'
    assert conflict["summary"] == (
        f"The dependency {name} was drawn by ada on ben-laptop; with those that others had drawn "
        "it closed a circle, so it was withdrawn."
    )
    assert mapping_of(conflict, "ways") == {"local": "draw it again", "remote": "leave it out"}
    assert isinstance(await refused(settle(both.ben, conflict, "local")), CycleError)
    before = both.ben.sizes()["history"]
    answer = await settle(both.ben, conflict, "remote")
    assert f"{name}: it was withdrawn, as before" in text_of(answer, "summary")
    assert both.ben.sizes()["history"] == int(before or 0) + 1


async def test_withdrawn_edge_drawn_again(both: Laptops) -> None:
    """A withdrawn dependency is drawn again once nothing is in its way."""
    one, other = await both.ann.item("One"), await both.ann.item("Other")
    await both.sync()
    await both.ann.blocks(one, other)
    await both.ben.blocks(other, one)
    await both.sync()
    conflict = await both.conflict()
    await both.ben.blocks(one, other, remove=True)
    await both.ben.change(await both.ben.full(one), deleted=True)
    told = await refused(settle(both.ben, conflict, "local"))
    assert told is not None
    assert f"{one['ref']}, an end of this dependency, is deleted" in told.message
    await both.ben.change(await both.ben.full(one), deleted=False)
    answer = await settle(both.ben, conflict, "local")
    assert "it is drawn now" in text_of(answer, "summary")
    assert await both.ben.titles(ready=True) == ["Other"]


async def test_deletion_against_an_edit(both: Laptops) -> None:
    """A deletion that met an edit is undone and told with who deleted and who edited; deciding for
    the deletion deletes, on whichever side it was."""
    deletion: Row = {"deleted": True, "who": "ann"}
    edit: Row = {"title": "Better", "who": "ben"}
    for here, there, keep in ((deletion, edit, "remote"), (edit, deletion, "local")):
        item = await apart(both, here, there)
        conflict = await both.conflict()
        deleter, other = ("ann", "ben") if keep == "remote" else ("ben", "ann")
        assert conflict["summary"] == (
            f'{item["ref"]} "Better" was deleted by ann on {deleter}-laptop while ben on '
            f"{other}-laptop changed it; it lives."
        )
        assert mapping_of(conflict, "ways")[keep] == "delete it"
        await settle(both.ben, conflict, "remote" if keep == "remote" else "local")
        assert "deleted_at" in await both.ben.full(item)
        await both.sync()


async def test_deletion_with_children(both: Laptops) -> None:
    """An item deleted here while a child was added there lives; deciding for the deletion first
    says what hangs below it, and the child is not lost."""
    item = await both.ann.item("Root")
    await both.sync()
    child = await both.ann.item("Child", under=item)
    await both.ben.change(await both.ben.full(item), deleted=True, who="ben")
    await both.sync()
    conflict = await both.conflict()
    assert conflict["summary"] == (
        f'{item["ref"]} "Root" was deleted by ben on ben-laptop; others had living work below it, '
        "so it lives."
    )
    told = await refused(settle(both.ben, conflict, "local"))
    assert told is not None
    assert (told.code, f"such as {child['ref']}" in told.message) == ("invalid_arguments", True)
    await both.ben.move(await both.ben.full(child), None)
    await settle(both.ben, conflict, "local")
    assert "deleted_at" in await both.ben.full(item)


async def test_vendor_name_that_was_taken(both: Laptops) -> None:
    """A vendor whose name was taken says which name it got; the wanted one is refused as long as
    another vendor has it."""
    await both.ben.store.create_vendor(VendorCreate(name="Zenith"), who="ben")
    await both.sync()
    await both.ann.store.create_vendor(VendorCreate(name="Acme"), who="ann")
    patch = VendorPatch(new_name="ACME")
    await both.ben.store.update_vendor("Zenith", 1, patch, who="ben")
    await both.sync()
    conflict = await both.conflict()
    assert conflict["summary"] == (
        'A vendor was called "ACME" by ben on ben-laptop; another one has that name, so it is '
        'called "Zenith".'
    )
    assert isinstance(await refused(settle(both.ben, conflict, "local")), Duplicate)
    await both.ben.store.update_vendor("Acme", 1, VendorPatch(new_name="Nadir"), who="ben")
    await settle(both.ben, conflict, "local")
    assert (await both.ben.store.vendor("acme"))["name"] == "ACME"
