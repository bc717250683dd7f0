"""A store that went back to a backup meets its hub again: nothing is lost, nothing quarrels."""

import pytest

from localstore.models import Page
from localstore.values import rows_of, text_of
from tests.laptops import Laptops
from tests.localstore.lived_in import everything
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


async def go_back(world: World, backup: str) -> None:
    """Let the store be again what a backup of it holds."""
    await world.store.replace_with(world.path.parent / "backups" / f"{backup}.db")


async def kept(world: World) -> str:
    """Make a backup; its name."""
    made = await world.store.back_up(keep=7)
    assert made is not None
    return made.name


async def expect_in_step(both: Laptops, titles: list[str]) -> None:
    """After two rounds each both hold the same rows, under these titles, without a conflict, and
    nothing is left to send."""
    await both.sync()
    await both.sync()
    assert sorted(await both.ann.titles()) == sorted(await both.ben.titles()) == titles
    assert await everything(both.ann) == await everything(both.ben)
    for world in (both.ann, both.ben):
        assert await world.store.count_dirty() == 0
        assert await world.failed_checks() == []
        assert rows_of(await world.store.conflicts(None, Page()), "items") == []


async def test_what_was_sent_comes_back(both: Laptops) -> None:
    """What was sent and received after the backup is fetched from the hub, also where the backup
    held an older state of it that was not sent yet."""
    item = await both.ann.item("Fix")
    backup = await kept(both.ann)
    await both.ann.change(item, title="Mend")
    await both.ann.item("Later")
    await both.sync()
    await both.ben.change(await both.ben.full(item), priority="P0")
    await both.sync()
    await go_back(both.ann, backup)
    assert await both.ann.titles() == ["Fix"]
    await expect_in_step(both, ["Later", "Mend"])
    assert (await both.ann.full(item))["priority"] == "P0"


async def test_unsent_work_in_the_backup_is_sent(both: Laptops) -> None:
    """What the backup held and the hub never had is sent; what was neither sent nor backed up is
    gone with the store that was replaced."""
    await both.ann.item("In the backup")
    backup = await kept(both.ann)
    await both.ann.item("After it")
    await go_back(both.ann, backup)
    await expect_in_step(both, ["In the backup"])


async def test_edits_after_going_back_are_merged(both: Laptops) -> None:
    """An edit on top of what the backup held is merged with what the hub had seen since: another
    field beside, and the same field as a conflict that keeps both values."""
    item = await both.ann.item("Fix", description="One")
    await both.sync()
    backup = await kept(both.ann)
    await both.ann.change(item, title="Mend")
    await both.sync()
    await go_back(both.ann, backup)
    await both.ann.change(await both.ann.full(item), title="Repair", priority="P0")
    await both.sync()
    row = await both.ann.full(item)
    assert (row["title"], row["priority"]) == ("Mend", "P0")
    [conflict] = rows_of(await both.ben.store.conflicts("open", Page()), "items")
    assert (text_of(conflict, "local"), text_of(conflict, "remote")) == ("Repair", "Mend")


async def test_a_backup_from_before_it_joined(both: Laptops) -> None:
    """A backup from when the store was alone takes part in the project of the store it replaces."""
    alone = await World.begin(both.ann.path.parent / "alone" / "store.db", first_id=700_000)
    await alone.item("Alone")
    made = await alone.store.back_up(keep=7)
    assert made is not None
    await alone.store.close()
    await both.ann.item("Together")
    await both.sync()
    await both.ann.store.replace_with(made.path)
    await expect_in_step(both, ["Alone", "Together"])
