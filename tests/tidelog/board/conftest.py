"""A project whose titles try to be more than text, and a board over it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localstore.models import WorkItemCreate, WorkItemPatch
from localstore.store import Store
from localstore.values import Row, Value, text_of
from tests.tidelog.board.browsing import Site, board
from tidelog.wiring import Ids, now

HOSTILE = (
    '</h3><script>alert(1)</script><img src=x onerror="alert(2)">" onclick=\'a\' &lt; {{ 7 * 7 }}'
)
TEXT = (
    "# Heading\n\n<script>alert(3)</script> [bad](javascript:alert(4)) [good](https://example.org)\n"
    "![seen](https://example.org/pixel.png)\n\n- **one**\n\n<img src=x onerror=alert(5)>\n"
)


@dataclass
class Project:
    """A folder with a store in it, its rows by a short name, and a store to change them with."""

    folder: Path
    store: Store
    rows: dict[str, Row] = field(default_factory=dict)

    async def add(self, name: str, **fields: Value) -> Row:
        """Create a work item."""
        item = WorkItemCreate.model_validate({"item_type": "task", "title": name} | fields)
        self.rows[name] = await self.store.create_work_item(item, who="claude-code")
        return self.rows[name]

    async def change(self, name: str, **fields: Value) -> None:
        """Change one, as another process."""
        row = await self.store.work_item(self.key(name), max_depth=0)
        patch = WorkItemPatch.model_validate(fields)
        version = row["version"]
        assert isinstance(version, int)
        await self.store.update_work_item(self.key(name), version, patch, who="copilot")

    def key(self, name: str) -> str:
        """The id of a row."""
        return text_of(self.rows[name], "id")


@asynccontextmanager
async def a_project(folder: Path) -> AsyncIterator[Project]:
    """One item in each column; `publish` waits for `parser`, which is below `root`."""
    path = folder / ".tidelog" / "store.db"
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        await store.set_project("Harbour")
        made = Project(folder, store)
        await made.add("root", item_type="project", metadata={"description": "All of it"})
        root = made.key("root")
        await made.add("parser", status="blocked", parent_id=root, labels=["ocr"], priority="P0")
        await made.add("publish", status="planned", assignee="copilot")
        await made.add(HOSTILE, description=TEXT, labels=["<b>", "ocr"])
        await made.add("samples", status="completed", item_type="research")
        await store.set_dependency(
            made.key("publish"), made.key("parser"), "depends_on", who="copilot"
        )
        yield made


@pytest.fixture
async def project(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Project]:
    """A project of the test's own."""
    async with a_project(tmp_path) as project:
        yield project


@pytest.fixture
def site(project: Project) -> Iterator[Site]:
    """A board over it, entered by the printed address."""
    with board(project.folder) as site:
        yield site.enter()


@pytest.fixture(scope="session")
async def still(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[Project]:
    """A project that no test changes."""
    async with a_project(tmp_path_factory.mktemp("still")) as project:
        yield project


@pytest.fixture(scope="session")
def shown(still: Project) -> Iterator[Site]:
    """A board over that one."""
    with board(still.folder) as site:
        yield site.enter()
