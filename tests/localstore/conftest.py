"""A store in a scratch folder, with a clock and ids that a test can foresee."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.laptops import Laptops, laptops
from tests.localstore.world import World


@pytest.fixture
async def world(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A new store of the test's own."""
    path = tmp_path / "store.db"
    shutil.copy(new_store, path)
    world = await World.begin(path, first_id=100)
    yield world
    await world.store.close()


@pytest.fixture
async def both(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[Laptops]:
    """Two laptops in step, with nothing in their stores."""
    async with laptops(new_store, tmp_path) as both:
        await both.sync()
        yield both
