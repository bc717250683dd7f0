"""A store in a scratch folder, and the repository of its snapshots beside it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gitlayer.kept import Kept
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
async def kept(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[Kept]:
    """A new store with a repository of its own that nothing was committed to."""
    home = tmp_path / ".tidelog"
    home.mkdir()
    shutil.copy(new_store, home / "store.db")
    world = await World.begin(home / "store.db", first_id=100)
    yield Kept(world)
    await world.store.close()
