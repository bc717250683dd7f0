"""Loading: a new store becomes what another one was, stamps, history and all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localstore.entities import CONFIGURATION, ENTITIES, VENDOR, WORK_ITEM
from localstore.errors import InvalidArguments
from localstore.models import Page, VendorCreate
from localstore.rows.configuration import FIRST_CHANGE_ID
from localstore.values import Row, Value, mapping_of, number_of, text_of
from tests.localstore.lived_in import Worker, everything
from tests.localstore.world import World, titles

pytestmark = pytest.mark.anyio
MOMENT = "2026-03-01T08:00:00.000000Z"


@pytest.fixture
async def empty(anyio_backend: str, tmp_path: Path) -> AsyncIterator[World]:
    """Another new store."""
    other = await World.begin(tmp_path / "empty" / "store.db", first_id=50_000)
    yield other
    await other.store.close()


async def copy(source: World, target: World, *, history: bool = True) -> None:
    """Load all that one store holds into another."""
    rows = [(ENTITIES[name], row) for (name, _), row in (await everything(source)).items()]
    states = await source.store.states_after(0, 100_000)
    await target.store.load(rows, [state.entry for state in states if history])


def item(n: int, **fields: Value) -> Row:
    """A whole row of a task at version 1."""
    row: Row = {
        "id": f"019b0000-0000-7000-8000-{n:012d}",
        "item_type": "task",
        "title": f"Item {n}",
        "status": "active",
        "priority": "P2",
        "version": 1,
        "change_id": f"019b0000-0000-7000-9000-{n:012d}",
        "created_at": MOMENT,
        "created_by": "ada",
        "updated_at": MOMENT,
        "updated_by": "ada",
    }
    return row | fields


@pytest.mark.parametrize("seed", range(4))
async def test_copy_is_the_same(world: World, empty: World, seed: int) -> None:
    """A loaded store has the rows, the archive, the history and the states of its source, and
    every check is well."""
    await world.blocks(await world.item("Blocker"), await world.item("Blocked"))
    await Worker(world, seed).work(150)
    assert {name for name, _ in await everything(world)} == ENTITIES.keys()
    await copy(world, empty)
    assert await everything(empty) == await everything(world)
    assert await empty.failed_checks() == []
    before = await world.store.states_after(0, 10_000)
    after = await empty.store.states_after(0, 10_000)
    assert [(state.entry, state.row) for state in after] == [
        (state.entry, state.row) for state in before
    ]


async def test_copy_works_on(world: World, empty: World) -> None:
    """A loaded store answers searches and blockers from the loaded rows, and takes changes."""
    first = await world.item("Wanted", description="a needle in it")
    second = await world.item("Waiting", metadata={"note": "another needle"})
    await world.blocks(first, second)
    await copy(world, empty)
    assert sorted(await empty.titles(query="needle")) == ["Waiting", "Wanted"]
    assert await empty.titles(ready=True) == ["Wanted"]
    told = await empty.change(first, status="completed")
    assert told["version"] == 2
    assert await empty.titles(ready=True) == ["Waiting"]
    assert await empty.failed_checks() == []


async def test_rows_without_history(world: World, empty: World) -> None:
    """Rows whose changes nobody told of get one entry each, with all they hold, as they are."""
    await Worker(world, 2).work(120)
    await copy(world, empty, history=False)
    rows = await everything(empty)
    assert rows == await everything(world)
    assert await empty.failed_checks() == []
    states = await empty.store.states_after(0, 10_000)
    assert {(each.entity.name, text_of(each.row, "id")): each.row for each in states} == rows
    assert len(states) == len(rows)
    for state in states:
        assert all(pair[0] is None for pair in _pairs(state.entry))
        assert state.entry["replica_id"] == empty.store.replica_id


def _pairs(entry: Row) -> list[list[Value]]:
    return [pair for pair in mapping_of(entry, "changes").values() if isinstance(pair, list)]


async def test_history_that_ends_early(world: World, empty: World) -> None:
    """A row whose last change is missing from the history gets it, from where history ends."""
    told = await world.item("First", labels=["a"], metadata={"a": 1, "b.c": 2})
    await world.change(told, title="Second", metadata={"a": 3}, clear=["metadata.b.c", "labels"])
    states = await world.store.states_after(0, 10)
    rows = [(state.entity, state.row) for state in (states[0], states[-1])]
    await empty.store.load(rows, [state.entry for state in states[:-1]])
    after = await empty.store.states_after(0, 10)
    assert [state.row for state in after] == [state.row for state in states]
    assert after[-1].entry["parents"] == states[-1].entry["parents"]
    assert mapping_of(after[-1].entry, "changes") == mapping_of(states[-1].entry, "changes")


async def test_planted_configuration(empty: World) -> None:
    """Without a configuration among the rows the planted one stays; with one it is replaced."""
    await empty.store.load([(WORK_ITEM, item(1))], [])
    (row,) = await empty.store.rows_of(CONFIGURATION)
    assert row["change_id"] == FIRST_CHANGE_ID
    assert await empty.failed_checks() == []


async def test_loaded_rows_are_not_the_hubs(world: World, empty: World) -> None:
    """No hub has seen a loaded row, whatever the row says of it."""
    rows = [(WORK_ITEM, item(1, base_change_id=item(1)["change_id"], ref="T-WRONG"))]
    await empty.store.load(rows, [])
    assert empty.sql("SELECT base_change_id, substr(ref, 1, 2) FROM work_items") == [(None, "T-")]
    assert "T-WRONG" not in str(empty.sql("SELECT ref FROM work_items"))


async def test_store_with_rows_is_not_loaded(world: World) -> None:
    """A store that holds a row already is not loaded into, and stays as it is."""
    await world.item()
    before = world.sizes()
    with pytest.raises(InvalidArguments, match="holds rows"):
        await world.store.load([(WORK_ITEM, item(1))], [])
    assert world.sizes() == before


ENTRY: Row = {
    "change_id": item(1)["change_id"],
    "entity": "work_item",
    "id": item(1)["id"],
    "version": 1,
    "changed_at": MOMENT,
    "changed_by": "ada",
    "replica_id": "r",
    "parents": [],
    "changes": {
        name: [None, value]
        for name, value in item(1).items()
        if name in ("item_type", "title", "status", "priority")
    },
}
UNSOUND: dict[str, tuple[list[Row], list[Row]]] = {
    "no title": ([item(1, title=None)], []),
    "no version": ([item(1, version=None)], []),
    "version of text": ([item(1, version="third")], []),
    "version nought": ([item(1, version=0)], []),
    "title of a list": ([item(1, title=["a"])], []),
    "huge number": ([item(1, pr_number=2**70)], []),
    "no number": ([item(1, metadata={"a": float("nan")})], []),
    "half a character": ([item(1, title="\ud800")], []),
    "no id": ([item(1, id=None)], []),
    "id of another form": ([item(1, id="T-12345")], []),
    "the same row twice": ([item(1), item(1)], []),
    "a parent that is not there": ([item(1, parent_id=item(2)["id"])], []),
    "a circle": ([item(1, parent_id=item(2)["id"]), item(2, parent_id=item(1)["id"])], []),
    "an entry of no row": ([item(2)], [ENTRY]),
    "an entry of another version": ([item(1)], [ENTRY | {"version": 2}]),
    "an entry twice": ([item(1)], [ENTRY, ENTRY]),
    "an entry of no entity": ([item(1)], [ENTRY | {"entity": "ghost"}]),
    "an entry without an author": ([item(1)], [ENTRY | {"changed_by": None}]),
}


@pytest.mark.parametrize("case", UNSOUND)
async def test_unsound_rows_are_refused(empty: World, case: str) -> None:
    """Rows or entries that do not make a sound store are refused, and nothing of them is kept."""
    rows, history = UNSOUND[case]
    before = (empty.sizes(), await everything(empty))
    with pytest.raises(InvalidArguments):
        await empty.store.load([(WORK_ITEM, row) for row in rows], history)
    assert (empty.sizes(), await everything(empty)) == before
    await empty.store.load([(WORK_ITEM, item(1))], [ENTRY])
    assert await empty.failed_checks() == []


async def test_names_meet_in_any_spelling(world: World, empty: World) -> None:
    """A loaded vendor is found by its name in any spelling, and listed."""
    await world.store.create_vendor(VendorCreate(name="Straße"), who="ada")
    await copy(world, empty)
    assert (await empty.store.vendor("STRASSE"))["name"] == "Straße"
    assert titles(await empty.store.list_vendors(None, Page())) == [""]
    (row,) = await empty.store.rows_of(VENDOR)
    assert number_of(row, "version") == 1
