"""Claude Code, as a person connects it: `claude mcp add`, `claude mcp list`; no key is needed."""

import sys
from collections.abc import Iterator
from functools import partial

from tests.interop.node import Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import Finished, Project, http_server, scratch_project

PACKAGE = "@anthropic-ai/claude-code"


def outcomes(node: Node) -> Iterator[Outcome]:
    """Add the server over stdio and over HTTP, and see that both are connected."""
    client = f"Claude Code {versions()[PACKAGE]}"
    with scratch_project() as project, http_server(project) as url:
        command = ["tidelog", "--", sys.executable, "-m", "tidelog", "serve"]
        yield timed(client, "mcp add NAME -- COMMAND", partial(_add, node, project, command))
        http = ["--transport", "http", "tidelog-http", url]
        yield timed(client, "mcp add --transport http NAME URL", partial(_add, node, project, http))
        yield timed(client, "mcp list says connected, twice", partial(_connected, node, project))


def _add(node: Node, project: Project, words: list[str]) -> None:
    done = _claude(node, project, ["mcp", "add", *words])
    assert done.code == 0, done.stdout + done.stderr


def _connected(node: Node, project: Project) -> str:
    done = _claude(node, project, ["mcp", "list"])
    lines = [line for line in done.stdout.splitlines() if line.startswith("tidelog")]
    assert len(lines) == 2, done.stdout + done.stderr
    assert all(line.endswith("✔ Connected") for line in lines), done.stdout
    return ", ".join(f"{line.partition(':')[0]}: connected" for line in lines)


def _claude(node: Node, project: Project, words: list[str]) -> Finished:
    # No TIDELOG_HOME: the server it starts finds the store from the project's folder.
    wrapper = node.package(PACKAGE) / "cli-wrapper.cjs"
    return node.run(wrapper, words, {}, folder=project.folder)
