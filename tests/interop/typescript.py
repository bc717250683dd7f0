"""The official TypeScript SDK, both generations of it, over stdio and over HTTP."""

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path

from tests.interop.node import FOLDER, Node, versions
from tests.interop.python_peers import HANDSHAKE, STATELESS
from tests.interop.report import Outcome, timed
from tests.interop.scratch import Project, http_server, scratch_project

SCRIPT = Path(__file__).with_name("typescript_round.mjs")
FIRST, SECOND = "@modelcontextprotocol/sdk", "@modelcontextprotocol/client"
ROUND_SECONDS = 90.0
COMBINATIONS = tuple(
    product([(FIRST, HANDSHAKE), (SECOND, HANDSHAKE), (SECOND, STATELESS)], ["stdio", "HTTP"])
)
"""The first generation knows the handshake era only."""


def outcomes(node: Node) -> Iterator[Outcome]:
    """Every combination of generation, era and transport on one store."""
    script = Path(shutil.copy(SCRIPT, FOLDER))  # Node looks for packages above the script
    with scratch_project() as project, http_server(project) as url:
        for (package, version), transport in COMBINATIONS:
            name = package.rpartition("/")[2]
            mark = f"{name}-{version}-{transport}"
            words = [package, version, transport, mark, url, sys.executable]
            yield timed(
                f"TypeScript {name} {versions()[package]}",
                f"{version} over {transport}: a round of work",
                partial(_round, node, script, project, words),
            )


def _round(node: Node, script: Path, project: Project, words: list[str]) -> None:
    home = {"TIDELOG_HOME": str(project.home)}
    done = node.run(script, words, home, folder=project.folder, seconds=ROUND_SECONDS)
    assert done.code == 0, done.stderr[-2000:]
    assert done.stdout.endswith("close\n"), done.stdout
