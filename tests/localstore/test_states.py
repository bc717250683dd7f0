"""States: what each change left, where nobody else changed the rows meanwhile."""

import pytest

from localstore.entities import CONFIGURATION, CONFLICT, DEPENDENCY, DEPLOYMENT, VENDOR, WORK_ITEM
from localstore.ids import CONFIGURATION_ID
from localstore.models import DeploymentCreate, Page, VendorCreate, VendorPatch
from localstore.rows import conflicts
from localstore.rows.configuration import FIRST_CHANGE_ID
from localstore.rows.states import State
from localstore.values import Row, mapping_of, rows_of, text_of
from tests.localstore.lived_in import Everything, Worker, everything
from tests.localstore.world import COMMIT, World

pytestmark = pytest.mark.anyio


async def all_states(world: World, limit: int = 10_000) -> list[State]:
    """Every state, read in pages of `limit`."""
    found: list[State] = []
    while page := await world.store.states_after(found[-1].seq if found else 0, limit):
        found += page
    return found


async def latest(world: World) -> State:
    """What the newest change left."""
    return (await all_states(world))[-1]


@pytest.mark.parametrize("seed", range(6))
async def test_states_are_what_was_there(world: World, seed: int) -> None:
    """Taken one after the other, the states give every row as it stood after each transaction."""
    worker = Worker(world, seed)
    seen: dict[int, Everything] = {await world.store.head(): await everything(world)}
    for _ in range(120):
        await worker.work(1)
        seen[await world.store.head()] = await everything(world)
    rows: Everything = {}
    for state in await all_states(world):
        rows[state.entity.name, text_of(state.row, "id")] = state.row
        if state.seq in seen:
            assert rows == seen.pop(state.seq)
    assert seen == {}
    assert await world.failed_checks() == []


async def test_pages_make_no_difference(world: World) -> None:
    """Read in small pages, the states are the same as read at once."""
    await Worker(world, 3).work(120)
    whole = await all_states(world)
    assert len(whole) == await world.store.head() > 60
    for limit in (1, 7):
        assert await all_states(world, limit) == whole


async def test_one_row_at_each_change(world: World) -> None:
    """A row at a change is the state which that change left; `seq_of` finds the change."""
    await Worker(world, 4).work(100)
    for state in await all_states(world):
        change_id, row_id = text_of(state.entry, "change_id"), text_of(state.entry, "id")
        assert await world.store.row_at(state.entity, row_id, change_id) == state.row
        assert await world.store.seq_of(change_id) == state.seq


async def test_a_change_of_another_row(world: World) -> None:
    """A change that is not in the row's history gives no row, and an unknown one no number."""
    first, second = await world.item(), await world.item()
    change_id = text_of((await latest(world)).entry, "change_id")
    assert await world.store.row_at(WORK_ITEM, text_of(second, "id"), change_id) is not None
    assert await world.store.row_at(WORK_ITEM, text_of(first, "id"), change_id) is None
    assert await world.store.row_at(VENDOR, text_of(second, "id"), change_id) is None
    assert await world.store.row_at(WORK_ITEM, text_of(first, "id"), "unknown") is None
    assert await world.store.row_at(WORK_ITEM, "unknown", change_id) is None
    assert await world.store.seq_of("unknown") is None


async def test_first_state(world: World) -> None:
    """The first state of a store is its configuration as it was planted."""
    (state,) = await all_states(world)
    assert (state.seq, state.entity) == (1, CONFIGURATION)
    assert state.row["id"] == CONFIGURATION_ID
    assert (state.entry["change_id"], state.entry["parents"]) == (FIRST_CHANGE_ID, [])
    assert "title" not in state.entry


async def test_titles_are_of_their_time(world: World) -> None:
    """An entry carries the title its row had then, its ref, and the change it grew from."""
    item = await world.item("Before")
    await world.change(item, title="After")
    before, after = (await all_states(world))[-2:]
    assert (before.entry["title"], after.entry["title"]) == ("Before", "After")
    assert before.entry["ref"] == after.entry["ref"] == item["ref"]
    assert after.entry["parents"] == [before.entry["change_id"]]
    assert after.entry["changes"] == {"title": ["Before", "After"]}
    assert (before.row["version"], after.row["version"]) == (1, 2)


async def test_names_of_other_rows(world: World) -> None:
    """A vendor is called by its name, an edge by its ends, a deployment by its commit."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    assert (await latest(world)).entry["title"] == "Acme"
    patch = VendorPatch(new_name="Zenith")
    await world.store.update_vendor("Acme", 1, patch, who="ada")
    assert (await latest(world)).entry["title"] == "Zenith"
    first, second = await world.item(), await world.item()
    await world.blocks(first, second)
    assert (await latest(world)).entry["title"] == f"{first['ref']} blocks {second['ref']}"
    assert (await latest(world)).entity is DEPENDENCY
    await world.store.record_deployment(DeploymentCreate(commit_hash=COMMIT), who="ada")
    assert (await latest(world)).entry["title"] == COMMIT


async def test_deployment_without_commit(world: World) -> None:
    """A deployment that names no commit is called by its day, wherever it is named."""
    told = await world.store.record_deployment(DeploymentCreate(commit_hash=COMMIT), who="ada")
    world.sql("UPDATE deployments SET commit_hash = NULL")
    world.sql("UPDATE history SET changes = '{}' WHERE entity = 'deployment'")
    (entry, *_) = await world.entries(told)
    state = await latest(world)
    assert state.entity is DEPLOYMENT
    assert state.entry["title"] == entry["title"] == text_of(told, "deployed_at")[:10]
    (recent,) = rows_of(await world.store.status(), "recent_deployments")
    assert "commit" not in recent
    (listed,) = rows_of(await world.store.list_deployments(None, Page()), "items")
    assert "commit_hash" not in listed


async def test_rows_without_what_is_local(world: World) -> None:
    """A row has no null, no ref and no base; it has its stamp, with when it was created."""
    await Worker(world, 5).work(60)
    for row in (await everything(world)).values():
        assert None not in row.values()
        assert not row.keys() & {"ref", "base_change_id", "search_text", "waits_on", "name_key"}
        assert row.keys() >= {"id", "version", "change_id", "created_at", "created_by"}


async def test_rows_in_order_with_the_archive(world: World) -> None:
    """Rows come by id, archived ones among them."""
    items = [await world.item(f"Item {n}", status="completed") for n in range(4)]
    world.clock.pass_days(2)
    await world.store.archive(who="ada", older_than_days=1, limit=2)
    rows = await world.store.rows_of(WORK_ITEM)
    assert [row["id"] for row in rows] == sorted(text_of(item, "id") for item in items)
    assert len([row for row in rows if "archived_at" in row]) == 2


async def test_rows_that_are_not_there(world: World) -> None:
    """A row that is not there, as before the last page of a pull, is told from its history alone;
    without the beginning of that it gives no state, and does not stand in the way of others."""
    item = await world.item("Elsewhere", labels=["a"], who="ada")
    await world.change(item, title="Renamed", who="bob")
    await world.item("Kept")
    before = await all_states(world)
    world.sql("DELETE FROM work_items WHERE id = ?", text_of(item, "id"))
    assert await all_states(world) == before
    world.sql("DELETE FROM history WHERE entity_id = ? AND version = 1", text_of(item, "id"))
    assert [state.row.get("title") for state in (await all_states(world))[1:]] == ["Kept"]


async def test_states_do_not_share_what_changed(world: World) -> None:
    """A mapping that later changes is another one in the earlier state."""
    item = await world.item(metadata={"a": 1})
    await world.change(item, metadata={"a": 2})
    before, after = (await all_states(world))[-2:]
    told: list[Row] = [mapping_of(state.row, "metadata") for state in (before, after)]
    assert [each["a"] for each in told] == [1, 2]


async def test_conflict_says_what_it_is_over(world: World) -> None:
    """A conflict's entry is entitled with its field and row, when it is noticed and when resolved,
    and the history of the store has the same words."""
    item = await world.item(item_type="research", title="Dates")
    fields: Row = {"entity": "work_item", "entity_id": item["id"], "field": "title"}
    noted = await world.store._write(
        "sync", lambda c, stamp: conflicts.note(c, fields | {"local": "Mine"}, stamp)
    )
    await world.store.resolve_conflict(text_of(noted, "id"), "local", None, who="ada")
    titles = [
        state.entry.get("title") for state in await all_states(world) if state.entity is CONFLICT
    ]
    assert titles == [f"title of {text_of(item, 'ref')}"] * 2
    told = rows_of(await world.store.history(text_of(noted, "id"), Page()), "items")
    assert [entry["title"] for entry in told] == titles
