"""A row that PostgreSQL cannot store stops nobody but itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localstore.values import rows_of, text_of, to_json
from tests.syncd.apart import Laptop, expect_equal, laptops, named, settle
from tests.syncd.elsewhere import Elsewhere, postgres_elsewhere

pytestmark = pytest.mark.anyio


@pytest.fixture
def real_hub() -> Iterator[Elsewhere]:
    """A PostgreSQL."""
    with postgres_elsewhere() as hub:
        yield hub


async def _poison(laptop: Laptop, item_id: str) -> None:
    """Put into a title what no tool lets in, and no PostgreSQL either."""
    poison = "a\x00b"
    laptop.sql("UPDATE work_items SET title = ? WHERE id = ?", poison, item_id)
    laptop.sql(
        "UPDATE history SET changes = json_set(changes, '$.title', json(?)) WHERE entity_id = ?",
        to_json([None, poison]),
        item_id,
    )


async def test_one_row_the_hub_cannot_take(
    real_hub: Elsewhere, new_store: Path, tmp_path: Path
) -> None:
    """It is reported and left out, the rest of its batch flows, and mended it flows too."""
    async with laptops(real_hub, new_store, tmp_path) as (ann, ben):
        items = [await ann.item(f"Item {number}") for number in range(9)]
        await _poison(ann, text_of(items[4], "id"))
        done = await ann.sync()
        assert done.refused == 1
        (told,) = rows_of(await ann.store.sync_status(), "refused")
        assert told["id"] == items[4]["id"]
        assert text_of(told, "reason")
        await ben.sync()
        assert len(await ben.titles()) == 8
        pushes = ann.line.pushes
        await ann.sync()
        assert ann.line.pushes == pushes
        await ann.change(await ann.full(named(items[4])), title="Mended")
        await settle(ann, ben)
        assert "Mended" in await ben.titles()
        assert "refused" not in await ann.store.sync_status()
        await expect_equal(ann, ben)


async def test_refused_row_is_offered_again_later(
    real_hub: Elsewhere, new_store: Path, tmp_path: Path
) -> None:
    """After an hour a refused row is offered once more: the hub may have been upgraded."""
    async with laptops(real_hub, new_store, tmp_path) as (ann, _):
        item = await ann.item("Item")
        await _poison(ann, text_of(item, "id"))
        await ann.sync()
        pushes = ann.line.pushes
        ann.clock.pass_days(1)
        assert (await ann.sync()).refused == 1
        assert ann.line.pushes > pushes
