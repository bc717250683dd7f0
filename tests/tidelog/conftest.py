"""One store with a project in it, for the commands that read; and a real hub."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localstore.models import (
    DeploymentCreate,
    EnhancementCreate,
    VendorCreate,
    WorkItemCreate,
    WorkItemPatch,
)
from localstore.store import Store
from localstore.values import Value, number_of, text_of
from tests.postgres import Server, fresh_database, running_server
from tidelog.wiring import Ids, now

LONG = "A title of two hundred characters, as long as one may be, " * 4
WIDE = "日付の解析を直す 🚀 " * 8
STEERING = "colours \x9b31m and \u202edirections\u202c in a title"
SESSION: dict[str, Value] = {
    "token_budget": 200_000,
    "prompts_count": 1,
    "yaml_frontmatter": {"schema_version": "1.0"},
}


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for what belongs to the user and to no project, such as a journal."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


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


@dataclass(frozen=True)
class Project:
    """A folder with a store in it, and the refs of some of its rows."""

    folder: Path
    root: str
    done: str
    blocked: str
    waiting: str
    hostile: str


@pytest.fixture(scope="session")
async def project(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> Project:
    """A project with vendors, a tree, a dependency, a deployment, and titles of every kind."""
    folder = tmp_path_factory.mktemp("project")
    async with await Store.open(folder / ".tidelog/store.db", clock=now, new_id=Ids()) as store:
        await store.set_project("Harbour")
        await _vendors(store)
        root = await _item(
            store,
            item_type="project",
            title="Read every invoice",
            metadata={"description": "All of them", "target_quarter": "2027-Q1"},
        )
        session = await _item(
            store, item_type="session", title="Dates", parent_id=root, metadata=SESSION
        )
        done = await _item(store, title="Collect samples", parent_id=session, status="completed")
        blocked = await _item(
            store,
            title="Write the grammar",
            parent_id=session,
            priority="P0",
            status="blocked",
            metadata={"blocked_reason": "the samples are locked away"},
        )
        waiting = await _item(store, title="Publish it", parent_id=session, labels=["public"])
        await store.set_dependency(waiting, blocked, "depends_on", who="copilot")
        hostile = await _item(store, title=STEERING, description="# One\n\n  two\x9b\nthree " * 3)
        for title in (LONG.strip()[:200], WIDE.strip()):
            await _item(store, title=title, parent_id=root)
        claimed = await store.work_item(hostile)
        await store.update_work_item(
            hostile, number_of(claimed, "version"), WorkItemPatch(assignee="copilot"), who="copilot"
        )
        await _deployment(store, done)
    return Project(folder, root, done, blocked, waiting, hostile)


async def _item(store: Store, *, item_type: str = "task", **fields: Value) -> str:
    item = WorkItemCreate.model_validate({"item_type": item_type, **fields})
    return text_of(await store.create_work_item(item, who="claude-code"), "ref")


async def _vendors(store: Store) -> None:
    for index in range(24):
        name = f"Vendor number {index:02}"
        vendor = VendorCreate(name=name, status="broken" if index % 2 else "operational")
        await store.create_vendor(vendor, who="claude-code")


async def _deployment(store: Store, item: str) -> None:
    deployment = DeploymentCreate(
        commit_hash="3f786850e387550fdab836ed7e6dc881de23001b",
        affected_vendors=["Vendor number 00", "vendor number 01"],
        related_work_item_ids=[item],
        metadata={"pr_number": 7, "pr_title": LONG[:150]},
    )
    await store.record_deployment(deployment, who="claude-code")
    enhancement = EnhancementCreate(title=LONG.strip()[:190], priority=1, target_quarter="2027-Q1")
    await store.create_enhancement(enhancement, who="claude-code")
