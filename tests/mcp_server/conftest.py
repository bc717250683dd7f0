"""A store in a scratch folder, the server over it, and a client that is connected."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.localstore.world import World
from tests.mcp_server.calling import ERAS, Caller, Era, calling, server_over


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store nobody has written to yet, to be copied: making one anew takes longer."""
    path = tmp_path_factory.mktemp("new") / "store.db"

    async def make() -> None:
        await (await World.begin(path)).store.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def world(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A new store of the test's own, in the folder where it would really be."""
    path = tmp_path / ".tidelog" / "store.db"
    path.parent.mkdir(mode=0o700)
    shutil.copy(new_store, path)
    world = await World.begin(path, first_id=100)
    yield world
    await world.store.close()


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> Era:
    """One of the two eras of the protocol."""
    chosen: Era = request.param
    return chosen


@pytest.fixture
async def caller(world: World) -> AsyncIterator[Caller]:
    """A client of the server over the world's store."""
    async with calling(server_over(world.store)) as caller:
        yield caller
