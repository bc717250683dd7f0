"""A board of a store of which a part cannot be read."""

import pytest

from localstore.values import Row
from tests.tidelog.board.browsing import Page
from tests.tidelog.board.conftest import Project
from tidelog.board.choices import Choice
from tidelog.board.content import board_of
from tidelog.board.pages import Frame, page
from tidelog.wiring import now

pytestmark = pytest.mark.anyio
PARTS = "columns ready health vendors broken_vendors deployments enhancements conflicts changes"


@pytest.mark.parametrize("part", PARTS.split())
async def test_the_other_parts_are_shown(still: Project, part: str) -> None:
    """Whichever part cannot be read, the page shows the others, and warns."""
    row = await board_of(Choice())(still.store)
    damaged: Row = {part: {"unavailable": "disk image is malformed"}}
    told = Frame(now=now(), told={"warning": f"{part} cannot be read"})
    shown = Page(page("board", row | damaged, told))
    assert shown.one("p", id="warning").words() == f"Careful: {part} cannot be read."
    assert shown.one("h1").words() == "Harbour"
    if part != "columns":
        assert shown.column("planned") == ["publish"]
    if part in ("columns", "vendors", "deployments", "enhancements", "changes"):
        assert "disk image is malformed" in shown.one("main").text
