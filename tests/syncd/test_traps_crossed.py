"""Two merges of the same two changes, made apart: what they are merged on has to be merged too."""

from pathlib import Path

import pytest

from localstore.ancestry import merge_bases
from localstore.entities import WORK_ITEM
from localstore.rows.lineage import base_of, graph_of
from localstore.values import Row, text_of
from syncd.hub import HubUnreachable
from tests.syncd.apart import Laptop, copied, expect_equal, named, settle

pytestmark = pytest.mark.anyio


async def pull_only(laptop: Laptop) -> None:
    """A round whose push is lost on the way."""
    laptop.line.lose = lambda call, _number: "request" if call == "push" else ""
    with pytest.raises(HubUnreachable):
        await laptop.sync()
    laptop.line.lose = lambda _call, _number: ""


async def expect_two_bases(laptop: Laptop, item: Row) -> None:
    """The last merge joined changes with two newest common ones; the state that both of its sides
    began with has what either of these changed."""
    graph = await laptop.store._read(lambda c: graph_of(c, WORK_ITEM, text_of(item, "id")))
    theirs, mine = next(
        each.parents for each in reversed([*graph.values()]) if len(each.parents) == 2
    )
    assert len(merge_bases(graph, theirs, mine)) == 2
    base = base_of(WORK_ITEM, graph, theirs, mine)
    assert (base["title"], base["assignee"]) == ("Ben's title", "ann")


async def test_what_was_taken_back_stays_so(two: tuple[Laptop, Laptop], tmp_path: Path) -> None:
    """Ann and Ben changed an item apart, and Ben's store and a copy of it each merged the two by
    itself. What Ben then takes back of his own change, and what the copy takes back of Ann's, stay
    taken back when the merges meet: on either change alone as the base, one of them would look as
    if nobody had touched it, and what it took back would return without a word."""
    ann, ben = two
    item = await ann.item("Old title")
    await settle(ann, ben)
    await ann.change(item, assignee="ann")
    await ben.change(await ben.full(named(item)), title="Ben's title")
    await ann.sync()
    async with copied(ben, tmp_path / "copy.db", 3) as copy:
        await pull_only(ben)
        await pull_only(copy)
        for merged in (await ben.full(named(item)), await copy.full(named(item))):
            assert (merged["title"], merged["assignee"]) == ("Ben's title", "ann")
        await ben.change(await ben.full(named(item)), title="Old title")
        await copy.change(await copy.full(named(item)), clear=["assignee"])
        await settle(copy, ben, ann)
        await expect_two_bases(ben, item)
        row = await ann.full(named(item))
        assert (row["title"], row.get("assignee")) == ("Old title", None)
        assert await ann.conflicts() == []
        await expect_equal(ann, ben, copy)
