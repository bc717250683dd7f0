"""Whatever is lost at once, of the store and of what is below it: a real server answers every read
from the best that is left, takes every write, and each write is in the store when that is back."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.values import Row, rows_of, text_of
from tests.mcp_server.calling import Caller, only_text
from tests.postgres import Server, fresh_database
from tests.tidelog.conftest import Project
from tests.tidelog.keepers import Kept
from tests.tidelog.layers.asked import Marks, marked, reading, writing
from tests.tidelog.layers.breaking import SETTINGS, Prepared, expect_told, served
from tests.tidelog.layers.losses import LOSSES, disk_of, words_of
from tests.tidelog.layers.test_layers import HUBS, REPOSITORIES, expected, leave
from tests.tidelog.running import environment, tidelog

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
EVERY = "TIDELOG_SOAK_SECONDS" in os.environ
"""Whether each of the 72 is tried; else the 24 that have each two of the three together."""
CELLS = [
    (loss, f"hub {hub}, git {repository}")
    for (at, loss), (up, hub), (there, repository) in product(
        enumerate(LOSSES), enumerate(HUBS), enumerate(REPOSITORIES)
    )
    if EVERY or there == (at + up) % 3
]


@dataclass(frozen=True)
class Whole:
    """A prepared project, and what of it a cell may change."""

    prepared: Prepared
    marks: Marks


@pytest.fixture(scope="module")
async def whole(
    anyio_backend: str,
    project: Project,
    postgres_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Whole]:
    """A project that has everything, in step with a hub of its own and with its snapshots."""
    kept = Kept(tmp_path_factory.mktemp("whole") / "harbour")
    shutil.copytree(project.folder, kept.folder)
    async with kept.store() as store:
        marks = await marked(store)
    (kept.folder / "tidelog.toml").write_text(SETTINGS, encoding="utf-8")
    async with fresh_database(postgres_server) as dsn:
        for words in (("hub", "join", dsn, "--project", "Harbour"), ("snapshot",)):
            done = tidelog(*words, cwd=kept.folder)
            assert done.code == 0, done.err
        yield Whole(Prepared(kept.folder, dsn, project.blocked), marks)


@asynccontextmanager
async def serving(kept: Kept, loss: str, log: Path) -> AsyncIterator[Caller]:
    """A client of a real server; what that says on stderr is in the log."""
    scratch = log.parent / "scratch"
    scratch.mkdir()
    transport = StdioTransport(
        sys.executable,
        words_of(loss),
        cwd=str(kept.folder),
        env=environment(TMPDIR=str(scratch)),
        keep_alive=False,
        log_file=log,
    )
    async with Client(transport, timeout=60) as client:
        yield Caller(client)


async def read_all(caller: Caller, item: str, source: str) -> None:
    """Ask each tool that reads; each answer is of that layer, and says how old it is."""
    for tool, arguments in reading().items():
        given: Row = {"id": item} if "id" in arguments else arguments
        answer = await caller.ok(tool, given)
        if source == "local":
            assert answer.get("source", "local") == "local", (tool, answer.get("warning"))
        else:
            expect_told(answer, source)


async def write_all(caller: Caller, marks: Marks, mark: str) -> None:
    """Ask each tool that writes; each is taken, and says that it waits in the journal."""
    problems = []
    for tool, write in writing(marks, mark).items():
        result = await caller.client.call_tool(tool, write.arguments, raise_on_error=False)
        answer: Row = result.structured_content or {}
        if result.is_error:
            problems.append(f"{tool}: {only_text(result.content)[:300]}")
        elif answer.get("source") != "journal" and tool != "set_dependency":  # has its own source
            problems.append(f"{tool} does not say where it is: {answer}")
        elif not answer.get("as_of") or "is in the journal" not in text_of(answer, "warning"):
            problems.append(f"{tool} does not say that it waits: {answer}")
        elif len(text_of(answer, "warning").splitlines()) != 1:
            problems.append(f"{tool} does not warn in one line: {answer}")
    assert not problems, "\n".join(problems)


async def find_all(kept: Kept, marks: Marks, mark: str) -> None:
    """Each write is in the history of the store that is back, once."""
    entries: list[Row] = []
    async with served(kept) as (caller, _):
        cursor = None
        while cursor or not entries:
            page = await caller.ok("get_history", {"limit": 200, "cursor": cursor})
            assert page.get("source", "local") == "local", page.get("warning")
            entries += rows_of(page, "items")
            cursor = page.get("next_cursor")
    found = {
        tool: sum(write.is_told(entry) for entry in entries)
        for tool, write in writing(marks, mark).items()
    }
    assert found == dict.fromkeys(found, 1)
    assert not [*kept.home.glob("journal*.jsonl")]


@pytest.mark.parametrize(("loss", "left"), CELLS)
async def test_cell(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, loss: str, left: str
) -> None:
    """Each read is answered by the best layer that is left, with its age; each write is taken, and
    found once when the store is back; nothing hangs, and nothing is a traceback."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # the journal's other place
    log, mark = tmp_path / "stderr", f"cell {loss}"[:20]
    async with AsyncExitStack() as stack:
        stack.enter_context(disk_of(loss, tmp_path / "w"))
        kept = Kept(tmp_path / "w")
        shutil.copytree(whole.prepared.folder, kept.folder, dirs_exist_ok=True)
        for part in kept.home.glob("store.db-*"):
            part.unlink()
        leave(kept, left)
        with LOSSES[loss](kept):
            async with serving(kept, loss, log) as caller:
                await read_all(caller, whole.prepared.item, expected(left))
                await write_all(caller, whole.marks, mark)
                assert "Traceback" not in log.read_text()
        await find_all(kept, whole.marks, mark)
