"""Hostile values written to a real store: a whole write or a refusal, never a crash or a half."""

import asyncio
import shutil
from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localstore.models import Page, WorkItemCreate, WorkItemFilter, WorkItemPatch
from localstore.validation import validate
from localstore.values import Row, to_json
from tests.localstore.poisons import ODD, POISON, refusal_is_sound
from tests.localstore.world import World, refused


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all examples."""
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def fuzzed(
    runner: asyncio.Runner, new_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One store for all examples, with an item and a vendor to change."""
    path = Path(shutil.copy(new_store, tmp_path_factory.mktemp("fuzz") / "store.db"))
    world = runner.run(World.begin(path, first_id=100))
    runner.run(world.item("Target"))
    yield world
    runner.run(world.store.close())


async def whole_or_refused(world: World, write: Awaitable[Row]) -> None:
    """A write must leave one entry of history, or none when it changes nothing or is refused."""
    before, answers = world.sizes(), []

    async def call() -> None:
        answers.append(await write)

    refusal = await refused(call())
    after = world.sizes()
    for answer in answers:
        to_json(answer).encode()
        entries = int(str(after["history"])) - int(str(before["history"]))
        assert entries == (0 if answer.get("changed") == [] else 1)
    if refusal is not None:
        refusal_is_sound(refusal)
        assert after == before


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    create=st.dictionaries(st.sampled_from(list(WorkItemCreate.model_fields)), ODD, max_size=2),
    patch=st.dictionaries(st.sampled_from(list(WorkItemPatch.model_fields)), ODD, max_size=2),
)
def test_odd_writes_are_whole_or_refused(
    fuzzed: World, runner: asyncio.Runner, create: Row, patch: Row
) -> None:
    """An odd create and an odd update each leave one row and its entry, or nothing at all."""
    ((target, version),) = fuzzed.sql("SELECT id, version FROM work_items ORDER BY rowid LIMIT 1")

    async def write_new() -> Row:
        values: Row = {"item_type": "task", "title": "x", **create}
        return await fuzzed.store.create_work_item(validate(WorkItemCreate, values), who="ada")

    async def write_over() -> Row:
        change = validate(WorkItemPatch, patch | {"deleted": False})
        return await fuzzed.store.update_work_item(
            str(target), int(str(version)), change, who="ada"
        )

    for write in (write_new, write_over):
        runner.run(whole_or_refused(fuzzed, write()))
    assert runner.run(fuzzed.failed_checks()) == []


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("field", list(WorkItemCreate.model_fields))
def test_each_poison_in_each_field(
    fuzzed: World, runner: asyncio.Runner, field: str, poison: str
) -> None:
    """Each poison in each field of a new item is refused, or the item reads back whole."""
    values: Row = {"item_type": "task", "title": "x", field: POISON[poison]}

    async def write() -> Row:
        command = validate(WorkItemCreate, values)
        written = await fuzzed.store.create_work_item(command, who="ada")
        to_json(await fuzzed.full(written)).encode()
        return written

    runner.run(whole_or_refused(fuzzed, write()))


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cursor=st.none() | st.text(max_size=30),
    filters=st.dictionaries(st.sampled_from(list(WorkItemFilter.model_fields)), ODD, max_size=3),
    archived=st.booleans(),
)
def test_odd_questions(
    fuzzed: World, runner: asyncio.Runner, cursor: str | None, filters: Row, *, archived: bool
) -> None:
    """A list with odd filters or an odd cursor answers or refuses."""
    before = fuzzed.sizes()
    ask = fuzzed.store.archived_work_items if archived else fuzzed.store.list_work_items

    async def look() -> None:
        page = validate(Page, {"cursor": cursor})
        to_json(await ask(validate(WorkItemFilter, filters), page)).encode()

    refusal = runner.run(refused(look()))
    if refusal is not None:
        refusal_is_sound(refusal)
        assert refusal.code in ("invalid_arguments", "not_found")
    assert fuzzed.sizes() == before
