"""`python -m tests.interop`: point every client at the server, print a table, fail on a failure.

With names of sections (`python inspector claude`, …; --help lists them) only those are run.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.interop import (
    board,
    claude_code,
    inspector,
    installed,
    newcomer,
    node,
    packages,
    python_clients,
    suite,
    typescript,
)
from tests.interop.report import Outcome, Report, Section, outcomes_of

NEED_NODE = {
    "typescript": typescript.outcomes,
    "inspector": inspector.outcomes,
    "claude": claude_code.outcomes,
    "newcomer": newcomer.outcomes,
    "install": installed.outcomes,
    "packages": packages.outcomes,
    "board": board.outcomes,
    "conformance": suite.outcomes,
}
SECTIONS = ("python", *NEED_NODE)


def main() -> int:
    """Run the sections named on the command line, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    chosen = frozenset[str](parser.parse_args().sections or SECTIONS)
    for name in chosen - set(SECTIONS):
        parser.error(f"there is no section {name!r}; choose from {', '.join(SECTIONS)}")
    if chosen & NEED_NODE.keys() and node.install():
        print("Installed the clients that run on Node into .interop/.\n")
    with tempfile.TemporaryDirectory(prefix="tidelog-interop-home-") as scratch:
        report = Report()
        for line in report.lines(_outcomes(chosen, node.Node(Path(scratch)))):
            print(line, flush=True)
    return 1 if report.failed or not report.passed else 0


def _outcomes(chosen: frozenset[str], on_node: node.Node) -> Iterator[Outcome]:
    for name in SECTIONS:
        if name in chosen:
            section: Section = (
                partial(NEED_NODE[name], on_node) if name in NEED_NODE else python_clients.outcomes
            )
            yield from outcomes_of(name, section)


if __name__ == "__main__":
    sys.exit(main())
