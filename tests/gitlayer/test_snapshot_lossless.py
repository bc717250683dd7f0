"""Whatever a store holds comes back from its snapshots, byte for byte and value for value."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitlayer.edits import REPORT
from gitlayer.past import tree
from gitlayer.rebuild import Rebuilt, rebuild_from_folder, rebuild_from_git
from localstore.values import Row, Value
from tests.gitlayer.any_rows import TEXT, VALUE
from tests.gitlayer.kept import Kept, stood
from tests.gitlayer.scribbler import Scribbler
from tests.localstore.lived_in import Everything, Worker, everything
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def another(new_store: Path, folder: Path) -> Kept:
    """Another new store with a repository."""
    folder.mkdir(parents=True)
    shutil.copy(new_store, folder / "store.db")
    return Kept(await World.begin(folder / "store.db", first_id=500_000))


async def expect_same(first: Kept, second: Kept) -> None:
    """Two stores hold the same rows and the same history, and both are sound."""
    assert await everything(second.world) == await everything(first.world)
    history = await first.history()
    assert await second.history() == history
    assert await second.world.failed_checks() == []


async def round_trip(first: Kept, new_store: Path, folder: Path) -> None:
    """Snapshot, rebuild into a new store, snapshot that into a new repository: all is the same."""
    taken = await first.snapshot()
    second = await another(new_store, folder)
    try:
        rebuilt = rebuild_from_git(first.repository, taken.commit)
        assert rebuilt.unread == []
        await second.world.store.load(rebuilt.rows, rebuilt.history)
        await expect_same(first, second)
        again = await second.snapshot()
        # A commit's id is made of every file, the authors, the dates and what all before it said.
        assert again.commit == taken.commit
        assert stood(second.folder) == stood(first.folder)
        assert (await first.snapshot()).commits == 0
        await first.expect_whole()
    finally:
        await second.world.store.close()


@given(
    seed=st.integers(0, 2**32),
    texts=st.lists(TEXT, min_size=3, max_size=8),
    values=st.lists(VALUE, min_size=2, max_size=5),
)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_nothing_is_lost(new_store: Path, seed: int, texts: list[str], values: list[Value]) -> None:
    """A store rebuilt from its snapshots has the same rows and history, and its own snapshots are
    the same commits."""

    async def check(folder: Path) -> None:
        first = await another(new_store, folder / "first")
        try:
            scribbler = Scribbler(first.world, seed, texts, values)
            await scribbler.work(40)
            await round_trip(first, new_store, folder / "second")
        finally:
            await first.world.store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(Path(folder)))


@pytest.mark.parametrize("seed", range(2))
async def test_long_work_is_not_lost(
    kept: Kept, new_store: Path, tmp_path: Path, seed: int
) -> None:
    """The same holds for a store that was worked on for long, with every kind of change."""
    scribbler = Scribbler(kept.world, seed, ["a\r\n---\n# b\n```\n"], [None, 1.0])
    await scribbler.work(200)
    await round_trip(kept, new_store, tmp_path / "second")


@pytest.mark.parametrize("seed", range(2))
async def test_every_moment_comes_back(
    kept: Kept, new_store: Path, tmp_path: Path, seed: int
) -> None:
    """A store rebuilt from a commit in the middle is the store as it was then."""
    worker = Worker(kept.world, seed)
    moments: list[tuple[str, Everything, list[Row]]] = []
    for _ in range(6):
        await worker.work(12)
        taken = await kept.snapshot()
        moments.append((taken.commit, await everything(kept.world), await kept.history()))
    for number, (commit, rows, history) in enumerate(moments):
        second = await another(new_store, tmp_path / f"at{number}")
        try:
            rebuilt = rebuild_from_git(kept.repository, commit)
            await second.world.store.load(rebuilt.rows, rebuilt.history)
            assert await everything(second.world) == rows
            assert await second.history() == history
        finally:
            await second.world.store.close()


async def test_one_at_a_time_is_the_same(kept: Kept, new_store: Path, tmp_path: Path) -> None:
    """Snapshots after each change leave the same files as one at the end, and history too."""
    worker = Worker(kept.world, 11)
    for _ in range(25):
        await worker.work(1)
        await kept.snapshot()
    second = await another(new_store, tmp_path / "second")
    try:
        rebuilt = rebuild_from_git(kept.repository, kept.steps()[-1].commit)
        await second.world.store.load(rebuilt.rows, rebuilt.history)
        await expect_same(kept, second)
        await second.snapshot()
        assert stood(second.folder) == stood(kept.folder)
    finally:
        await second.world.store.close()


def _rows(rebuilt: Rebuilt) -> dict[str, Row]:
    return {f"{entity.name} {row['id']}": row for entity, row in rebuilt.rows}


async def test_files_alone_hold_every_row(kept: Kept) -> None:
    """The files without git give the same rows as the newest commit; a commit holds nothing but
    the files of rows and the report."""
    await Worker(kept.world, 5).work(80)
    taken = await kept.snapshot()
    from_git = rebuild_from_git(kept.repository, taken.commit)
    assert _rows(rebuild_from_folder(kept.folder)) == _rows(from_git)
    held = tree(kept.repository, taken.commit)
    assert len(held) == len(from_git.rows) + 1
    assert REPORT in held
