"""Scratch stores and the processes that serve them, each ended by the pid it was started with."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
SERVE = (sys.executable, "-m", "tidelog", "serve")
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Project:
    """A scratch project with a store of its own."""

    folder: Path

    @property
    def home(self) -> Path:
        """The folder of the store."""
        return self.folder / ".tidelog"

    @property
    def environment(self) -> dict[str, str]:
        """The variables its servers run with: the present ones, but for settings of tidelog."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDELOG")}
        return kept | {"TIDELOG_HOME": str(self.home), "TIDELOG_SNAPSHOTS": "false"}


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


@contextmanager
def scratch_project() -> Iterator[Project]:
    """A project folder with a new store, deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="tidelog-interop-") as folder:
        project = Project(Path(folder))
        made = run([sys.executable, "-m", "tidelog", "init"], project.environment, project.folder)
        assert made.code == 0, made.stderr
        yield project


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, *, seconds: float = 60.0
) -> Finished:
    """Run a command to its end.

    Raises:
        TimeoutError: it took longer than `seconds`; it and what it had started were ended.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    with process:
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end_group(process, signal.SIGKILL)
            raise TimeoutError(f"{Path(command[0]).name} ran over {seconds:.0f} s") from None
    return Finished(process.returncode, stdout, stderr)


@contextmanager
def http_server(project: Project) -> Iterator[str]:
    """`tidelog serve --http` over a project's store: the address it listens on."""
    with listening([*SERVE, "--http", "127.0.0.1:0"], project) as url:
        yield url


@contextmanager
def listening(command: Sequence[str], project: Project) -> Iterator[str]:
    """A server process that says `listening on URL` on standard error: that URL.

    It is told to stop afterwards, must do so within ten seconds, and must never have printed a
    traceback.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=project.environment,
        cwd=project.folder,
        start_new_session=True,
    ) as process:
        said = Said(process)
        try:
            yield said.address()
        finally:
            _stop(process)
            text = said.whole()
        assert "Traceback" not in text, text[-2000:]


class Said:
    """What a process says on standard error, read as it comes so that it is never held up."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self._lines: list[str] = []
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(process.stderr,), daemon=True)
        self._reader.start()

    def address(self) -> str:
        """The address it says it listens on.

        Raises:
            RuntimeError: it ended, or was silent for half a minute, and has not said.
        """
        try:
            while line := self._heard.get(timeout=START_SECONDS):
                if "listening on " in line:
                    return line.rpartition("listening on ")[2].strip()
        except queue.Empty:
            pass
        raise RuntimeError("the server does not listen: " + "".join(self._lines)[-2000:])

    def whole(self) -> str:
        """All it said; the process must have ended."""
        self._reader.join(STOP_SECONDS)
        return "".join(self._lines)

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.append(line)
            self._heard.put(line)
        self._heard.put("")


def _stop(process: subprocess.Popen[str]) -> None:
    _end_group(process, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _end_group(process, signal.SIGKILL)
        raise


def _end_group(process: subprocess.Popen[str], how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)  # it was started as the leader of a group of its own
