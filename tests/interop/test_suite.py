"""What `make conformance` rests on, as far as it can be shown without Node."""

import asyncio
import fcntl
import json
import re
import sys
from pathlib import Path

import mcp
import pytest
from mcp_types import TextContent

from tests.interop.node import MANIFEST
from tests.interop.report import Outcome, Report, outcomes_of, timed
from tests.interop.scratch import ROOT, listening, run, scratch_project
from tests.interop.suite import (
    CHECKED_NOTHING,
    FAILED,
    PASSED,
    Expected,
    Result,
    expectations,
    result_of,
    surprises,
)

EXPECTED = Expected(frozenset({"ping"}), {"sampling": "it asks for nothing"})
PAGE = ROOT / "docs" / "conformance.md"


@pytest.mark.interop
def test_fixtures_are_served() -> None:
    """The suite's tools and prompts are listed beside tidelog's own, and answer."""

    async def look(url: str) -> tuple[set[str], set[str], object]:
        async with mcp.Client(url) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
            return tools, prompts, (await client.call_tool("test_simple_text")).content[0]

    with scratch_project() as project:
        command = [sys.executable, "-m", "tests.interop.conformance_server", str(project.home)]
        with listening(command, project) as url:
            tools, prompts, block = asyncio.run(look(url))
    assert {"create_work_item", "test_simple_text", "test_missing_capability"} <= tools
    assert {"stand_up", "test_simple_prompt", "test_input_required_result_prompt"} <= prompts
    assert isinstance(block, TextContent)
    assert block.text.startswith("This is a simple text")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"ping": Result(PASSED), "sampling": Result(FAILED)}, ""),
        ({"ping": Result(PASSED), "sampling": Result(CHECKED_NOTHING)}, ""),
        ({"ping": Result(FAILED, ("late",)), "sampling": Result(FAILED)}, "ping failed: late"),
        ({"ping": Result(PASSED, ("odd",)), "sampling": Result(FAILED)}, "ping passed: odd"),
        ({"ping": Result(CHECKED_NOTHING), "sampling": Result(FAILED)}, "ping checked nothing"),
        ({"ping": Result(PASSED), "sampling": Result(PASSED)}, "sampling passes now"),
        ({"ping": Result(PASSED)}, "sampling was not run"),
        (
            {"ping": Result(PASSED), "sampling": Result(FAILED), "tasks": Result(FAILED)},
            "tasks is new",
        ),
    ],
)
def test_surprises(found: dict[str, Result], told: str) -> None:
    """A scenario that fails, warns, passes unexpectedly, is new or is missing is told of."""
    lines = surprises(EXPECTED, found)
    assert [told] == [line[: len(told)] for line in lines] or (not told and not lines)


def test_wellformed_messages_are_not_a_pass() -> None:
    """A scenario that checked nothing but the form of the messages has not passed."""
    wire = {"id": "wire-schema-valid", "status": "SUCCESS"}
    told = {"id": "ping", "status": "SUCCESS"}
    warned = {"id": "order", "status": "WARNING", "errorMessage": "unsorted"}
    assert result_of([wire]) == Result(CHECKED_NOTHING)
    assert result_of([wire, told]) == Result(PASSED)
    assert result_of([told, warned]) == Result(PASSED, ("order: unsorted",))
    assert result_of([told, {"id": "id", "status": "FAILURE"}]) == Result(FAILED, ("id: failure",))


def test_page_tells_what_is_expected() -> None:
    """docs/conformance.md has a row for each scenario, with what is expected in each revision."""
    rows = re.findall(
        r"^\| `([\w-]+)` \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    first, second = expectations().values()
    assert {row[0]: row[1:] for row in rows} == {
        scenario: (_cell(first, scenario), _cell(second, scenario))
        for each in (first, second)
        for scenario in (*each.passed, *each.not_applicable)
    }


def test_page_names_the_versions() -> None:
    """docs/conformance.md names the exact version of each client that runs on Node, and of uv and
    skillsaw."""
    pinned = json.loads(MANIFEST.read_text("utf-8"))["dependencies"]
    page = PAGE.read_text("utf-8")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+(-[a-z]+\.\d+)?", each) for each in pinned.values())
    assert [name for name, version in pinned.items() if f"`{name}` | {version} |" not in page] == []
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    for name, version in (pin.split("==") for pin in pins):
        assert name not in ("skillsaw", "uv") or f"| {name} | {version} |" in page


def test_failure_is_a_line_of_the_table() -> None:
    """A check that raises, and a section that breaks off, are failures and do not end the run."""

    def fails() -> None:
        raise ValueError("odd")

    def breaks_off() -> list[Outcome]:
        raise OSError("gone")

    report = Report()
    outcomes = [timed("client", "asked", fails), *outcomes_of("section", breaks_off)]
    lines = list(report.lines(outcomes))
    assert (report.passed, report.failed) == (0, 2)
    assert lines[-1] == "0 passed, 2 failed"
    assert "ValueError: odd" in "\n".join(lines)
    assert "OSError: gone" in "\n".join(lines)


def test_late_command_is_ended(tmp_path: Path) -> None:
    """A command that runs too long is ended together with the processes it had started."""
    lock = tmp_path / "lock"
    child = f"import fcntl, signal; fcntl.flock(open({str(lock)!r}, 'w'), 2); signal.pause()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(TimeoutError, match="ran over 2 s"):
        run([sys.executable, "-c", parent], {}, tmp_path, seconds=2)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for the child's end, which frees it


def _cell(expected: Expected, scenario: str) -> str:
    if scenario in expected.passed:
        return "passes"
    return "not applicable" if scenario in expected.not_applicable else "not asked"
