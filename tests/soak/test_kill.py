"""A writer killed again and again: what it acknowledged is there, nothing is there in half."""

import asyncio
import os
import selectors
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from tests.soak.aftermath import examine

SECONDS = float(os.environ.get("TIDELOG_SOAK_SECONDS", "60"))
KILLS = max(200, int(2 * SECONDS))
RUNNERS = 2
ROOT = Path(__file__).resolve().parents[2]
KILLS_OF_A_STORE = 10
"""After so many a new store is begun, so that its making is interrupted too."""


def read_until(process: subprocess.Popen[bytes], *, lines: int, seconds: float) -> bytes:
    """What a writer says until it has said so many lines, and then for some seconds more."""
    assert process.stdout
    said, deadline = b"", None if lines else time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while deadline is None or time.monotonic() < deadline:
            left = None if deadline is None else deadline - time.monotonic()
            if selector.select(left):
                more = os.read(process.stdout.fileno(), 1 << 16)
                if not more:
                    break  # it ended by itself: its exit code will say so
                said += more
            if deadline is None and said.count(b"\n") >= lines:
                deadline = time.monotonic() + seconds
    return said


def kill_a_writer(path: Path, run: str, dice: Random) -> set[str]:
    """Start a writer on a store, kill it at a random moment, and return what it acknowledged."""
    command = [sys.executable, "-m", "tests.soak.writer", str(path), run, str(dice.random())]
    lines = dice.choice([0, 1, 1, 2, 5, 20])
    # Without a line to wait for, the moment may be as early as the making of the store.
    seconds = dice.uniform(0, 0.05) if lines else dice.uniform(0.1, 0.6)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        said = read_until(process, lines=lines, seconds=seconds)
        process.kill()
        assert process.stdout
        said += process.stdout.read()
    assert process.returncode == -9, f"the writer ended by itself with {process.returncode}"
    whole, _, _ = said.rpartition(b"\n")
    return set(whole.decode().split())


def kill_many(folder: Path, seed: str, kills: int) -> int:
    """Kill writers one after the other; return how many marks they acknowledged."""
    dice, acknowledged, total = Random(seed), set[str](), 0
    for number in range(kills):
        if number % KILLS_OF_A_STORE == 0:
            acknowledged = set()
        path = folder / str(number // KILLS_OF_A_STORE) / "store.db"
        said = kill_a_writer(path, f"k{number}", dice)
        acknowledged |= said
        total += len(said)
        if path.exists():
            asyncio.run(examine(path, acknowledged))
        assert path.exists() or not acknowledged
    return total


@pytest.mark.slow
def test_killed_writers(tmp_path: Path) -> None:
    """After each kill every acknowledged write is there, once, and no write is there in half."""
    seed = os.environ.get("TIDELOG_SOAK_SEED") or str(Random().getrandbits(32))
    sys.stdout.write(f"TIDELOG_SOAK_SEED={seed}\n")
    with ThreadPoolExecutor(RUNNERS) as runners:
        jobs = [
            runners.submit(kill_many, tmp_path / str(n), f"{seed}.{n}", KILLS // RUNNERS)
            for n in range(RUNNERS)
        ]
        acknowledged = sum(job.result() for job in jobs)
    assert acknowledged > KILLS
