"""Open pages hear of changes, and of the end."""

import signal

import pytest

from tests.tidelog.board.browsing import Site, board, next_event
from tests.tidelog.board.conftest import Project

pytestmark = pytest.mark.anyio


async def test_a_change_by_another_process(site: Site, project: Project) -> None:
    """An open page is told of the state it shows, and of a new one as soon as another process has
    changed something."""
    with site.events() as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        name, mark = next_event(stream)
        shown = site.get("/").page.one("div", id="page").attributes["data-mark"]
        assert (name, mark) == ("mark", shown)
        await project.change("parser", status="active")
        name, later = next_event(stream)
    assert name == "mark"
    assert later != mark
    page = site.get("/").page
    assert page.one("div", id="page").attributes["data-mark"] == later
    assert "parser" in page.column("active")


async def test_the_store_is_lost_and_found(site: Site, project: Project) -> None:
    """An open page is told when the store is lost, and when it is back."""
    file = project.folder / ".tidelog" / "store.db"
    aside = file.with_name("aside")
    with site.events() as stream:
        first = next_event(stream)
        file.rename(aside)
        lost = next_event(stream)
        assert lost != first
        assert site.get("/").status == 503
        aside.rename(file)
        assert next_event(stream) == first


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_the_end(project: Project, how: signal.Signals) -> None:
    """Told to stop, the board says so to its pages and ends with success and without a word."""
    with board(project.folder) as site, site.enter().events() as stream:
        assert next_event(stream)[0] == "mark"
        site.process.send_signal(how)
        assert next_event(stream)[0] == "end"
        assert stream.read() == b""
        assert site.process.wait(60) == 0
        assert site.process.stderr is not None
        assert site.process.stderr.read() == ""
