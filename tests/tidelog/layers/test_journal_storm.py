"""Several servers, a store that comes and goes, and a kill: what was acknowledged is there once."""

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.tidelog.keepers import SECONDS, Kept
from tests.tidelog.layers import breaking, hurrying
from tests.tidelog.layers.breaking import Prepared
from tests.tidelog.layers.test_journal import journal_at
from tests.tidelog.running import environment

TURNS = 12
NAMES = ("ada", "ben", "cyd")


class Writer:
    """One server; it writes when it is told to."""

    def __init__(self, name: str, kept: Kept) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", hurrying.__name__, name, str(kept.home)],
            cwd=Path.cwd(),
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def ask(self) -> None:
        """Let it write one more."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def acknowledged(self) -> list[str]:
        """The title it wrote and where that went; nothing when it was killed."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate(timeout=SECONDS)


@pytest.mark.parametrize("seed", range(3))
def test_each_acknowledged_write_is_there_once(
    prepared: Prepared, tmp_path: Path, seed: int
) -> None:
    """Whatever three servers at once were told is written is in the store once, wherever it went;
    what one that was killed was not told is there at most once."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    dice = random.Random(seed)
    told: list[str] = []
    places: Counter[str] = Counter()
    with ExitStack() as ending:
        writers = [Writer(name, kept) for name in NAMES]
        for each in writers:
            ending.callback(each.end)
        victim, moment = dice.choice(writers), dice.randrange(4, TURNS)
        for turn in range(TURNS):
            with ExitStack() as trouble:
                if turn % 4 in (1, 2):
                    trouble.enter_context(breaking.writing(kept.database))
                for each in writers:
                    each.ask()
                if turn == moment:
                    victim.process.kill()
                for each in writers:
                    found = each.acknowledged()
                    told += found[:1]
                    places.update(found[1:])
            if turn == moment:
                victim.end()
                writers.remove(victim)
    kept.run("status")
    assert journal_at(kept).is_empty()
    with closing(sqlite3.connect(kept.database)) as connection:
        rows = connection.execute(
            "SELECT title, updated_by FROM work_items WHERE updated_by IN (?, ?, ?)", NAMES
        ).fetchall()
    there = Counter(title for title, _ in rows)
    assert {*told} <= there.keys()
    assert len(there.keys() - {*told}) <= 1
    assert {*there.values()} == {1}
    assert places.keys() == {"local", "journal"}
