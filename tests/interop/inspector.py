"""MCP Inspector's command line, in its strict mode."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from localstore.values import Row
from tests.interop.node import Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import Finished, Project, http_server, scratch_project

PACKAGE = "@modelcontextprotocol/inspector"
TOOL_ERROR = 5
"""Its exit code for an answer with isError."""

Words = Sequence[str]


@dataclass(frozen=True)
class Inspector:
    """The command line on one way to the server, in one protocol era."""

    node: Node
    project: Project
    era: str
    target: Words

    def ask(self, method: str, *more: str) -> Finished:
        """Ask for one method."""
        script = self.node.package(PACKAGE) / "clients" / "launcher" / "build" / "index.js"
        words = ["--cli", "--format", "json", "--protocol-era", self.era, "--method", method, *more]
        return self.node.run(
            script,
            [*words, *self.target],
            {"TIDELOG_HOME": str(self.project.home)},
            folder=self.project.folder,
        )

    def result(self, method: str, *more: str) -> Row:
        """Ask for one method, which must succeed."""
        done = self.ask(method, *more)
        assert done.code == 0, done.stderr[-2000:]
        result: Row = json.loads(done.stdout)["result"]
        return result


def outcomes(node: Node) -> Iterator[Outcome]:
    """Each of its checks, in both eras and over both transports."""
    with scratch_project() as project, http_server(project) as url:
        ways: dict[str, Words] = {
            "stdio": [
                "-e",
                f"TIDELOG_HOME={project.home}",
                sys.executable,
                "-m",
                "tidelog",
                "serve",
            ],
            "HTTP": ["--server-url", url, "--transport", "http"],
        }
        for transport, target in ways.items():
            for era in ("legacy", "modern"):
                inspector = Inspector(node, project, era, target)
                yield from _checks(inspector, f"{era} era over {transport}")


def _checks(inspector: Inspector, way: str) -> Iterator[Outcome]:
    client = f"Inspector {versions()[PACKAGE]}"
    yield timed(client, f"{way}: tools/list --strict", partial(_strict, inspector))
    yield timed(client, f"{way}: tools/call, and a refused one", partial(_call, inspector))
    yield timed(client, f"{way}: resources and prompts", partial(_read, inspector))


def _strict(inspector: Inspector) -> str:
    done = inspector.ask("tools/list", "--strict")
    assert done.code == 0, done.stderr[-2000:]
    tools = json.loads(done.stdout)["result"]["tools"]
    assert len(tools) == 23, f"{len(tools)} tools"
    counted = re.search(r"(\d+) errors?, (\d+) warnings?", done.stderr)
    assert counted is None or counted[1] == "0", done.stderr
    return f"{len(tools)} tools, {counted[0] if counted else '0 errors, 0 warnings'}"


def _call(inspector: Inspector) -> None:
    wanted = ["--tool-name", "create_work_item", "--tool-args-json"]
    made = inspector.result("tools/call", *wanted, '{"item_type": "task", "title": "Inspected"}')
    row = made["structuredContent"]
    assert isinstance(row, dict)
    assert row["version"] == 1
    refused = inspector.ask("tools/call", *wanted, '{"item_type": "task", "title": ""}')
    assert refused.code == TOOL_ERROR, f"exit {refused.code}: {refused.stderr}"
    assert "structuredContent" not in json.loads(refused.stdout)["result"]


def _read(inspector: Inspector) -> str:
    counts = [
        _count(inspector.result("resources/list"), "resources"),
        _count(inspector.result("resources/templates/list"), "resourceTemplates"),
        _count(inspector.result("prompts/list"), "prompts"),
    ]
    assert counts == [3, 2, 5], counts
    status = inspector.result("resources/read", "--uri", "tidelog://status")
    assert _count(status, "contents") == 1
    prompt = inspector.result("prompts/get", "--prompt-name", "stand_up")
    assert _count(prompt, "messages") == 1
    return "3 resources, 2 templates, 5 prompts"


def _count(result: Row, name: str) -> int:
    rows = result[name]
    assert isinstance(rows, list)
    return len(rows)
