"""States of rows that several replicas changed apart from each other."""

import pytest

from localstore.entities import ENTITIES
from localstore.values import Row, text_of, texts_of
from tests.localstore.branching import Branches
from tests.localstore.test_states import all_states
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def loaded(world: World, seed: int) -> Branches:
    """The store, filled with histories that branch."""
    branches = Branches.grown(seed)
    await world.store.load(branches.rows, branches.entries)
    return branches


@pytest.mark.parametrize("seed", range(25))
async def test_every_state_is_what_its_change_left(world: World, seed: int) -> None:
    """Read in pages of any size, each change's state is exactly the row as that change left it."""
    branches = await loaded(world, seed)
    for limit in (10_000, 7, 1):
        states = await all_states(world, limit)
        assert [text_of(state.entry, "change_id") for state in states] == [
            text_of(entry, "change_id") for entry in branches.entries
        ]
        for state in states:
            assert state.row == branches.left[text_of(state.entry, "change_id")]


@pytest.mark.parametrize("seed", range(25, 35))
async def test_one_row_at_each_change(world: World, seed: int) -> None:
    """A row at a change of a history that branches is the row as that change left it."""
    branches = await loaded(world, seed)
    for entry in branches.entries:
        change_id = text_of(entry, "change_id")
        row = await world.store.row_at(
            ENTITIES[text_of(entry, "entity")], text_of(entry, "id"), change_id
        )
        assert row == branches.left[change_id]


async def test_an_entry_came_before_its_row(world: World) -> None:
    """A change that is in history before the row is taken on to it is told as it left the row, and
    the row as it is stays what its own change left."""
    item = await world.item("Here", labels=["a"])
    ((change_id,),) = world.sql("SELECT change_id FROM work_items")
    world.sql(
        "INSERT INTO history SELECT NULL, 'elsewhere', entity, entity_id, 2, changed_at, 'bob',"
        """ 'r', '["' || change_id || '"]', '{"title":["Here","There"]}', 0 """
        "FROM history WHERE change_id = ?",
        str(change_id),
    )
    here, there = (await all_states(world))[-2:]
    assert (here.row["title"], there.row["title"]) == ("Here", "There")
    assert (there.row["version"], there.row["updated_by"]) == (2, "bob")
    assert (await world.full(item))["title"] == "Here"


async def test_merges_name_who_made_their_parents(world: World) -> None:
    """The entry of a merge says who made each change that it joins, and others say nothing."""
    branches = await loaded(world, 3)
    made = {text_of(entry, "change_id"): entry["changed_by"] for entry in branches.entries}
    merges = 0
    for state in await all_states(world):
        parents = texts_of(state.entry, "parents")
        told: Row = {"merged": [{"by": made[parent]} for parent in parents]}
        assert state.entry.get("merged") == (told["merged"] if len(parents) > 1 else None)
        merges += len(parents) > 1
    assert merges > 3
