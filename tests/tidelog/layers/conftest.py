"""One project with a hub and snapshots, made once and copied by each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres import Server, fresh_database
from tests.tidelog.conftest import Project
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import SETTINGS, Prepared
from tests.tidelog.running import tidelog


@pytest.fixture(scope="session")
async def prepared(
    anyio_backend: str,
    project: Project,
    postgres_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Prepared]:
    """The project, joined to a hub of its own, with snapshots of everything."""
    folder = tmp_path_factory.mktemp("prepared") / "harbour"
    shutil.copytree(project.folder, folder)
    (folder / "tidelog.toml").write_text(SETTINGS, encoding="utf-8")
    async with fresh_database(postgres_server) as dsn:
        for words in (("hub", "join", dsn, "--project", "Harbour"), ("snapshot",)):
            done = tidelog(*words, cwd=folder)
            assert done.code == 0, done.err
        yield Prepared(folder, dsn, project.blocked)


@pytest.fixture
def lost(prepared: Prepared, tmp_path: Path) -> Kept:
    """A project without a hub whose store is gone; `good.db` is what it was."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    kept.database.rename(kept.folder / "good.db")
    return kept
