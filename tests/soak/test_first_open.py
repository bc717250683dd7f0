"""Many processes that open a store which does not exist yet."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

PROCESSES = 10
ROUNDS = 40
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file whose lock holds the openers back."""
    path = tmp_path / "gate"
    path.touch()
    return path


@pytest.fixture
def openers(gate: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Ten processes that wait for the name of a store to open."""
    command = [sys.executable, "-m", "tests.soak.opener", str(gate)]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(PROCESSES)
        ]
        yield started
        for process in started:
            process.communicate()


def answers_of(processes: list[subprocess.Popen[str]]) -> set[str]:
    """The next line of each process."""
    return {process.stdout.readline().strip() for process in processes if process.stdout}


@pytest.mark.slow
def test_all_share_one_new_store(
    openers: list[subprocess.Popen[str]], gate: Path, tmp_path: Path
) -> None:
    """Ten processes that open a new store at once all succeed and share one replica id."""
    for number in range(ROUNDS):
        path = tmp_path / str(number) / "store.db"
        with gate.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for process in openers:
                assert process.stdin
                process.stdin.write(f"{path}\n")
                process.stdin.flush()
            assert answers_of(openers) == {"waiting"}
        answers = answers_of(openers)
        assert len(answers) == 1, f"round {number}: {answers}"
        assert len(answers.pop()) == 36
