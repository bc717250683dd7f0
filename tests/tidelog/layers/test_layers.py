"""Every reading tool answers, whatever is lost, and says from where and how old."""

from collections.abc import Callable
from pathlib import Path

import pytest

from localstore.values import text_of
from tests.mcp_server.calling import Caller
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, expect_told, served

pytestmark = pytest.mark.anyio

Change = Callable[[Kept], None]


def nothing(_kept: Kept) -> None:
    """Leave it as it is."""


HUBS: dict[str, Change] = {
    "up": nothing,
    "down": breaking.with_dead_hub,
    "none": breaking.without_hub,
}
REPOSITORIES: dict[str, Change] = {
    "there": nothing,
    "corrupt": breaking.with_corrupt_git,
    "none": breaking.without_git,
}


LEFT = [f"hub {hub}, git {repository}" for hub in HUBS for repository in REPOSITORIES]
"""Every state of what is below the store."""


def leave(kept: Kept, left: str) -> None:
    """Bring what is below the store into one of these states."""
    hub, repository = (part.split()[1] for part in left.split(", "))
    HUBS[hub](kept)
    REPOSITORIES[repository](kept)


def expected(left: str) -> str:
    """The layer that is to answer."""
    hub, repository = (part.split()[1] for part in left.split(", "))
    if hub == "up":
        return "hub"
    return "git" if repository == "there" else "markdown"


async def ask_everything(caller: Caller, prepared: Prepared, source: str) -> None:
    """Ask each reading tool; each answer is of that layer."""
    for tool, arguments in prepared.questions().items():
        expect_told(await caller.ok(tool, arguments), source)


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("broken", breaking.BROKEN, ids=lambda each: each.__name__)
async def test_every_reading_tool_answers(
    prepared: Prepared,
    tmp_path: Path,
    broken: Callable[[Path], None],
    left: str,
) -> None:
    """However a store is lost, each tool that reads answers from the best layer that is left."""
    kept = prepared.copy(tmp_path / "w")
    broken(kept.database)
    leave(kept, left)
    async with served(kept) as (caller, _):
        await ask_everything(caller, prepared, expected(left))


@pytest.mark.parametrize("left", LEFT)
async def test_a_locked_store(prepared: Prepared, tmp_path: Path, left: str) -> None:
    """A store that is locked past the timeout is answered for, and the warning names no repair."""
    kept = prepared.copy(tmp_path / "w")
    leave(kept, left)
    with breaking.locked(kept.database):
        async with served(kept) as (caller, _):
            await ask_everything(caller, prepared, expected(left))
            answer = await caller.ok("get_project_status")
    assert "locked for 0.05 s" in text_of(answer, "warning")
    assert "restore" not in text_of(answer, "warning")
