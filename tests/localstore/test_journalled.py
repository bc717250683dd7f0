"""Changes that a stand-in took come into the store exactly once, and nothing of either is lost."""

import pytest

from localstore.entities import CONFIGURATION, ENTITIES
from localstore.errors import InvalidArguments
from localstore.models import ConfigurationPatch, VendorCreate, VendorPatch
from localstore.rows.taking_in import TakenIn
from localstore.values import Row, mapping_of, number_of, rows_of, text_of
from tests.localstore.standing_in import open_conflicts, standing_in, taken
from tests.localstore.world import World, key

pytestmark = pytest.mark.anyio


async def dump(world: World) -> Row:
    """Every row without what belongs to one file, and the history without where it was written."""
    rows: Row = {name: [*await world.store.rows_of(ENTITIES[name])] for name in ENTITIES}
    entries = [{**each, "replica_id": "", "on": ""} for each in await world.entries()]
    return rows | {"history": [*entries]}


async def test_straight_on(world: World) -> None:
    """Where nothing happened meanwhile the store is then what the stand-in was, history and all."""
    parent = await world.item("Read invoices", kind="project")
    item = await world.item("Fix dates", under=parent, labels=["one"])
    gone = await world.item("Drop this")
    async with standing_in(world) as copy:
        new = await copy.world.item("Look at Thursday", under=parent, description="a\nb")
        changed = await copy.world.change(item, status="completed", metadata={"actual_hours": 2})
        lines = [await copy.line()]
        await copy.world.change(changed, labels=["one", "two"], clear=["metadata.actual_hours"])
        await copy.world.change(gone, deleted=True)
        await copy.world.blocks(item, new)
        vendor = await copy.world.store.create_vendor(VendorCreate(name="Acme"), who="ben")
        await copy.world.store.update_vendor(
            "acme", number_of(vendor, "version"), VendorPatch(new_name="ACME"), who="ben"
        )
        await copy.world.store.update_configuration(
            1, ConfigurationPatch(git_branch="main"), who="ben"
        )
        lines.append(await copy.line())
        outcomes = await taken(world, *lines)
        assert [each.conflicts for each in outcomes] == [0, 0]
        assert await dump(world) == await dump(copy.world)
    assert {text_of(each, "on") for each in await world.entries(new)} == {""}


async def test_a_call_of_its_own_is_found_again(world: World) -> None:
    """A create that went into the journal is known by its client_ref afterwards."""
    async with standing_in(world) as copy:
        made = await copy.world.item("Once", client_ref="r-1")
        await taken(world, await copy.line())
    again = await world.item("Once", client_ref="r-1")
    assert again["id"] == made["id"]
    assert await world.titles() == ["Once"]


async def test_merged_by_field(world: World) -> None:
    """What the store changed since meets what was journalled field by field, under the journal's
    change id, signed by its author."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        await copy.world.change(item, status="blocked", who="copilot")
        line = await copy.line()
    await world.change(item, title="Fix all dates", who="ben")
    assert await taken(world, line) == [TakenIn(1, 0)]
    row = await world.full(item)
    assert (row["title"], row["status"], row["version"]) == ("Fix all dates", "blocked", 3)
    newest, before, _ = await world.entries(item)
    assert newest["changed_by"] == "copilot"
    assert newest["changes"] == {"status": ["active", "blocked"]}
    ((change_id, parents),) = world.sql(
        "SELECT change_id, parents FROM history WHERE changed_by = 'copilot'"
    )
    told = mapping_of(rows_of(line, "changes")[0], "entry")
    assert change_id == told["change_id"]
    assert str(parents).count("-") == 4, "it descends from the row here and nothing else"
    assert before["changed_by"] == "ben"


async def test_a_second_change_after_a_merge(world: World) -> None:
    """A journalled change whose parent was merged when it came in does not put back what that
    parent had not seen."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        first = await copy.world.change(item, status="blocked")
        lines = [await copy.line()]
        await copy.world.change(first, assignee="copilot")
        lines.append(await copy.line())
    await world.change(item, title="Fix all dates")
    await taken(world, *lines)
    row = await world.full(item)
    assert (row["title"], row["status"], row["assignee"]) == ("Fix all dates", "blocked", "copilot")


async def test_both_changed_one_field(world: World) -> None:
    """The store's value stays, and the conflict says who wrote the journal's, and when."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        await copy.world.change(item, title="Ours", who="copilot")
        line = await copy.line()
    await world.change(item, title="Theirs", who="ben")
    assert await taken(world, line) == [TakenIn(1, 1)]
    assert (await world.full(item))["title"] == "Theirs"
    (conflict,) = await open_conflicts(world)
    values = tuple(conflict[name] for name in ("base", "local", "remote", "kept"))
    assert values == ("Fix dates", "Ours", "Theirs", "Theirs")
    assert (conflict["local_by"], conflict["remote_by"]) == ("copilot", "ben")
    entry = mapping_of(rows_of(line, "changes")[0], "entry")
    assert conflict["local_at"] == entry["changed_at"]
    await world.store.resolve_conflict(key(conflict), "local", None, who="ada")
    await taken(world, line)
    assert (await world.full(item))["title"] == "Ours"
    assert await open_conflicts(world) == []


async def test_the_same_value_is_no_conflict_later(world: World) -> None:
    """A change that brought nothing new is known all the same: read again after others have gone on
    from it, it disputes nothing."""
    item = await world.item("Fix dates")
    async with standing_in(world) as copy:
        await copy.world.change(item, status="blocked")
        line = await copy.line()
    same = await world.change(item, status="blocked")
    await world.store.take_in(line)
    now = await world.full(same)
    await world.change(now, status="completed")
    assert await world.store.take_in(line) == TakenIn(0, 0)
    assert await open_conflicts(world) == []


async def test_the_store_is_behind_its_stand_in(world: World) -> None:
    """Where the stand-in had seen the row as it is here, and more, the row goes on to all that it
    had seen, without a conflict."""
    item = await world.item("Fix dates")
    async with standing_in(world) as older:
        later = await world.change(item, status="blocked", assignee="ben")
        async with standing_in(world, first_id=70_000) as copy:
            await copy.world.change(later, status="completed")
            line = await copy.line()
        assert await taken(older.world, line) == [TakenIn(1, 0)]
        row = await older.world.full(item)
        assert (row["status"], row["assignee"], row["version"]) == ("completed", "ben", 3)


async def test_a_row_that_is_not_here(world: World) -> None:
    """A row that the store has lost comes back whole with the change that was made of it."""
    async with standing_in(world) as older:
        item = await world.item("Fix dates", description="a\nb")
        async with standing_in(world, first_id=70_000) as copy:
            await copy.world.change(item, status="completed")
            line = await copy.line()
        await taken(older.world, line)
        row = await older.world.full(item)
        assert (row["title"], row["description"], row["status"]) == (
            *("Fix dates", "a\nb"),
            "completed",
        )
        (entry,) = await older.world.entries(item)
        assert mapping_of(entry, "changes")["title"] == [None, "Fix dates"]


async def test_made_on_both_sides(world: World) -> None:
    """A vendor that was created here and in the journal is one vendor; what differs is disputed."""
    async with standing_in(world) as copy:
        vendor = VendorCreate(name="Acme", status="operational", extractor_version="1")
        await copy.world.store.create_vendor(vendor, who="copilot")
        line = await copy.line()
    await world.store.create_vendor(VendorCreate(name="ACME", extractor_version="2"), who="ben")
    await taken(world, line)
    fields = sorted(text_of(each, "field") for each in await open_conflicts(world))
    assert fields == ["extractor_version", "name", "status"]


async def test_unknown_fields_are_kept(world: World) -> None:
    """What a newer tidelog wrote into a row is kept beside its fields."""
    async with standing_in(world) as copy:
        item = await copy.world.item("Fix dates")
        line = await copy.line()
    change = rows_of(line, "changes")[0]
    mapping_of(change, "row")["mood"] = "good"
    mapping_of(mapping_of(change, "entry"), "changes")["mood"] = [None, "good"]
    await taken(world, line)
    assert world.sql("SELECT extra FROM work_items WHERE id = ?", key(item)) == [
        ('{"mood":"good"}',)
    ]


@pytest.mark.parametrize("how", ["entity", "no row", "other row", "no title", "no list"])
async def test_what_cannot_be_stored(world: World, how: str) -> None:
    """A line of a newer tidelog's or of no sense is refused whole, in words."""
    async with standing_in(world) as copy:
        await copy.world.item("One")
        await copy.world.item("Two")
        line = await copy.line()
    change = rows_of(line, "changes")[1]
    entry, row = mapping_of(change, "entry"), mapping_of(change, "row")
    match how:
        case "entity":
            entry["entity"] = "mood"
        case "no row":
            change["row"] = None
        case "other row":
            row["id"] = rows_of(line, "changes")[0]["row"]
        case "no title":
            del row["title"]
        case _:
            entry["changes"] = [["title"]]
            row["labels"] = {"a": object.__name__}
            row["pr_number"] = ["x"]
    before = world.sizes()
    with pytest.raises(InvalidArguments):
        await world.store.take_in(line)
    assert world.sizes() == before


async def test_the_first_configuration(world: World) -> None:
    """A change of the configuration that began from its first state, as where no layer had
    anything, does not undo what the store's has become."""
    async with standing_in(world) as copy:
        patch = ConfigurationPatch(git_branch="main")
        await copy.world.store.update_configuration(1, patch, who="copilot")
        line = await copy.line()
    patch = ConfigurationPatch(default_token_budget=5_000)
    await world.store.update_configuration(1, patch, who="ben")
    await taken(world, line)
    (row,) = await world.store.rows_of(CONFIGURATION)
    assert (row["git_branch"], row["default_token_budget"]) == ("main", 5_000)
