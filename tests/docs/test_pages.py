"""The pages that people follow: what they show is what happens."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import WRITTEN, filled_page, read
from tests.docs.story import Story, pretty, told

RUN_ELSEWHERE = {
    "pip install tidelog": "tests/test_wheel.py, with the wheel itself",
    "tidelog sync --watch --home /path/to/project/.tidelog": "tests/tidelog/test_sync.py",
    "tidelog install daemon": "tests/packages/test_service.py",
    'loginctl enable-linger "$USER"': "needs systemd",
    "createdb status": "needs a PostgreSQL of the reader's own",
    "tidelog hub init postgresql://owner@hub.example/status": "tests/tidelog/test_hub.py",
}
"""Every command that the pages show and this suite does not run, and who does or why nobody."""

_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def story() -> Iterator[Story]:
    """A story in which nothing has happened."""
    with told() as begun:
        yield begun


@pytest.mark.timeout(900)  # some fifty processes, one after the other
@pytest.mark.parametrize("page", WRITTEN, ids=str)
def test_page_shows_what_happens(page: Path) -> None:
    """Every command of the page, run in order, prints what the page shows below it."""
    before, now = read(page), filled_page(read(page))
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(), "shown", "printed", n=2)
    assert before == now, f"{page} is out of date: run `make reference`\n" + "\n".join(lines)


@pytest.mark.parametrize("page", WRITTEN, ids=str)
def test_every_command_is_run_somewhere(page: Path) -> None:
    """A command that the page shows in a block that is not run is among those known not to be."""
    shown = [line for block in _SHELL.findall(read(page)) for line in block.splitlines()]
    assert [line for line in shown if line not in RUN_ELSEWHERE] == []


def test_no_answer_is_a_crash() -> None:
    """No page shows a traceback or a command that does not exist."""
    for page in WRITTEN:
        for sign in ("Traceback", "command not found", ": not found", "Syntax error"):
            assert sign not in read(page), page


def test_same_story_twice() -> None:
    """A page that was filled in stays as it is when it is filled in again."""
    page = "```console\n$ mkdir a\n$ cd a\n$ tidelog init\n$ tidelog log\n```\n"
    once = filled_page(page)
    assert "configuration: created" in once
    assert filled_page(once) == once


def test_refs_are_followed() -> None:
    """A title in braces becomes its row's ref, and refs that changed change in all that follows."""
    call = 'claude-code> create_work_item {"item_type": "task", "title": "Sort"}'
    steps = ["$ tidelog init", call, "$ tidelog show {Sort}"]
    page = "\n".join(["```console lines=3", *steps, "```", "It is T-00000.", ""])
    filled = filled_page(page)
    ref = re.search(r"\$ tidelog show (T-\w{5})", filled)
    assert ref is not None
    assert f"\n{ref[1]}  Sort\n" in filled
    renamed = filled.replace(ref[1], "T-00000")
    assert filled_page(renamed) == filled.replace("It is T-00000", f"It is {ref[1]}")


def test_hidden_steps_stay_hidden() -> None:
    """What stands in a comment is done, and its answer is not shown."""
    page = "<!-- run\n$ mkdir hidden\nwait 2 h\n-->\n\n```console\n$ ls\n```\n"
    assert filled_page(page) == page.replace("$ ls\n", "$ ls\nhidden\n")


def test_block_that_begins_with_an_answer() -> None:
    """A block whose first line is no command is refused."""
    with pytest.raises(ValueError, match="begins with an answer"):
        filled_page("```console\nhello\n```\n")


def test_clock_of_a_story(story: Story) -> None:
    """Commands see the story's clock, name and home, not the machine's."""
    story.type("ann", "tidelog init")
    assert "2026-03-14 09:10 UTC" in story.type("ann", "tidelog status")
    assert story.type("ann", "echo ~") == "~"


def test_json_that_fits_a_line() -> None:
    """What fits a line stands on one; what does not is broken at its members."""
    assert pretty({"a": [1, 2]}) == '{"a": [1, 2]}'
    assert pretty(["x" * 60, "y" * 60]).splitlines()[1] == f'  "{"x" * 60}",'
