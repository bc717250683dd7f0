"""What every test shares: asynchronous tests run on asyncio, as the server does."""

import asyncio
from pathlib import Path

import pytest

from tests.localstore.world import World


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop that tests marked `anyio` run on."""
    return "asyncio"


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store nobody has written to, to be copied: making one anew takes a tenth of a second."""
    path = tmp_path_factory.mktemp("new") / "store.db"

    async def make() -> None:
        world = await World.begin(path)
        await world.store.close()

    asyncio.run(make())
    return path
