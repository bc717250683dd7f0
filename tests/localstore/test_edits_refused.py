"""Edits that are refused: by the name of the field, and nothing is written."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localstore.entities import (
    CONFLICT,
    DEPLOYMENT,
    ENTITIES,
    WORK_ITEM,
)
from localstore.errors import InvalidArguments, NotFound, TidelogError
from localstore.ids import CONFIGURATION_ID
from localstore.models import DeploymentCreate
from localstore.values import Row, Value, number_of
from tests.localstore.editing import edit, item, row_of
from tests.localstore.lived_in import Worker, everything
from tests.localstore.world import COMMIT, World, refused

pytestmark = pytest.mark.anyio


FIXED = (
    "id",
    "ref",
    "item_type",
    "version",
    "change_id",
    "created_at",
    "updated_by",
    "archived_at",
)


@pytest.mark.parametrize("name", FIXED)
async def test_what_is_not_edited(world: World, name: str) -> None:
    """An edit of what only tidelog writes is refused by its name, with the way out."""
    base = await item(world)
    before = await world.store.head()
    refusal = await refused(edit(world, WORK_ITEM, base, **{name: "session"}))
    assert isinstance(refusal, InvalidArguments)
    assert (refusal.field, bool(refusal.hint)) == (name, True)
    assert await world.store.head() == before


async def test_records_are_not_edited(world: World) -> None:
    """Deployments and conflicts are never edited."""
    await world.store.record_deployment(DeploymentCreate(commit_hash=COMMIT), who="ada")
    base = await item(world)
    await world.change(base, title="Theirs")
    await edit(world, WORK_ITEM, base, title="Mine")
    for entity, name in ((DEPLOYMENT, "commit_hash"), (CONFLICT, "kept")):
        row = await row_of(world, entity)
        with pytest.raises(InvalidArguments, match="never edited"):
            await edit(world, entity, row, **{name: "b" * 40})


WRONG: list[tuple[str, object]] = [
    ("title", None),
    ("title", 5),
    ("title", ["a"]),
    ("title", "a\nb"),
    ("status", "done"),
    ("status", {"a": 1}),
    ("description", 5),
    ("description", ["a"]),
    ("description", "\x00"),
    ("labels", "a"),
    ("labels", [1]),
    ("labels", {"a": 1}),
    ("metadata", "a"),
    ("metadata", ["a"]),
    ("metadata", {1: "a"}),
    ("metadata", {"a": date(2026, 1, 1)}),
    ("metadata", {"a": {1, 2}}),
    ("metadata", {"a": float("nan")}),
    ("metadata", {"a": 2**60}),
    ("metadata", {"estimated_hours": "many"}),
    ("pr_number", "many"),
    ("pr_number", 0),
    ("pr_number", float("inf")),
    ("parent_id", 5),
    ("parent_id", ["T-00000"]),
    ("deleted_at", "yesterday"),
    ("deleted_at", True),
    ("assignee", date(2026, 1, 1)),
    ("ghost", 1),
]


@pytest.mark.parametrize("moved_on", [False, True])
@pytest.mark.parametrize(("name", "value"), WRONG)
async def test_wrong_values(world: World, name: str, value: Value, moved_on: bool) -> None:
    """A value that its field may not hold is refused by the field's name and nothing is written,
    also where the store changed the same field since."""
    base = await item(world, metadata={"estimated_hours": 1})
    if moved_on:
        await world.change(base, title="T", status="planned", description="d", labels=["l"])
        await world.change(base | {"version": 2}, pr_number=4, metadata={"estimated_hours": 2})
    before = world.sizes()
    refusal = await refused(edit(world, WORK_ITEM, base, **{name: value}))
    assert isinstance(refusal, InvalidArguments)
    assert refusal.field.split(".")[0].split("[")[0] == name
    assert world.sizes() == before


async def test_no_such_row(world: World) -> None:
    """The file of a row that is not there, or is in the archive, changes nothing."""
    base = await item(world, status="completed")
    unknown = base | {"id": CONFIGURATION_ID}
    assert isinstance(await refused(edit(world, WORK_ITEM, unknown, title="x")), NotFound)
    world.clock.pass_days(2)
    await world.store.archive(who="ada", older_than_days=1)
    refusal = await refused(edit(world, WORK_ITEM, base, title="x"))
    assert isinstance(refusal, NotFound)
    assert "archive" in refusal.hint


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(choice=st.integers(0, 1_000), names=st.lists(st.integers(0, 30), max_size=4), value=ANYTHING)
async def test_anything_in_any_file(
    world: World, choice: int, names: list[int], value: Value
) -> None:
    """Whatever stands in a file, it is taken under the rules or refused, never a crash."""
    if not await world.titles():
        await world.blocks(await world.item("Blocker"), await world.item("Blocked"))
        await Worker(world, 2).work(80)
    rows = sorted((await everything(world)).items())
    (name, _), base = rows[choice % len(rows)]
    entity = ENTITIES[name]
    fields = [field.name for field in entity.fields]
    changes: Row = {fields[each % len(fields)]: value for each in names}
    before = world.sizes()
    try:
        await edit(world, entity, base, **changes)
    except TidelogError:
        assert world.sizes() == before
    assert await world.failed_checks() == []
    assert number_of(await row_of(world, entity, base["id"]), "version") >= 1
