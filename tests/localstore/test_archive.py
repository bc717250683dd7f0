"""The archive: old closed work moves away whole, answers its own query, and comes back."""

import pytest

from localstore.errors import InvalidArguments
from localstore.models import Page
from localstore.store import StoreOptions
from localstore.values import Row, Value, mapping_of, rows_of, text_of
from tests.localstore.test_tree import chain
from tests.localstore.world import World, key, refs

pytestmark = pytest.mark.anyio


async def archive(world: World, days: int = 365, limit: int = 500) -> Row:
    """Archive what is closed and older than some days."""
    return await world.store.archive(who="keeper", older_than_days=days, limit=limit)


async def restore(world: World, *items: Row) -> Row:
    """Bring items back."""
    return await world.store.restore_archived([key(item) for item in items], who="keeper")


async def close(world: World, *rows: Row) -> None:
    """Complete items."""
    for row in rows:
        await world.change(row, status="completed")


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({"status": "completed"}, True),
        ({"status": "cancelled"}, True),
        ({"deleted": True}, True),
        ({"status": "blocked"}, False),
        ({"status": "planned"}, False),
        ({"title": "Still active"}, False),
    ],
)
async def test_only_closed_work_moves(world: World, fields: dict[str, Value], moves: bool) -> None:
    """Completed, cancelled and deleted items are archived by age; open ones never."""
    await world.change(await world.item(), **fields)
    world.clock.pass_days(1_000)
    assert (await archive(world))["archived"] == int(moves)


@pytest.mark.parametrize(("age", "moves"), [(364, False), (366, True)])
async def test_age_counts_from_the_last_change(world: World, age: int, moves: bool) -> None:
    """An item is archived when its last change is older than the days given."""
    item = await world.item()
    world.clock.pass_days(300)
    await close(world, item)
    world.clock.pass_days(age)
    assert (await archive(world))["archived"] == int(moves)


async def test_age_is_a_setting(world: World) -> None:
    """Who names no age gets the store's own setting."""
    await close(world, await world.item())
    world.clock.pass_days(10)
    assert (await world.store.archive(who="keeper"))["archived"] == 0
    soon = StoreOptions(durable=False, archive_after_days=5)
    other = await World.begin(world.path, options=soon, first_id=5_000)
    other.clock.pass_days(10)
    assert (await other.store.archive(who="keeper"))["archived"] == 1
    await other.store.close()


async def test_archived_item_leaves_the_views(world: World) -> None:
    """An archived item is in no list or count of active work, and in the archive's own."""
    item = await world.item("old", description="zebra", status="completed")
    told = await archive(world, 0)
    assert (told["archived"], told["more"]) == (1, False)
    assert refs(rows_of(told, "items")) == [item["ref"]]
    assert (await world.listed())["total"] == (await world.store.status())["total"] == 0
    assert await world.titles(archived=True) == ["old"]
    full = await world.full(item)
    assert (full["title"], full["version"], full["updated_by"]) == ("old", 2, "keeper")
    assert full["archived_at"]


async def test_archiving_is_a_change(world: World) -> None:
    """Archiving and bringing back are versioned changes with their entries."""
    item = await world.item(status="completed")
    await archive(world, 0)
    await restore(world, item)
    back, out, _ = await world.entries(item)
    assert (
        mapping_of(out, "changes").keys() == mapping_of(back, "changes").keys() == {"archived_at"}
    )
    assert (back["version"], back["changed_by"]) == (3, "keeper")
    assert "archived_at" not in await world.full(item)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("how", ["open", "young"])
async def test_subtree_must_be_closed_and_old(world: World, depth: int, how: str) -> None:
    """A subtree moves only when everything in it is closed and as old; until then its top stays."""
    rows = await chain(world, 4)
    if how == "open":
        await close(world, *(row for row in rows if row is not rows[depth]))
        world.clock.pass_days(400)
    else:
        await close(world, *rows)
        world.clock.pass_days(400)
        await world.change(await world.full(rows[depth]), priority="P0")
    await archive(world)
    assert sorted(await world.titles()) == [f"level {n}" for n in range(depth + 1)]
    assert await world.failed_checks() == []


async def test_whole_subtree_moves(world: World) -> None:
    """A closed subtree moves as a whole, deleted rows in it too."""
    rows = await chain(world, 3)
    await close(world, *rows)
    await world.change(await world.full(rows[2]), deleted=True)
    world.clock.pass_days(400)
    assert (await archive(world))["archived"] == 3
    assert world.sizes()["work_items"] == 0


async def test_closed_part_of_open_work_moves(world: World) -> None:
    """A closed subtree moves though its parent is open; its path still runs over that parent."""
    rows = await chain(world, 3)
    await close(world, *rows[1:])
    world.clock.pass_days(400)
    await archive(world)
    assert await world.titles() == ["level 0"]
    deepest = await world.full(rows[2])
    assert (deepest["depth"], deepest["path"]) == (2, "/" + "/".join(key(row) for row in rows))


async def test_archived_ancestors_and_children_are_shown(world: World) -> None:
    """A query for an archived item shows its ancestors and children, archived ones too."""
    rows = await chain(world, 3)
    await close(world, *rows)
    await archive(world, 0)
    middle = await world.full(rows[1])
    assert refs(rows_of(middle, "ancestors")) == [rows[0]["ref"]]
    assert refs(rows_of(middle, "children")) == [rows[2]["ref"]]


async def test_archived_blocker_of_open_work_holds_it(world: World) -> None:
    """A cancelled item is archived when it is old, and still holds back what it blocks."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    await world.change(blocker, status="cancelled")
    world.clock.pass_days(400)
    assert (await archive(world))["archived"] == 1
    assert await world.titles(ready=True) == []
    assert await world.failed_checks() == []
    await world.blocks(blocker, blocked, remove=True)
    assert await world.titles(ready=True) == ["blocked"]


async def test_batches(world: World) -> None:
    """Archiving goes by batches, the oldest first, and says whether another is waiting."""
    for number in range(5):
        await world.item(str(number), status="completed")
    first = await archive(world, 0, limit=2)
    assert (first["archived"], first["more"]) == (2, True)
    assert [text_of(row, "title") for row in rows_of(first, "items")] == ["0", "1"]
    assert (await archive(world, 0, limit=2))["archived"] == 2
    last = await archive(world, 0, limit=2)
    assert (last["archived"], last["more"]) == (1, False)


async def test_archive_filters(world: World) -> None:
    """The archive takes the filters of the list, also a subtree that crosses active rows."""
    rows = await chain(world, 3)
    await close(world, rows[2])
    await world.item("other", kind="research", status="cancelled", labels=["x"], assignee="ada")
    await archive(world, 0)
    cases: list[tuple[dict[str, Value], list[str]]] = [
        ({"item_type": ["research"]}, ["other"]),
        ({"status": ["completed"]}, ["level 2"]),
        ({"labels": ["x"]}, ["other"]),
        ({"assignee": "none"}, ["level 2"]),
        ({"parent_id": key(rows[1])}, ["level 2"]),
        ({"under": key(rows[1])}, ["level 2"]),
        ({"under": key(rows[0])}, ["level 2"]),
    ]
    for filters, expected in cases:
        assert await world.titles(archived=True, **filters) == expected, filters


async def test_archive_has_no_ready_work(world: World) -> None:
    """Asked for ready work, the archive says that the filter makes no sense there."""
    await world.item(status="completed")
    await archive(world, 0)
    with pytest.raises(InvalidArguments) as caught:
        await world.listed(archived=True, ready=True)
    assert caught.value.field == "ready"


@pytest.mark.parametrize("days", [10**9, -(10**9), 10**6])
async def test_absurd_age(world: World, days: int) -> None:
    """An age beyond the calendar is refused."""
    await world.item(status="completed")
    with pytest.raises(InvalidArguments) as caught:
        await archive(world, days)
    assert caught.value.field == "older_than_days"


async def test_archive_pages(world: World) -> None:
    """The archive's list goes on by cursor as any other."""
    for number in range(5):
        await world.item(str(number), status="completed")
    await archive(world, 0)
    first = await world.listed(Page(limit=3), archived=True)
    rest = await world.listed(Page(limit=3, cursor=text_of(first, "next_cursor")), archived=True)
    assert len({*refs(rows_of(first, "items")), *refs(rows_of(rest, "items"))}) == 5
