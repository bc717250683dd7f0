"""Whatever a file holds goes into a real store, passes its own checks, and stays out when asked."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from gitlayer.legacy.planning import plan
from gitlayer.legacy.reading import read_status
from localstore.models import Page
from localstore.planned import ImportPlan, Known
from localstore.values import Row, mapping_of, number_of
from tests.gitlayer.legacy.checking import DIALECTS, FIXTURES
from tests.gitlayer.legacy.test_any_text import TEXT
from tests.localstore.world import World

FILES = [*sorted(DIALECTS.glob("*.md")), *sorted(FIXTURES.glob("*.md"))]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all examples of a property."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def world(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One store that every example finds empty: each is a dry run."""
    world = loop.run_until_complete(World.begin(tmp_path_factory.mktemp("store") / "store.db"))
    yield world
    loop.run_until_complete(world.store.close())


@given(text=TEXT)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_text_goes_in(world: World, loop: asyncio.AbstractEventLoop, text: str) -> None:
    """Any text is imported with all its checks passing, and a dry run leaves nothing."""
    before = loop.run_until_complete(world.store.head())
    planner = partial(plan, read_status(text), [])
    outcome = loop.run_until_complete(world.store.import_rows(planner, who="Ada", dry_run=True))
    assert outcome["ok"] is True
    assert loop.run_until_complete(world.store.head()) == before


@pytest.mark.anyio
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_dialect_goes_in_once(tmp_path: Path, path: Path) -> None:
    """Each dialect goes in, the doctor's checks find all well, and a second time adds nothing."""
    world = await World.begin(tmp_path / "store.db")
    planner = partial(plan, read_status(path.read_bytes().decode()), [])
    first = await world.store.import_rows(planner, who="Ada")
    head = await world.store.head()
    again = await world.store.import_rows(planner, who="Ada")
    assert (first["ok"], again["ok"], again["added"], again["changed"]) == (True, True, 0, 0)
    assert await world.store.head() == head
    assert [check for check in await world.store.check() if check["ok"] is not True] == []
    await world.store.close()


def _spoiled(known: Known, *, what: str) -> ImportPlan:
    """The plan of the hand-kept fixture, with one row left out or one value changed."""
    text = (FIXTURES / "status_handkept.md").read_text(encoding="utf-8")
    whole = plan(read_status(text), [], known)
    place = next(
        i for i, row in enumerate(whole.rows) if row.entity.name == what.split(":", maxsplit=1)[0]
    )
    if what.endswith(":lost"):
        del whole.rows[place]
    else:
        metadata: Row = mapping_of(whole.rows[place].fields, "metadata")
        whole.rows[place].fields["metadata"] = metadata | {what.split(":")[1]: {"total": 1}}
    return whole


@pytest.mark.anyio
@pytest.mark.parametrize(
    "what",
    [
        "vendor:lost",
        "deployment:lost",
        "enhancement:lost",
        "work_item:lost",
        "vendor:test_results",
        "vendor:format_support",
        "deployment:test_summary",
    ],
)
async def test_a_wrong_plan_is_noticed(tmp_path: Path, what: str) -> None:
    """A plan that lost a row, or a value of one, is rolled back: the source is the measure."""
    world = await World.begin(tmp_path / "store.db")
    head = await world.store.head()
    outcome = await world.store.import_rows(partial(_spoiled, what=what), who="Ada")
    assert outcome["ok"] is False
    assert await world.store.head() == head
    assert number_of(await world.store.list_vendors(None, Page()), "total") == 0
    await world.store.close()
