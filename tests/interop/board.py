"""The board in a real browser: what a person sees, types and moves, and what nobody may see."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from localstore.values import Row
from tests.interop.node import FOLDER, Node, versions
from tests.interop.report import Outcome
from tests.interop.scratch import ROOT, run, scratch_project

SCRIPT = Path(__file__).with_name("board_visit.mjs")
VISIT_SECONDS = 300.0


def outcomes(node: Node) -> Iterator[Outcome]:
    """One visit of the browser to a board with some work on it, a line for each thing it did."""
    script = Path(shutil.copy(SCRIPT, FOLDER))  # Node looks for packages above the script
    with scratch_project() as project:
        filled = run(writing("fill"), project.environment, ROOT)
        assert filled.code == 0, filled.stderr
        done = node.run(
            script,
            [
                json.dumps([sys.executable, "-m", "tidelog", "board"]),
                json.dumps(writing()),
                str(ROOT),
            ],
            # The browser is unpacked into the scratch folder, and goes with it.
            {
                "TIDELOG_HOME": str(project.home),
                "TMPDIR": str(node.scratch),
                "TIDELOG_PERSON": "Ada",
            },
            folder=project.folder,
            seconds=VISIT_SECONDS,
        )
    lines: list[Row] = [json.loads(line) for line in done.stdout.splitlines()]
    client = f"Chromium, playwright {versions()['playwright-core']}"
    for line in lines:
        seconds = line["seconds"]
        yield Outcome(
            client,
            str(line["what"]),
            line["passed"] is True,
            float(seconds) if isinstance(seconds, int | float) else 0.0,
            str(line["note"]),
        )
    assert done.code == 0, done.stderr[-2000:]
    assert lines, "the browser did nothing"


def writing(*words: str) -> list[str]:
    """The command by which another process writes into the store."""
    return [sys.executable, "-m", "tests.interop.board_writer", *words]
