"""A real hub for the tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from syncd.postgres import PostgresHub
from tests.postgres import Server, fresh_database, running_server
from tests.simulation.model_hub import ModelHub
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import Laptop, laptops
from tests.syncd.elsewhere import Elsewhere, postgres_elsewhere
from tests.syncd.offers import Writer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for all tests of a worker."""
    with running_server() as server:
        yield server


@pytest.fixture
async def hub_database(anyio_backend: str, postgres_server: Server) -> AsyncIterator[str]:
    """The DSN of a database of the test's own, with the hub's schema."""
    async with fresh_database(postgres_server) as dsn:
        yield dsn


@pytest.fixture
async def hub(hub_database: str) -> AsyncIterator[PostgresHub]:
    """The hub in it, as its owner sees it."""
    async with await PostgresHub.connect(hub_database) as hub:
        yield hub


@pytest.fixture
async def writer(hub: PostgresHub) -> Writer:
    """A replica of a new project on it."""
    return Writer(hub, await hub.open_project(None, "a project"))


@pytest.fixture(scope="session")
def hub_elsewhere() -> Iterator[Elsewhere]:
    """One more hub, of which tests say what it forgets."""
    with postgres_elsewhere() as hub:
        yield hub


@pytest.fixture(params=["model", "postgres"])
def any_hub(request: pytest.FixtureRequest) -> SimulatedHub:
    """A hub that knows nothing yet."""
    if request.param == "model":
        return ModelHub()
    hub: Elsewhere = request.getfixturevalue("hub_elsewhere")
    hub.wipe()
    return hub


@pytest.fixture
async def two(
    any_hub: SimulatedHub, new_store: Path, tmp_path: Path
) -> AsyncIterator[tuple[Laptop, Laptop]]:
    """Ann's and Ben's laptops."""
    async with laptops(any_hub, new_store, tmp_path) as (ann, ben):
        yield ann, ben
