"""A store in a scratch folder, and the repository of its snapshots beside it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localstore.values import Row
from tests.gitlayer.kept import Kept
from tests.localstore.world import World


@pytest.fixture
async def kept(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[Kept]:
    """A new store with a repository of its own that nothing was committed to."""
    home = tmp_path / ".tidelog"
    home.mkdir()
    shutil.copy(new_store, home / "store.db")
    world = await World.begin(home / "store.db", first_id=100)
    yield Kept(world)
    await world.store.close()


@pytest.fixture
async def item(kept: Kept) -> Row:
    """An item with a history, whose file was committed with each of its changes."""
    item = await kept.world.item("Fix", description="one\n")
    await kept.snapshot()
    shown = await kept.world.change(item, priority="P1")
    await kept.snapshot()
    await kept.world.change(shown, assignee="bob")
    await kept.snapshot()
    return item
