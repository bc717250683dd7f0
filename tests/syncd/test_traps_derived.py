"""What stands in the store beside the rows, counts, blockers and full text, after rows came, were
merged and went to the archive and back by sync: the same as if it were computed anew."""

import itertools
import re
from pathlib import Path

import pytest

from localstore.entities import ENTITIES
from localstore.values import Row, text_of
from tests.localstore.lived_in import everything
from tests.localstore.test_loading import copy
from tests.localstore.world import World
from tests.syncd.apart import Laptop, expect_equal, named, settle
from tests.tidy_source import ROOT

pytestmark = pytest.mark.anyio

_COUNTS = "SELECT item_type, status, ready, n FROM item_counts WHERE n <> 0 ORDER BY 1, 2, 3"
_WAITING = "SELECT id, waits_on FROM work_items ORDER BY id"
_WORDS = ("parser", "grammar", "needle", "haystack", "zebra", "north")


async def expect_as_if_new(laptop: Laptop, folder: Path) -> None:
    """Everything derived is as in a new store that is given the same rows."""
    fresh = await World.begin(folder / "fresh" / "store.db", first_id=90_000_000)
    async with fresh.store:
        await copy(laptop, fresh)
        assert await everything(fresh) == await everything(laptop)
        for question in (_COUNTS, _WAITING):
            assert laptop.sql(question) == fresh.sql(question)
        for word in _WORDS:
            for away in (False, True):
                ours = await laptop.listed(query=word, archived=away)
                assert ours == await fresh.listed(query=word, archived=away), word


async def archive(laptop: Laptop) -> None:
    """Put all closed work away."""
    assert (await laptop.store.archive(who="ada", older_than_days=0))["archived"]


async def test_a_merge_keeps_what_is_derived(two: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    """Texts, status and metadata of one item that both changed: its words and its place in the
    counts are those of the merged row."""
    ann, ben = two
    item = await ann.item("Parser", description="a needle", metadata={"note": "zebra"})
    blocked = await ann.item("Grammar")
    await ann.blocks(item, blocked)
    await settle(ann, ben)
    await ann.change(item, status="completed", description="a haystack")
    await ben.change(await ben.full(named(item)), title="Grammar", metadata={"note": "north"})
    await settle(ann, ben)
    for laptop, name in ((ann, "ann"), (ben, "ben")):
        assert await laptop.titles(query="needle") == await laptop.titles(query="zebra") == []
        assert await laptop.titles(query="haystack") == await laptop.titles(query="north")
        assert await laptop.titles(ready=True) == ["Grammar"]
        await expect_as_if_new(laptop, tmp_path / name)
    await expect_equal(ann, ben)


@pytest.mark.parametrize("edit", ["text", "status", "deleted", "nothing"])
async def test_a_move_to_the_archive_and_back(
    two: tuple[Laptop, Laptop], tmp_path: Path, edit: str
) -> None:
    """A closed blocker that one puts into the archive, and that comes back because the other had
    changed it meanwhile, or by hand: wherever it stands, counts, blockers and words are right."""
    ann, ben = two
    blocker = await ann.item("Parser", status="cancelled", description="a needle")
    blocked = await ann.item("Grammar", metadata={"note": "zebra"})
    await ann.blocks(blocker, blocked)
    await settle(ann, ben)
    await archive(ann)
    changes: dict[str, Row] = {
        "text": {"description": "a haystack"},
        "status": {"status": "completed"},
        "deleted": {"deleted": True},
    }
    if edit in changes:
        await ben.change(await ben.full(named(blocker)), **changes[edit])
    await settle(ann, ben)
    for laptop, name in ((ann, "ann"), (ben, "ben")):
        assert (await laptop.titles(archived=True) == ["Parser"]) == (edit == "nothing")
        await expect_as_if_new(laptop, tmp_path / name)
    await expect_equal(ann, ben)
    if edit == "nothing":
        await ben.store.restore_archived([text_of(blocker, "id")], who="ada")
        await settle(ben, ann)
        for laptop, name in ((ann, "ann-back"), (ben, "ben-back")):
            assert await laptop.titles(archived=True) == []
            await expect_as_if_new(laptop, tmp_path / name)
        await expect_equal(ann, ben)


async def test_a_blocker_that_comes_as_archived(two: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    """A blocker that comes pages after what it blocks, and from the hub into the archive at once,
    holds it back; brought back, closed and put away again elsewhere, it no longer does."""
    ann, ben = two
    ben.pull_limit = 1
    blocker = await ann.item("Parser", status="cancelled")
    await ann.blocks(blocker, await ann.item("Grammar"))
    await ann.sync()
    await archive(ann)
    await ann.sync()
    await ben.sync()
    assert await ben.titles(ready=True) == []
    await expect_as_if_new(ben, tmp_path / "ben")
    await ann.store.restore_archived([text_of(blocker, "id")], who="ada")
    await ann.change(await ann.full(named(blocker)), status="completed")
    await archive(ann)
    await settle(ann, ben)
    assert await ben.titles(ready=True) == ["Grammar"]
    await expect_as_if_new(ben, tmp_path / "ben-later")
    await expect_equal(ann, ben)


async def test_an_edge_to_what_is_not_here_yet(two: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    """Items and edges that come in any order, and an edge that goes while its blocker does, leave
    the blockers counted right."""
    ann, ben = two
    chain = [await ann.item(f"Parser {number}") for number in range(4)]
    for blocker, blocked in itertools.pairwise(chain):
        await ann.blocks(blocker, blocked)
    await settle(ann, ben)
    await ann.blocks(chain[0], chain[1], remove=True)
    await ben.change(await ben.full(named(chain[0])), status="completed")
    await ben.change(await ben.full(named(chain[2])), deleted=True)
    await ann.change(chain[2], title="Grammar")
    await settle(ann, ben)
    for laptop, name in ((ann, "ann"), (ben, "ben")):
        await expect_as_if_new(laptop, tmp_path / name)
    await expect_equal(ann, ben)


def test_no_statement_replaces_rows() -> None:
    """No statement of the store says REPLACE or OR IGNORE: REPLACE deletes rows without their
    triggers, and OR IGNORE passes over more than the row that is there already."""
    wanted = re.compile(r"\b(?:INSERT|UPDATE)\s+OR\s+\w+|\bREPLACE\s+INTO\b")
    files = [path for kind in ("py", "sql") for path in (ROOT / "localstore").rglob(f"*.{kind}")]
    assert len(files) > len(ENTITIES)
    assert [path.name for path in files if wanted.search(path.read_text("utf-8"))] == []
