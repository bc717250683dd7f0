"""`tidelog serve` and the snapshots: a process beside it keeps them, and never outlives it."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from tests.tidelog.running import tidelog
from tests.tidelog.test_serve import OPENING, address, server
from tidelog import attending
from tidelog.arguments import Arguments, parse
from tidelog.discovery import Found, Place
from tidelog.settings import Settings

SECONDS = 20.0
KEPT = {"TIDELOG_SNAPSHOTS": "true"}
Answer = TypeVar("Answer")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store."""
    assert tidelog("init", "--project", "Harbour", cwd=tmp_path).code == 0
    return tmp_path


def until(condition: Callable[[], Answer], *, seconds: float = SECONDS) -> Answer:
    """What the condition says as soon as that is true of anything."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def keepers(process: int) -> list[psutil.Process]:
    """The processes of a server's that keep snapshots."""
    children = psutil.Process(process).children()
    return [child for child in children if "--until-eof" in words_of(child)]


def words_of(process: psutil.Process) -> list[str]:
    """What a process was started with; nothing when it is gone."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, reaped or not."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@contextmanager
def stdio(folder: Path, *words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A server on stdio that has answered."""
    with server(*words, cwd=folder, **(KEPT | variables)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(OPENING) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        yield process


def keeper_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The one keeper of a server, as soon as it keeps."""
    return until(lambda: keepers(process.pid))[0]


def test_one_process_keeps_the_snapshots(folder: Path) -> None:
    """Beside a server on stdio one process, of lower priority, commits what changes."""
    with stdio(folder) as process:
        keeper = keeper_of(process)
        until(lambda: keeper.nice() > psutil.Process(process.pid).nice())
        until((folder / ".tidelog/status/configuration.md").exists)
        assert len(keepers(process.pid)) == 1


def test_beside_http(folder: Path) -> None:
    """A server on HTTP has one too, which has ended when the server was told to stop."""
    with server("--http", "127.0.0.1:0", cwd=folder, **KEPT) as process:
        address(process)
        keeper = keeper_of(process)
        process.terminate()
        assert process.wait(SECONDS) == 0
        until(lambda: is_gone(keeper))


def test_gone_when_the_server_is_killed(folder: Path) -> None:
    """A server that is killed with SIGKILL leaves no process behind."""
    with stdio(folder) as process:
        keeper = keeper_of(process)
        process.kill()
        process.wait(SECONDS)
        until(lambda: is_gone(keeper))


def test_gone_when_the_client_leaves(folder: Path) -> None:
    """When standard input ends, server and keeper end, in good order and without a word."""
    with stdio(folder) as process:
        keeper = keeper_of(process)
        until((folder / ".tidelog/status/configuration.md").exists)
        _, complaints = process.communicate(timeout=SECONDS)
        assert (process.returncode, complaints) == (0, "")
        until(lambda: is_gone(keeper))


def test_gone_when_the_client_leaves_at_once(folder: Path) -> None:
    """A client that leaves while the keeper is still starting leaves no process behind."""
    with stdio(folder) as process:
        keeper = keeper_of(process)
        process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        until(lambda: is_gone(keeper))


def test_of_two_servers_one_has_a_keeper(folder: Path) -> None:
    """While one server's keeper works, another server of the store has none, and then has."""
    with stdio(folder) as first:
        keeper = keeper_of(first)
        until((folder / ".tidelog/keeper.lock").exists)
        until((folder / ".tidelog/status/configuration.md").exists)
        with stdio(folder) as second, stdio_elsewhere(folder) as other:
            keeper_of(other)
            assert keepers(second.pid) == []
            first.kill()
            first.wait(SECONDS)
            until(lambda: is_gone(keeper))
            keeper_of(second)


@contextmanager
def stdio_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on another store, whose keeper's start shows that time enough has passed."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    assert tidelog("init", cwd=elsewhere).code == 0
    with stdio(elsewhere, TIDELOG_HOME=str(elsewhere / ".tidelog")) as process:
        yield process


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["--no-daemon"], {}),
        (["--read-only"], {}),
        ([], {"TIDELOG_SNAPSHOTS": "false"}),
    ],
)
def test_none_where_none_is_wanted(
    words: list[str], variables: dict[str, str], folder: Path
) -> None:
    """With --no-daemon, --read-only or, without a hub, snapshots = false no keeper is started."""
    with stdio(folder, *words, **variables) as process, stdio_elsewhere(folder) as other:
        keeper_of(other)
        assert keepers(process.pid) == []


def test_words_that_want_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can ever be wanted, also because git is missing, nobody looks for a reason."""
    place = Place(Path("/nowhere"), Found.NAMED)
    for arguments, settings in (
        (parse(["serve", "--no-daemon"]), Settings()),
        (Arguments(), Settings(snapshots=False, sync=False)),
        (Arguments(), Settings(read_only=True)),
    ):
        assert isinstance(attending.keeping(arguments, place, settings), nullcontext)
    for settings in (Settings(), Settings(sync=False), Settings(snapshots=False)):
        assert not isinstance(attending.keeping(Arguments(), place, settings), nullcontext)
    monkeypatch.setenv("PATH", "/nowhere")
    assert isinstance(attending.keeping(Arguments(), place, Settings(sync=False)), nullcontext)
