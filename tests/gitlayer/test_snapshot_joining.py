"""Snapshots of a store that takes part in a project on a hub."""

from pathlib import Path

import pytest

from gitlayer.rebuild import rebuild_from_git
from localstore.models import Page
from localstore.values import text_of
from tests.gitlayer.kept import Kept, stood
from tests.gitlayer.test_snapshot_lossless import another, expect_same, round_trip
from tests.laptops import PROJECT, Laptops, laptops
from tests.localstore.lived_in import Worker, everything
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def work_apart(both: Laptops, seed: int) -> None:
    """Both laptops work for a while, and meet now and then."""
    workers = [Worker(world, seed + n) for n, world in enumerate((both.ann, both.ben))]
    await workers[0].work(20)
    await both.sync()
    workers[1].items = [*workers[0].items]
    for _ in range(4):
        for worker in workers:
            await worker.work(12)
        await both.sync()


@pytest.mark.parametrize("seed", range(4))
async def test_a_project_comes_back(new_store: Path, tmp_path: Path, seed: int) -> None:
    """What two laptops did apart from each other, with all merges and conflicts, comes back from
    the snapshots of each of them exactly."""
    async with laptops(new_store, tmp_path) as both:
        await work_apart(both, seed)
        for name, world in (("ann", both.ann), ("ben", both.ben)):
            await round_trip(Kept(world), new_store, tmp_path / f"{name}-again")


async def test_snapshots_after_each_round(new_store: Path, tmp_path: Path) -> None:
    """Snapshots taken all the time leave the same store to restore as one at the end."""
    async with laptops(new_store, tmp_path) as both:
        kept = Kept(both.ben)
        for seed in range(5):
            await work_apart(both, seed)
            await kept.snapshot()
        await kept.expect_whole()
        await expect_restored(kept, new_store, tmp_path / "second")


async def expect_restored(kept: Kept, new_store: Path, folder: Path) -> None:
    """What is restored from the newest commit is the store, and its files are the same."""
    second = await another(new_store, folder)
    rebuilt = rebuild_from_git(kept.repository, kept.steps()[-1].commit)
    await second.world.store.load(rebuilt.rows, rebuilt.history)
    await expect_same(kept, second)
    await second.snapshot()
    assert stood(second.folder) == stood(kept.folder)
    await second.world.store.close()


async def test_a_restored_store_joins_again(new_store: Path, tmp_path: Path) -> None:
    """A store that was restored joins its project again: nothing is doubled, nothing is in
    conflict that was not before, and all three hold the same."""
    async with laptops(new_store, tmp_path) as both:
        await work_apart(both, 7)
        kept = Kept(both.ben)
        await kept.snapshot()
        before = await everything(both.ann)
        conflicts = (await both.ann.store.conflicts(None, Page()))["total"]
        again = await another(new_store, tmp_path / "again")
        rebuilt = rebuild_from_git(kept.repository, kept.steps()[-1].commit)
        await again.world.store.load(rebuilt.rows, rebuilt.history)
        await again.world.store.join(PROJECT)
        await both.sync(again.world, both.ann, again.world)
        assert (await both.ann.store.conflicts(None, Page()))["total"] == conflicts
        assert await everything(both.ann) == before
        assert await everything(again.world) == before
        told = await _changes(again.world)
        assert len(told) == len({*told})
        assert {*told} == {*await _changes(both.ann)}
        await again.world.store.close()


async def test_between_two_pages(new_store: Path, tmp_path: Path) -> None:
    """Between two pages of a pull, when a row's change elsewhere is known and the row is not, the
    files show the row as it stands here; so does what is restored from them, then and later."""
    async with laptops(new_store, tmp_path) as both:
        item = await both.ann.item("Both")
        other = await both.ann.item("Another")
        await both.sync()
        kept = Kept(both.ben)
        await kept.snapshot()
        await both.ben.change(await both.ben.full(item), title="By Ben")
        await both.ann.change(await both.ann.full(item), title="By Ann")
        await both.sync(both.ann)
        await both.ann.change(await both.ann.full(other), title="Between")
        await both.sync(both.ann)
        await both.ann.change(await both.ann.full(item), labels=["later"])
        await both.sync(both.ann)
        for page in range(2):
            await both.pull_one(both.ben)
            assert (await both.ben.full(item))["title"] == "By Ben"
            await kept.snapshot()
            await kept.expect_whole()
            await expect_restored(kept, new_store, tmp_path / f"then{page}")
        await both.sync()
        assert await kept.edits() == []
        await expect_restored(kept, new_store, tmp_path / "later")


async def _changes(world: World) -> list[str]:
    return [text_of(s.entry, "change_id") for s in await world.store.states_after(0, 100_000)]
