"""Somebody's first minute: a new account, the wheel, one command, and Claude Code calls a tool.

What is fetched is fetched before the clock starts, so that the figures are this machine's and not
the network's: the wheel is built, and what it needs is downloaded in the pinned versions.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.interop.node import FOLDER, Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import ROOT, Finished, run
from tests.interop.stand_in_model import stand_in_model
from tidelog import __version__

PACKAGE = "@anthropic-ai/claude-code"
TOOL = "mcp__tidelog__get_project_status"
PROMISED_SECONDS = 60.0
_SECONDS = 300.0


@dataclass
class Account:
    """A home folder with nothing in it, a project in it, and the seconds spent so far."""

    home: Path
    node: Node
    spent: dict[str, float] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """The folder of the newcomer's project."""
        return self.home / "project"

    def run(self, command: Sequence[str], **variables: str) -> str:
        """What a command printed, run in the project by a shell that knows ~/.local/bin.

        Raises:
            AssertionError: it failed; both its streams are the message.
        """
        done = self.finished(command, variables)
        assert done.code == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def finished(self, command: Sequence[str], variables: Mapping[str, str]) -> Finished:
        """The same, however it ended."""
        environment = self.node.environment(variables)
        environment["HOME"] = str(self.home)
        environment["PATH"] = f"{self.home / '.local/bin'}{os.pathsep}{environment['PATH']}"
        return run(command, environment, self.project, seconds=_SECONDS)

    def claude(self, *words: str, **variables: str) -> str:
        """What Claude Code printed."""
        wrapper = str(self.node.package(PACKAGE) / "cli-wrapper.cjs")
        return self.run([str(self.node.binary), wrapper, *words], **variables)


def outcomes(node: Node) -> Iterator[Outcome]:
    """From the wheel to the first tool call that Claude Code makes, and how long that took."""
    client = f"Claude Code {versions()[PACKAGE]}"
    wheel, wheels = _fetched()
    with tempfile.TemporaryDirectory(prefix="tidelog-newcomer-") as folder:
        account = Account(Path(folder), node)
        account.project.mkdir()
        began, used = time.perf_counter(), _processor_seconds()
        yield timed("pip", "install the wheel", partial(_install, account, wheel, wheels))
        yield timed("tidelog", "install claude-code", partial(_connect, account))
        yield timed(client, "mcp list says connected", partial(_listed, account))
        yield timed(client, f"calls {TOOL.rpartition('__')[2]}", partial(_called, account))
        took, worked = time.perf_counter() - began, _processor_seconds() - used
    told = f"{worked:.1f} s of processor time; promised: under {PROMISED_SECONDS:.0f} s"
    what = "wheel to the first answered tool call"
    yield Outcome("all of it", what, took < PROMISED_SECONDS, took, told)


def _fetched() -> tuple[Path, Path]:
    """The wheel of this checkout, and a folder with all it needs."""
    wheels = FOLDER / "wheels"
    built = FOLDER / "dist"
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    folder = ["-d", str(wheels), "--find-links", str(wheels)]
    for command in (
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)],
        [*pip, "download", *folder, "-c", "constraints.txt", str(ROOT)],
    ):
        done = run(command, os.environ, ROOT, seconds=_SECONDS)
        assert done.code == 0, done.stderr
    [wheel] = built.glob(f"tidelog-{__version__}-*.whl")
    return wheel, wheels


def _install(account: Account, wheel: Path, wheels: Path) -> None:
    """As `pipx install` does it: an environment of its own, and the command on the path."""
    environment = account.home / ".local/tidelog"
    account.run([sys.executable, "-m", "venv", str(environment)])
    pip = [str(environment / "bin/pip"), "install", "--no-cache-dir", "--no-index"]
    pins = ["-c", str(ROOT / "constraints.txt"), "--find-links", str(wheels)]
    account.run([*pip, *pins, str(wheel)])
    (account.home / ".local/bin").mkdir()
    (account.home / ".local/bin/tidelog").symlink_to(environment / "bin/tidelog")


def _connect(account: Account) -> str:
    account.run(["tidelog", "init"])
    return account.run(["tidelog", "install", "claude-code"])


def _listed(account: Account) -> str:
    listed = account.claude("mcp", "list")
    [line] = [line for line in listed.splitlines() if line.startswith("tidelog")]
    assert line.endswith("✔ Connected"), listed
    return "connected"


def _called(account: Account) -> str:
    """One call, allowed as a person would allow it; the model is a stand-in on the loopback."""
    with stand_in_model(TOOL) as model:
        told = account.claude(
            *("-p", "How does the project stand?", "--allowedTools", TOOL),
            *("--output-format", "json"),
            ANTHROPIC_BASE_URL=model.url,
            ANTHROPIC_API_KEY="none",
        )
    assert "That is how it stands." in told, told
    [answer] = model.results
    status = json.loads(answer)
    assert (status["project"], status["source"]) == ("project", "local"), answer
    return f"answered: {len(answer)} characters"


def _processor_seconds() -> float:
    """What the processes that were started and have ended used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
