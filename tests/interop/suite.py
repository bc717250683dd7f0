"""The official conformance suite against the HTTP server, and what is expected of each scenario."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.interop.node import Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import listening, scratch_project

PACKAGE = "@modelcontextprotocol/conformance"
EXPECTED = Path(__file__).with_name("expected.toml")
SUITE_SECONDS = 240.0

PASSED, FAILED, CHECKED_NOTHING = "passed", "failed", "checked nothing"

_RESULTS = re.compile(r"server-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


@dataclass(frozen=True)
class Expected:
    """What is expected of the scenarios of one protocol revision."""

    passed: frozenset[str]
    not_applicable: Mapping[str, str]
    """The reason for each scenario that asks for what the server does not do."""


@dataclass(frozen=True)
class Result:
    """What came of one scenario; `notes` are the failures and warnings of its checks."""

    outcome: str
    notes: tuple[str, ...] = ()


def expectations() -> dict[str, Expected]:
    """What tests/interop/expected.toml says, by protocol revision."""
    document = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    reasons: dict[str, str] = document["reasons"]
    return {
        revision: Expected(
            passed=frozenset(table["passed"]),
            not_applicable={
                scenario: reasons[reason]
                for reason, scenarios in table["not_applicable"].items()
                for scenario in scenarios
            },
        )
        for revision, table in document["revision"].items()
    }


def surprises(expected: Expected, found: Mapping[str, Result]) -> list[str]:
    """One line for each scenario that came out otherwise than expected."""
    lines = []
    for scenario, result in sorted(found.items()):
        if scenario in expected.passed:
            if result.outcome != PASSED or result.notes:
                lines.append(f"{scenario} {result.outcome}: {'; '.join(result.notes)}")
        elif scenario not in expected.not_applicable:
            lines.append(f"{scenario} is new ({result.outcome}): say what is expected of it")
        elif result.outcome == PASSED:
            lines.append(f"{scenario} passes now: it is applicable after all")
    missing = (expected.passed | expected.not_applicable.keys()) - found.keys()
    return lines + [f"{scenario} was not run" for scenario in sorted(missing)]


def result_of(checks: list[dict[str, Any]]) -> Result:
    """What a scenario's checks amount to; that the messages were well-formed is not enough."""
    notes = tuple(
        f"{check['id']}: {check.get('errorMessage') or check['status'].lower()}"
        for check in checks
        if check["status"] in ("FAILURE", "WARNING")
    )
    if any(check["status"] == "FAILURE" for check in checks):
        return Result(FAILED, notes)
    told = [check for check in checks if not check["id"].startswith("wire-schema-")]
    passed = any(check["status"] == "SUCCESS" for check in told)
    return Result(PASSED if passed else CHECKED_NOTHING, notes)


def outcomes(node: Node) -> Iterator[Outcome]:
    """What each protocol revision requires, against one server with the suite's fixtures."""
    client = f"conformance {versions()[PACKAGE]}"
    with scratch_project() as project:
        command = [sys.executable, "-m", "tests.interop.conformance_server", str(project.home)]
        with listening(command, project) as url:
            for revision, expected in expectations().items():
                yield timed(
                    client,
                    f"{revision}: {len(expected.passed)} scenarios pass",
                    partial(_judge, node, url, revision),
                )


def run_suite(node: Node, url: str, revision: str) -> dict[str, Result]:
    """Run every server scenario that belongs to a revision; the result of each."""
    results = node.scratch / "conformance" / revision
    results.mkdir(parents=True)
    script = node.package(PACKAGE) / "dist" / "index.js"
    words = ["server", "--url", url, "--requirements", revision, "--output-dir", str(results)]
    done = node.run(script, words, {}, folder=node.scratch, seconds=SUITE_SECONDS)
    found = {}
    for folder in results.iterdir():
        named = _RESULTS.fullmatch(folder.name)
        assert named, f"a results folder of another form: {folder.name}"
        checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))
        found[named["scenario"]] = result_of(checks)
    assert found, done.stdout[-1000:] + done.stderr[-1000:]
    return found


def _judge(node: Node, url: str, revision: str) -> str:
    expected = expectations()[revision]
    lines = surprises(expected, run_suite(node, url, revision))
    assert not lines, "\n".join(lines)
    return f"{len(expected.not_applicable)} more are not applicable: docs/conformance.md says why"
