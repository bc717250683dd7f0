"""`tidelog board` on the command line: the file, the JSON, the address."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from localstore.values import mapping_of, rows_of, text_of
from tests.tidelog.board.browsing import Page, Site, board
from tests.tidelog.board.conftest import HOSTILE, Project
from tests.tidelog.running import environment, tidelog
from tests.tidelog.test_serve_snapshots import is_gone, keeper_of, until

pytestmark = pytest.mark.anyio


async def test_a_file_needs_nothing_else(project: Project) -> None:
    """--output writes one page that loads nothing, runs nothing, leads nowhere and holds no form;
    hostile titles are text in it."""
    done = tidelog("board", "--output", "board.html", cwd=project.folder)
    assert (done.code, done.out, done.err) == (0, "Wrote the board to board.html\n", "")
    html = (project.folder / "board.html").read_text(encoding="utf-8")
    page = Page(html)
    for name in ("script", "link", "img", "form", "iframe"):
        assert page.all(name) == []
    leads = [each.attributes["href"] for each in page.elements if "href" in each.attributes]
    assert [each for each in leads if not each.startswith("#")] == []
    assert not re.search(r"url\(|@import", html)
    assert (
        "default-src 'none'"
        in page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    )
    assert HOSTILE in page.column("active")


async def test_json(project: Project) -> None:
    """--json prints the columns with their cards, and what stands around them."""
    done = tidelog("board", "--json", cwd=project.folder)
    row = json.loads(done.out)
    columns = {text_of(column, "status"): column for column in rows_of(row, "columns")}
    assert list(columns) == ["planned", "active", "blocked", "completed"]
    (card,) = rows_of(columns["planned"], "items")
    assert card["title"] == "publish"
    assert mapping_of(card, "blocked_by")["items"] == [
        {"ref": project.rows["parser"]["ref"], "title": "parser"}
    ]
    assert row["ready"] == 2
    parts = ("health", "vendors", "deployments", "enhancements", "conflicts", "changes")
    assert row.keys() >= {"project", "as_of", "source", *parts}


async def test_file_and_json_at_once(project: Project) -> None:
    """With both, the file is written and standard output is JSON alone."""
    done = tidelog("board", "--json", "--output", "b.html", cwd=project.folder)
    assert json.loads(done.out)["project"] == "Harbour"
    assert Page((project.folder / "b.html").read_text(encoding="utf-8")).column("blocked")


def test_no_project(tmp_path: Path) -> None:
    """Where there is no store it says how to make one, and makes none."""
    for words in ([], ["--json"], ["--output", "x.html"]):
        done = tidelog("board", "--no-open", *words, cwd=tmp_path)
        assert done.code == 1
        assert "tidelog init" in done.err
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_cannot_be_written(project: Project) -> None:
    """A file that cannot be written is one line that says which."""
    done = tidelog("board", "--output", "no/such/folder/b.html", cwd=project.folder)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "tidelog: cannot write no/such/folder/b.html: No such file or directory; "
        "name another --output\n"
    )


async def test_port(project: Project) -> None:
    """--port chooses where; one that is taken is refused in a line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tidelog("board", "--no-open", "--port", str(port), cwd=project.folder)
    assert (done.code, done.out) == (1, "")
    assert f"cannot listen on 127.0.0.1:{port}" in done.err
    with board(project.folder, "--port", str(port)) as site:
        assert site.port == port


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_ports_there_are_not(tmp_path: Path, port: str) -> None:
    """A port that there is not is a usage error."""
    done = tidelog("board", "--port", port, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1


def test_the_browser_is_opened_once(still: Project, tmp_path: Path) -> None:
    """Where there is a screen the browser is started, with a secret that opens the board once and
    is not the printed one."""
    told, browser = tmp_path / "told", tmp_path / "browser"
    os.mkfifo(told)
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    browser.chmod(0o700)
    command = [sys.executable, "-m", "tidelog", "board"]
    screen = environment(DISPLAY=":99", BROWSER=f"{browser} %s")
    with subprocess.Popen(
        command, cwd=still.folder, env=screen, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        printed = process.stderr.readline().split()[-1]
        site = Site(told.read_text().strip(), process)
        by_hand = Site(printed, process)
        assert site.port == by_hand.port
        assert site.url != printed
        assert site.enter().get("/").status == 200
        assert site.get(site.url.removeprefix(site.origin)).status == 403
        assert by_hand.enter().get("/").status == 200
        process.kill()


async def test_what_is_moved_is_committed(project: Project) -> None:
    """Beside the board a process keeps the snapshots, as beside a server, and ends with it."""
    with board(project.folder, TIDELOG_SNAPSHOTS="true") as site:
        keeper = keeper_of(site.process)
        fields = {"token": site.enter().token(), "version": "1", "status": "completed"}
        assert site.post(f"/items/{project.key('parser')}", fields).status == 303
        files = project.folder / ".tidelog" / "status"
        until(
            lambda: any("grace" in each.read_text("utf-8") for each in files.rglob("T-*.md")),
            seconds=120,
        )
        site.process.terminate()
        assert site.process.wait(120) == 0
        until(lambda: is_gone(keeper), seconds=120)
