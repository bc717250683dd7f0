"""Whatever is lost at once, of the store and of what is below it: a real server answers every read
from the best that is left."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import product
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.values import Row
from tests.mcp_server.calling import Caller
from tests.tidelog.keepers import Kept
from tests.tidelog.layers.asked import reading
from tests.tidelog.layers.breaking import Prepared, expect_told
from tests.tidelog.layers.losses import LOSSES, disk_of, words_of
from tests.tidelog.layers.test_layers import HUBS, REPOSITORIES, expected, leave
from tests.tidelog.running import environment

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


@asynccontextmanager
async def serving(kept: Kept, loss: str, log: Path) -> AsyncIterator[Caller]:
    """A client of a real server; what that says on stderr is in the log."""
    scratch = log.parent / "scratch"
    scratch.mkdir()
    transport = StdioTransport(
        sys.executable,
        words_of(loss),
        cwd=str(kept.folder),
        env=environment(TMPDIR=str(scratch), XDG_STATE_HOME=str(log.parent / "state")),
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


@pytest.mark.parametrize(("loss", "left"), CELLS)
async def test_cell(prepared: Prepared, tmp_path: Path, loss: str, left: str) -> None:
    """Each read is answered by the best layer that is left, with its age; nothing hangs, and
    nothing is a traceback."""
    log = tmp_path / "stderr"
    async with AsyncExitStack() as stack:
        stack.enter_context(disk_of(loss, tmp_path / "w"))
        kept = Kept(tmp_path / "w")
        shutil.copytree(prepared.folder, kept.folder, dirs_exist_ok=True)
        for part in kept.home.glob("store.db-*"):
            part.unlink()
        leave(kept, left)
        with LOSSES[loss](kept):
            async with serving(kept, loss, log) as caller:
                await read_all(caller, prepared.item, expected(left))
                assert "Traceback" not in log.read_text()
