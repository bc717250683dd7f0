"""A month offline: many dirty rows go and come in pages and batches, in bounded pieces."""

import itertools
from collections.abc import Sequence

import pytest

from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.values import Row, text_of
from syncd.hub import Asking
from tests.syncd.apart import CutLine, Laptop, expect_equal, named, settle

pytestmark = pytest.mark.anyio

_ITEMS = 3_000
_EDITS = 20
_AT_MOST_BYTES = 2 * Laptop.push_bytes
"""One row's worth over what a push is meant to carry, and what the JSON around the text adds."""


class BusyLine(CutLine):
    """A line that knows how much each call carried, on a laptop where somebody writes meanwhile."""

    def __init__(self, laptop: Laptop) -> None:
        super().__init__(laptop.line.hub)
        self._laptop = laptop
        self.batches: list[int] = []
        self.pages: list[int] = []
        self.written: list[str] = []
        laptop.line = self

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        page = await super().pull(asking, cursor, limit)
        self.pages.append(len(page.entries))
        await self._write()
        return page

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        self.batches.append(sum(len(repr(row)) for row in rows))
        await self._write()
        return await super().push(asking, rows)

    async def _write(self) -> None:
        title = f"Meanwhile {self._laptop.ids.given}"
        self.written.append(text_of(await self._laptop.item(title), "title"))


def new_item(number: int) -> Row:
    """One of many in a bulk."""
    return {"op": "create", "item": {"item_type": "task", "title": f"Item {number}"}}


async def write_for_a_month(laptop: Laptop) -> None:
    """Many items in trees, some edges, and a few items edited again and again."""
    for start in range(0, _ITEMS, 100):
        await laptop.bulk(*(new_item(number) for number in range(start, start + 100)))
    rows = [await laptop.item(f"Long {number}", description="x" * 9_000) for number in range(90)]
    for above, below in itertools.pairwise(rows):
        await laptop.blocks(above, below)
    for number in range(_EDITS):
        for row in rows[:5]:
            await laptop.change(await laptop.full(named(row)), title=f"Edit {number}")


async def test_thousands_of_dirty_rows(two: tuple[Laptop, Laptop]) -> None:
    """Thousands of rows from a month offline are pushed in batches and pulled in pages, none of
    which is larger than it is meant to be, and both end equal; what somebody writes between any
    two of them is taken at once, and gets there too."""
    ann, ben = two
    await write_for_a_month(ann)
    dirty = await ann.dirty()
    assert dirty > _ITEMS
    out, home = BusyLine(ann), BusyLine(ben)
    assert (await ann.sync()).pushed > dirty
    assert len(out.batches) > 3
    assert max(out.batches) <= _AT_MOST_BYTES
    assert (await ben.sync()).pulled >= dirty
    assert len(home.pages) > _ITEMS // Laptop.pull_limit
    assert max(home.pages) <= Laptop.pull_limit + _EDITS
    for laptop in two:
        laptop.line = CutLine(laptop.line.hub)
    await settle(ann, ben)
    titles = [text_of(row, "title") for row in (await ann.rows())["work_item"]]
    assert set(out.written + home.written) <= set(titles)
    await expect_equal(ann, ben)
