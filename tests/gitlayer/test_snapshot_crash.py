"""A process that dies while it takes a snapshot: the next one makes everything right."""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from gitlayer.edits import Fate
from gitlayer.repository import PROBLEM_SUFFIX
from gitlayer.snapshot import Snapshots
from localstore.store import StoreOptions
from localstore.values import Row
from tests.gitlayer.kept import Kept, fates
from tests.localstore.lived_in import Worker
from tests.localstore.world import World

STEPS = {"subprocess.Popen", "os.link", "os.rename", "os.remove", "os.mkdir"}
"""What Python tells its auditors of, and what a snapshot is made of."""


def in_child(work: Callable[[], object]) -> int:
    """Do something in a child process; how it ended, as a signal (negative) or an exit code."""
    child = os.fork()
    if child:
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        # A git that the dead one had started may still be at work, and refuse another for so long.
        psutil.wait_procs(_group(child), timeout=5)
        return ended
    os.setpgid(0, 0)
    try:
        work()
    finally:  # what a snapshot that is done has not reached: it has left by itself
        os._exit(3)


def _group(leader: int) -> list[psutil.Process]:
    """The processes of a group that live."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and os.getpgid(process.pid) == leader:
                found.append(process)
    return found


async def snapshot(home: Path) -> None:
    """What the process does that is going to die: take one snapshot."""
    world = await World.begin(home / "store.db", first_id=900_000)
    kept = Kept(world)
    await Snapshots(world.store, kept.repository, who=lambda: "grace").take()
    os._exit(0)


def die_at(step: int, home: Path) -> None:
    """Take a snapshot and be killed right before the step of that number."""
    counted = [0]

    def count(event: str, arguments: tuple[object, ...]) -> None:
        if event in STEPS:
            counted[0] += 1
            if counted[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    asyncio.run(snapshot(home))


def die_after(seconds: float, home: Path) -> None:
    """Take a snapshot and be ended, as by a kill, after some time."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    asyncio.run(snapshot(home))


@contextmanager
def opened(home: Path, first_id: int) -> Iterator[tuple[asyncio.Runner, Kept]]:
    """The store and its repository, for as long as no child is made."""
    with asyncio.Runner() as runner:
        options = StoreOptions(durable=False)
        world = runner.run(World.begin(home / "store.db", first_id=first_id, options=options))
        try:
            yield runner, Kept(world)
        finally:
            runner.run(world.store.close())


def begun(new_store: Path, home: Path) -> Row:
    """A store with a snapshot, then changes that wait for one and an edit by hand; the item that
    was edited."""
    home.mkdir(parents=True)
    shutil.copy(new_store, home / "store.db")
    with opened(home, 100) as (runner, kept):
        item = runner.run(kept.world.item("Fix"))
        runner.run(Worker(kept.world, 1).work(4))
        runner.run(kept.snapshot())
        runner.run(Worker(kept.world, 2).work(3))
        kept.replace(item, "priority: P2", "priority: P0")
    return item


def expect_healed(home: Path, item: Row, first_id: int) -> None:
    """The next snapshot leaves all in order, with the edit taken once, no other invented, and
    nothing told to anybody."""
    with opened(home, first_id) as (runner, kept):
        edits = runner.run(kept.edits())
        taken = [edit.path for edit in edits if edit.fate is Fate.TAKEN and edit.changed]
        assert set(taken) <= {kept.path(item)}
        assert not {Fate.REFUSED, Fate.GONE} & set(fates(edits))
        assert [edit.reason for edit in edits if edit.reason] == []
        assert [*kept.folder.rglob(f"*{PROBLEM_SUFFIX}")] == []
        runner.run(kept.expect_whole())
        row = runner.run(kept.row(item))
        assert (row["priority"], row["version"]) == ("P0", 2)
        assert [each["changed_by"] for each in runner.run(kept.history())].count("grace") == 1


def test_killed_before_each_step(new_store: Path, tmp_path: Path) -> None:
    """Killed before any of the files it links, replaces or removes, and before any run of
    git, a snapshot is made good by the next."""
    item = begun(new_store, tmp_path / "begun")
    step = 1
    while True:
        home = tmp_path / f"step{step}"
        shutil.copytree(tmp_path / "begun", home)
        ended = in_child(partial(die_at, step, home))
        expect_healed(home, item, 1_000_000)
        shutil.rmtree(home)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        step += 1
    assert step > 15


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment(new_store: Path, tmp_path: Path, seed: int) -> None:
    """Killed again and again at random moments, with changes in between, nothing is committed
    twice, and no edit is invented."""
    home = tmp_path / "home"
    item = begun(new_store, home)
    dice = random.Random(seed)
    ends = set()
    for turn in range(12):
        seconds = 0.002 + dice.random() * 0.06
        ends.add(in_child(partial(die_after, seconds, home)))
        with opened(home, 2_000_000 + turn * 10_000) as (runner, kept):
            runner.run(Worker(kept.world, turn).work(4))
    assert -signal.SIGALRM in ends <= {0, -signal.SIGALRM}
    expect_healed(home, item, 5_000_000)


def test_killed_while_the_first_is_made(new_store: Path, tmp_path: Path) -> None:
    """Killed at any step of the very first snapshot, which makes the repository, the next one is
    made all the same."""
    home = tmp_path / "home"
    for step in range(1, 9):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        shutil.copy(new_store, home / "store.db")
        assert in_child(partial(die_at, step, home)) == -signal.SIGKILL
        with opened(home, 100) as (runner, kept):
            runner.run(kept.world.item("Fix"))
            runner.run(kept.snapshot())
            runner.run(kept.expect_whole())
            assert kept.git("config", "core.autocrlf").strip() == "false"
            assert "-text" in (kept.folder / ".git" / "info" / "attributes").read_text()
