"""A real hub for the tests of this folder."""

from collections.abc import AsyncIterator, Iterator

import pytest

from syncd.postgres import PostgresHub
from tests.postgres import Server, fresh_database, running_server
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
