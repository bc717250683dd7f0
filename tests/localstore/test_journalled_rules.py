"""What is journalled breaks no rule of the store's when it comes in: it is undone in words."""

import pytest

from localstore.models import VendorCreate, VendorPatch
from localstore.values import Row, number_of, text_of
from tests.localstore.standing_in import open_conflicts, standing_in, taken
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def fields(world: World) -> list[str]:
    """What the open conflicts are over."""
    return sorted(text_of(each, "field") for each in await open_conflicts(world))


async def test_below_a_deleted_item(world: World) -> None:
    """What was created or moved below an item that was deleted meanwhile hangs elsewhere."""
    root = await world.item("Root", kind="project")
    gone = await world.item("Gone", under=root)
    other = await world.item("Other")
    async with standing_in(world) as copy:
        new = await copy.world.item("New", under=gone)
        await copy.world.move(other, gone)
        line = await copy.line()
    await world.change(gone, deleted=True)
    await taken(world, line)
    assert (await world.full(new))["parent_id"] == root["id"]
    assert "parent_id" not in await world.full(other)
    assert await fields(world) == ["parent_id", "parent_id"]
    assert {each["local"] for each in await open_conflicts(world)} == {
        f'{gone["ref"]} "Gone"',
    }


async def test_an_edit_of_a_deleted_item(world: World) -> None:
    """The edit lives, and the conflict says so."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        await copy.world.change(item, status="completed")
        line = await copy.line()
    await world.change(item, deleted=True)
    await taken(world, line)
    row = await world.full(item)
    assert (row["status"], row.get("deleted_at")) == ("completed", None)
    assert await fields(world) == ["deleted_at"]


async def test_deleted_with_work_below(world: World) -> None:
    """An item, deleted with all below it, lives again as far as somebody put work below it."""
    root = await world.item("Root", kind="project")
    middle = await world.item("Middle", under=root)
    leaf = await world.item("Leaf", under=middle)
    async with standing_in(world) as copy:
        await copy.world.change(root, deleted=True, cascade=True)
        line = await copy.line()
    new = await world.item("New", under=middle)
    await taken(world, line)
    rows = [await world.full(each) for each in (root, middle, new)]
    assert [row.get("deleted_at") for row in rows] == [None, None, None]
    assert rows[1]["parent_id"] == root["id"]
    assert (await world.full(leaf)).get("deleted_at")
    assert await fields(world) == ["deleted_at", "deleted_at"]


async def test_brought_back_together(world: World) -> None:
    """A subtree that was brought back in one call is back as it was, with nothing disputed."""
    root = await world.item("Root", kind="project")
    await world.item("Leaf", under=root)
    gone = await world.change(root, deleted=True, cascade=True)
    async with standing_in(world) as copy:
        await copy.world.change(gone, deleted=False, cascade=True)
        line = await copy.line()
    await taken(world, line)
    assert await world.titles() == ["Leaf", "Root"]
    assert await fields(world) == []


async def test_two_moves_that_close_a_circle(world: World) -> None:
    """A under B in the journal, B under A in the store: the journal's move is undone, to where the
    item was, and the rest of the call stays."""
    root = await world.item("Root", kind="project")
    one, two = await world.item("One", under=root), await world.item("Two")
    async with standing_in(world) as copy:
        await copy.world.change(one, parent_id=two["id"], status="blocked")
        line = await copy.line()
    await world.move(two, one)
    await taken(world, line)
    row = await world.full(one)
    assert (row["parent_id"], row["status"]) == (root["id"], "blocked")
    assert await fields(world) == ["parent_id"]


async def test_too_deep(world: World) -> None:
    """What would be six levels deep only together is undone."""
    chain = [await world.item("0", kind="project")]
    for number in range(1, 4):
        chain.append(await world.item(str(number), under=chain[-1]))
    tall = await world.item("Tall")
    async with standing_in(world) as copy:
        await copy.world.move(tall, chain[-1])
        line = await copy.line()
    below = await world.item("Below", under=tall)
    await world.item("Lowest", under=below)
    await taken(world, line)
    assert await fields(world) == ["parent_id"]


async def test_blockers_in_a_circle(world: World) -> None:
    """A dependency that closes a circle only together is withdrawn."""
    one, two = await world.item("One"), await world.item("Two")
    async with standing_in(world) as copy:
        await copy.world.blocks(one, two)
        line = await copy.line()
    await world.blocks(two, one)
    await taken(world, line)
    assert await fields(world) == ["deleted_at"]
    assert (await world.full(two))["dependencies"] != []


async def test_a_name_that_was_taken(world: World) -> None:
    """A vendor that was renamed to what another one is called now keeps its name."""
    acme = await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    async with standing_in(world) as copy:
        patch = VendorPatch(new_name="Zenith", status="operational")
        await copy.world.store.update_vendor("acme", number_of(acme, "version"), patch, who="ben")
        line = await copy.line()
    await world.store.create_vendor(VendorCreate(name="ZENITH"), who="ada")
    await taken(world, line)
    assert (await world.store.vendor("acme"))["status"] == "operational"
    assert await fields(world) == ["name"]


async def test_archived_meanwhile(world: World) -> None:
    """An item that went into the archive meanwhile comes out of it with the edit."""
    item = await world.change(await world.item("Old"), status="completed")
    async with standing_in(world) as copy:
        await copy.world.change(item, status="active")
        line = await copy.line()
    world.clock.pass_days(400)
    assert (await world.store.archive(who="ada"))["archived"] == 1
    await taken(world, line)
    assert (await world.full(item))["status"] == "active"


async def test_the_archive_in_the_journal(world: World) -> None:
    """What was archived and what was brought back is so in the store too."""
    old = await world.change(await world.item("Old"), status="completed")
    async with standing_in(world) as copy:
        copy.world.clock.pass_days(400)
        await copy.world.store.archive(who="ada")
        lines = [await copy.line()]
        await copy.world.store.restore_archived([key(old)], who="ada")
        lines.append(await copy.line())
    await taken(world, lines[0])
    assert await world.titles(archived=True) == ["Old"]
    await taken(world, *lines)
    assert await world.titles() == ["Old"]


async def test_a_conflict_settled_in_the_journal(world: World) -> None:
    """A decision that was journalled ends the conflict; one the store has already stands."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        await copy.world.change(item, title="Ours")
        first = await copy.line()
    await world.change(item, title="Theirs")
    await taken(world, first)
    (conflict,) = await open_conflicts(world)
    lines: list[Row] = []
    for number, keep in enumerate(("local", "remote")):
        async with standing_in(world, first_id=60_000 + 5_000 * number) as copy:
            assert keep in ("local", "remote")
            await copy.world.store.resolve_conflict(
                key(conflict), "local" if keep == "local" else "remote", None, who=keep
            )
            lines.append(await copy.line())
    await taken(world, *lines)
    assert await open_conflicts(world) == []
    assert (await world.full(item))["title"] == "Ours"
    assert (await world.store.conflict(key(conflict)))["resolved_by"] == "local"
