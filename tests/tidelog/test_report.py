"""`tidelog report`: the document on standard output."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gitlayer.layout import layout_of
from gitlayer.pieces import ORDER
from tests.tidelog.conftest import Project
from tests.tidelog.running import on_terminal, tidelog


def test_the_report_is_printed(project: Project) -> None:
    """The report names each vendor and each open item, and stays within its five sections."""
    done = tidelog("report", cwd=project.folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# Project Status - ")
    assert "## Operational Vendors (12/24)\n- **Vendor number 00**: operational\n" in done.out
    assert f"- **Ref**: {project.blocked}\n" in done.out
    assert "- **Blocked because**: the samples are locked away\n" in done.out
    assert f"- **Ref**: {project.done}\n" not in done.out
    assert layout_of(done.out) == "".join(f"<!-- tidelog:{name} -->\n" for name in ORDER)


def test_the_same_store_gives_the_same_bytes(project: Project) -> None:
    """Nothing in the report depends on when, where or how it is asked for."""
    first = tidelog("report", cwd=project.folder)
    below = project.folder / "below"
    below.mkdir(exist_ok=True)
    assert tidelog("report", cwd=below, TZ="Asia/Kathmandu").out == first.out


def test_no_text_steers_a_reader(project: Project) -> None:
    """Control and direction characters of titles are not in the report."""
    text = tidelog("report", cwd=project.folder).out
    assert "colours 31m and directions in a title" in text
    assert not {"\x9b", "\u202e", "\u202c"} & set(text)


def test_without_a_store(tmp_path: Path) -> None:
    """Without a store it says what to do, in one line, and makes nothing."""
    done = tidelog("report", cwd=tmp_path)
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert list(tmp_path.iterdir()) == []


def test_hand_written_bytes_reach_a_pipe_and_spare_a_terminal(tmp_path: Path) -> None:
    """What is written by hand is printed to the byte; in a terminal nothing steers it."""
    tidelog("init", cwd=tmp_path)
    with closing(sqlite3.connect(tmp_path / ".tidelog" / "store.db")) as connection:
        connection.execute("UPDATE configuration SET report_layout = ?", ("## \x1b[31mMine\x9b\n",))
        connection.commit()
    assert "## \x1b[31mMine\x9b\n" in tidelog("report", cwd=tmp_path).out
    assert "## [31mMine\n" in on_terminal("report", cwd=tmp_path).out
