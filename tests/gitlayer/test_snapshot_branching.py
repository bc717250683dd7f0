"""Snapshots of rows that several replicas changed apart from each other, and back from them."""

from pathlib import Path

import pytest

from gitlayer.commits import trailers_of
from gitlayer.rebuild import rebuild_from_git
from localstore.values import text_of, texts_of
from tests.gitlayer.kept import Kept
from tests.gitlayer.test_snapshot_lossless import another, round_trip
from tests.localstore.branching import Branches

pytestmark = pytest.mark.anyio


async def grown(kept: Kept, seed: int) -> Branches:
    """The store, filled with histories that branch."""
    branches = Branches.grown(seed, rows=4, changes=8)
    await kept.world.store.load(branches.rows, branches.entries)
    return branches


@pytest.mark.parametrize("seed", range(8))
async def test_branches_come_back(kept: Kept, new_store: Path, tmp_path: Path, seed: int) -> None:
    """A store rebuilt from its snapshots has the same rows, and the same history with its branches
    and merges; its own snapshots are the same commits."""
    await grown(kept, seed)
    await round_trip(kept, new_store, tmp_path / "second")


async def test_branches_come_back_from_the_middle(kept: Kept) -> None:
    """Rebuilt from any commit, the changes up to it are told as the store tells them."""
    branches = await grown(kept, 11)
    await kept.snapshot()
    made = [step.commit for step in kept.steps()]
    for number in range(0, len(made), 5):
        rebuilt = rebuild_from_git(kept.repository, made[number])
        assert rebuilt.history == branches.entries[: number + 1]


async def test_commits_name_all_parents(kept: Kept) -> None:
    """A commit's trailer holds every parent of its change, the one that its changes are told
    against first."""
    branches = await grown(kept, 12)
    await kept.snapshot()
    told = [trailers_of(step.message) for step in kept.steps()]
    assert [each.get("Tidelog-Parents", "").split() for each in told] == [
        texts_of(entry, "parents") for entry in branches.entries
    ]
    merges = [step for step in kept.steps() if step.message.startswith("merge ")]
    assert len(merges) == sum(len(texts_of(e, "parents")) > 1 for e in branches.entries) > 2


async def test_a_lost_parent(kept: Kept, new_store: Path, tmp_path: Path) -> None:
    """A change whose parent's commit is not there any more tells the whole row, so that the row is
    whole at each change all the same."""
    item = await kept.world.item("One", labels=["a"])
    await kept.world.change(item, title="Two")
    await kept.snapshot()
    kept.world.sql("DELETE FROM history WHERE entity = 'work_item' AND version = 1")
    second = Kept(kept.world)
    kept.git("update-ref", "-d", "refs/heads/main")
    await second.snapshot()
    commit = second.git("rev-parse", "main").strip()
    rebuilt = rebuild_from_git(second.repository, commit)
    (entry,) = [each for each in rebuilt.history if each["entity"] == "work_item"]
    assert text_of(entry, "change_id") == rebuilt.rows[-1][1]["change_id"]
    third = await another(new_store, tmp_path / "third")
    await third.world.store.load(rebuilt.rows, rebuilt.history)
    (*_, state) = await third.world.store.states_after(0)
    assert (state.row["title"], state.row["labels"]) == ("Two", ["a"])
    await third.world.store.close()
