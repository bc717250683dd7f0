"""What the reading commands print, for people and for programs."""

import json
from pathlib import Path

import pytest

from localstore.models import WorkItemCreate
from localstore.store import Store
from localstore.values import text_of
from tests.tidelog.conftest import Project
from tests.tidelog.running import ANSI, on_terminal, tidelog, too_wide
from tidelog.wiring import Ids, now

READS = [["status"], ["ready"], ["log", "--limit", "500"], ["doctor"], ["archive"]]


def keys(project: Project) -> list[str]:
    """What `show` and `log` are asked for."""
    return [project.root, project.blocked, project.waiting, project.hostile, "vendor number 01"]


@pytest.mark.parametrize("words", READS)
def test_fits_80_columns(words: list[str], project: Project) -> None:
    """In a pipe and on a terminal of 80 columns every line fits, and no line ends in space."""
    for done in (tidelog(*words, cwd=project.folder), on_terminal(*words, cwd=project.folder)):
        assert (done.code, done.err) == (0, "")
        assert too_wide(done.out) == []
        assert [line for line in done.lines if ANSI.sub("", line).endswith(" ")] == []


def test_each_row_fits_80_columns(project: Project) -> None:
    """Whatever its titles hold, a row is shown within 80 columns."""
    for key in keys(project):
        for command in ("show", "log"):
            done = tidelog(command, key, cwd=project.folder)
            assert (done.code, done.err) == (0, "")
            assert too_wide(done.out) == []


@pytest.mark.parametrize("command", ["status", "ready", "log", "show"])
def test_text_cannot_steer_a_terminal(command: str, project: Project) -> None:
    """Control and direction marks in a title are not printed."""
    words = [command, project.hostile] if command in ("log", "show") else [command]
    shown = tidelog(*words, cwd=project.folder).out
    assert "colours" in shown
    assert not {"\x9b", "\x1b", "\u202e"} & set(shown)


@pytest.mark.parametrize("words", [*READS, ["log"]])
def test_json(words: list[str], project: Project) -> None:
    """--json prints one JSON document and nothing else."""
    done = tidelog(*words, "--json", cwd=project.folder)
    assert done.code == 0
    assert isinstance(json.loads(done.out), dict)


def test_json_of_rows(project: Project) -> None:
    """--json prints a row with its own fields, a vendor's as well as an item's."""
    item = json.loads(tidelog("show", project.root, "--json", cwd=project.folder).out)
    assert (item["ref"], item["title"]) == (project.root, "Read every invoice")
    vendor = json.loads(tidelog("show", "VENDOR NUMBER 01", "--json", cwd=project.folder).out)
    assert (vendor["name"], vendor["status"]) == ("Vendor number 01", "broken")


def test_the_same_twice(project: Project) -> None:
    """In a pipe the same question gets the same answer, whatever terminal it was asked from."""
    words = ("show", project.done, "--json")
    first = tidelog(*words, cwd=project.folder, COLUMNS="200", TERM="xterm").out
    assert tidelog(*words, cwd=project.folder, COLUMNS="40").out == first
    assert too_wide(tidelog("status", cwd=project.folder, COLUMNS="200").out) == []


def test_status_tells_how_it_stands(project: Project) -> None:
    """The status names the project, its vendors, what is blocked and why, and how far it is."""
    shown = tidelog("status", cwd=project.folder).out
    one_line = " ".join(shown.split())
    assert shown.startswith("Harbour\n")
    assert "12 of 24 operational" in one_line
    assert "broken: Vendor number 01, Vendor number 03" in one_line
    assert "and 2 more" in one_line
    assert f"{project.blocked} P0 Write the grammar the samples are locked away" in one_line
    assert f"{project.root} Read every invoice ████░░░░░░░░░░░░░░░░ 1/5" in one_line
    assert "PR #7" in one_line
    assert "2027-Q1" in one_line


def test_status_parts_the_work(project: Project) -> None:
    """What somebody has claimed is in progress; what waits for other work is not called ready."""
    shown = tidelog("status", cwd=project.folder).out
    in_progress, _, rest = shown.partition("Ready to start")
    ready, _, _ = rest.partition("Blocked")
    assert project.hostile in in_progress
    assert project.hostile not in ready
    assert project.waiting not in in_progress + ready


def test_status_of_nothing(tmp_path: Path) -> None:
    """A store without anything in it says so, and when it is of."""
    tidelog("init", "--project", "Empty", cwd=tmp_path)
    shown = tidelog("status", cwd=tmp_path)
    assert shown.lines[0] == "Empty"
    assert "last change" not in shown.out
    assert "nothing yet" in shown.out


@pytest.mark.anyio
async def test_status_of_a_large_tree(tmp_path: Path) -> None:
    """A root with more below it than a summary shows is counted whole."""
    path = tmp_path / ".tidelog/store.db"
    async with await Store.open(path, clock=now, new_id=Ids()) as store:
        root = await store.create_work_item(
            WorkItemCreate(item_type="research", title="Everything"), who="copilot"
        )
        for index in range(250):
            item = WorkItemCreate(
                item_type="task", title=f"Part {index}", parent_id=text_of(root, "ref")
            )
            await store.create_work_item(item, who="copilot")
    assert "░  0/250" in tidelog("status", cwd=tmp_path).out


def test_ready_tells_what_can_be_started(project: Project) -> None:
    """What waits, is blocked or is done is not in the list."""
    shown = tidelog("ready", cwd=project.folder).out
    assert project.hostile in shown
    assert not [ref for ref in (project.waiting, project.blocked, project.done) if ref in shown]


def test_ready_keeps_its_limit(project: Project) -> None:
    """--limit cuts the list and says how many are left."""
    done = tidelog("ready", "--limit", "1", cwd=project.folder)
    assert len(done.lines) == 3
    assert done.lines[-1].endswith("more; --limit shows more")


def test_show_tells_what_is_around(project: Project) -> None:
    """An item is shown with its way up, its fields, its dependencies and what is below."""
    shown = " ".join(tidelog("show", project.waiting, cwd=project.folder).out.split())
    assert f"{project.root} Read every invoice / " in shown
    assert f"{project.waiting} Publish it task · active · P2 · version 1" in shown
    assert "labels public" in shown
    assert f"waits for {project.blocked} Write the grammar blocked" in shown
    whole = " ".join(tidelog("show", project.root, cwd=project.folder).out.split())
    assert f"{project.waiting} Publish it active │ waits for {project.blocked}" in whole


def test_log_tells_who_did_what(project: Project) -> None:
    """The log has the newest change first, each with its time, who, the ref and what."""
    done = tidelog("log", cwd=project.folder)
    item = next(line for line in done.lines if "assignee" in line or project.hostile in line)
    assert "copilot" in item
    assert project.hostile in item


def test_log_of_one_row(project: Project) -> None:
    """The log of one row names it once and tells what each change did."""
    done = tidelog("log", project.hostile, cwd=project.folder)
    assert done.lines[0].startswith(f'{project.hostile}  task "colours')
    assert done.lines[3].endswith("copilot      assignee copilot")
    assert done.lines[4].endswith("claude-code  created, active")


def test_log_keeps_its_limit(project: Project) -> None:
    """--limit counts changes, however many pages of the store they take."""
    everything = json.loads(tidelog("log", "--limit", "500", "--json", cwd=project.folder).out)
    assert len(everything["items"]) == everything["total"]
    done = tidelog("log", "--limit", "1", cwd=project.folder)
    assert done.lines[-1] == f"… and {everything['total'] - 1} earlier changes; --limit shows more"
