"""A store in a scratch folder, with a clock and ids that a test can foresee."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.localstore.world import World


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store nobody has written to, to be copied: making one anew takes a tenth of a second."""
    path = tmp_path_factory.mktemp("new") / "store.db"

    async def make() -> None:
        world = await World.begin(path)
        await world.store.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def world(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A new store of the test's own."""
    path = tmp_path / "store.db"
    shutil.copy(new_store, path)
    world = await World.begin(path, first_id=100)
    yield world
    await world.store.close()
