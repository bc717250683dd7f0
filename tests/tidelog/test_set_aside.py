"""What a restored store lacks and the one that was set aside has: brought in, as far as it can be
read."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from localstore.models import Page
from localstore.values import Row, mapping_of, number_of, rows_of, texts_of
from tests.tidelog.keepers import Kept, begun, written
from tests.tidelog.laptops import Laptop
from tests.tidelog.layers import breaking
from tidelog import in_place
from tidelog.discovery import Place
from tidelog.opening import Setting

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Laptop:
    """A project with two tasks in git and in a backup, and with two changes that neither has."""
    kept = await begun(tmp_path / "project")
    await written(kept)
    async with kept.store() as store:
        await store.back_up(keep=1)
    await kept.create("Three")
    await kept.change(await kept.create("Four"), title="Vier")
    return Laptop(kept.folder)


def restored(kept: Laptop, *words: str) -> Row:
    """Restore; what programs are told of what was brought in."""
    told: Row = json.loads(kept.run("restore", *words, "--json").out)
    return mapping_of(told, "brought_in")


async def changes(kept: Kept) -> list[Row]:
    """Every change there is."""
    async with kept.store() as store:
        return [state.entry for state in await store.states_after(0, 500)]


@pytest.mark.parametrize("source", ["git", "backup", "markdown"])
async def test_changes_that_no_source_had(kept: Laptop, source: str) -> None:
    """After a restore over a store that can be read the rows are those of before, none of them in
    conflict with itself; a second restore gives the same."""
    before = await changes(kept)
    assert restored(kept, "--from", source) == {"changes": 3}
    assert await kept.titles() == ["Three", "Two", "Uno", "Vier"]
    after = await changes(kept)
    assert [each["change_id"] for each in after[-3:]] == [each["change_id"] for each in before[-3:]]
    assert source == "markdown" or [each["change_id"] for each in after] == [
        each["change_id"] for each in before
    ]
    assert restored(kept, "--from", source) == {"changes": 3}
    assert [each["change_id"] for each in await changes(kept)] == [
        each["change_id"] for each in after
    ]
    async with kept.store() as store:
        assert rows_of(await store.conflicts("open", Page()), "items") == []
    kept.run("doctor")


@pytest.mark.parametrize("source", ["git", "backup"])
async def test_a_wish_to_go_back(kept: Laptop, source: str) -> None:
    """With --at nothing is brought in."""
    words = ("--at", "HEAD") if source == "git" else ("--at", "9999-12-31")
    assert restored(kept, "--from", source, *words) == {}
    assert await kept.titles() == ["Two", "Uno"]


@pytest.mark.parametrize("table", ["enhancements", "vendors", "conflicts", "dependencies"])
async def test_damage_in_another_table(kept: Laptop, table: str) -> None:
    """Of a store with noise in one table everything else is brought in, and the table is named."""
    breaking.damage(kept.database, table)
    told = restored(kept)
    assert (told["changes"], texts_of(told, "torn_tables")) == (3, [table])
    assert await kept.titles() == ["Three", "Two", "Uno", "Vier"]
    kept.run("doctor")


async def test_damaged_history(kept: Laptop) -> None:
    """Without its history each row still tells how it stands; what differs is one change."""
    breaking.damage(kept.database, "history")
    told = restored(kept)
    assert texts_of(told, "torn_tables") == ["history"]
    assert await kept.titles() == ["Three", "Two", "Uno", "Vier"]
    kept.run("doctor")


async def test_damaged_rows(kept: Laptop) -> None:
    """Rows that cannot be read are told by their history."""
    breaking.damage(kept.database, "work_items")
    told = restored(kept)
    assert (told["changes"], texts_of(told, "torn_tables")) == (3, ["work_items"])
    assert await kept.titles() == ["Three", "Two", "Uno", "Vier"]
    kept.run("doctor")


async def test_one_page_among_many(kept: Laptop) -> None:
    """Around a page of noise in the middle of a long table all other rows are read."""
    for number in range(60):
        await kept.create(f"Long {number:02}", description="x" * 1500)
    with closing(sqlite3.connect(kept.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("DELETE FROM history WHERE entity = 'work_item'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'work_items' AND pagetype = 'leaf' "
            "ORDER BY path LIMIT 1 OFFSET 12"
        ).fetchall()
    breaking.overwrite(kept.database, [int(page)])
    restored(kept)
    titles = await kept.titles()
    assert 64 - 3 <= len(titles) < 64
    assert {"Long 00", "Long 59"} <= {*titles}


async def test_dying_at_the_exchange(kept: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who dies right after the new store took its place leaves one that lacks nothing."""
    exchange = in_place._exchange

    async def exchange_and_die(fresh: Place, setting: Setting) -> Path | None:
        await exchange(fresh, setting)
        raise KeyboardInterrupt

    monkeypatch.setattr(in_place, "_exchange", exchange_and_die)
    with pytest.raises(KeyboardInterrupt):
        await kept.do("restore")
    assert await kept.titles() == ["Three", "Two", "Uno", "Vier"]


async def test_a_write_at_the_last_moment(kept: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody writes after the old store was read is brought in from what was set aside."""
    exchange = in_place._exchange

    async def write_and_exchange(fresh: Place, setting: Setting) -> Path | None:
        await kept.create("Last")
        return await exchange(fresh, setting)

    monkeypatch.setattr(in_place, "_exchange", write_and_exchange)
    await kept.do("restore")
    assert await kept.titles() == ["Last", "Three", "Two", "Uno", "Vier"]


async def test_nothing_can_be_read(kept: Laptop) -> None:
    """A file of noise is set aside, and that nothing of it could be read is said."""
    breaking.noise(kept.database)
    done = kept.run("restore")
    assert "Nothing of it could be read: " in done.out
    assert await kept.titles() == ["Two", "Uno"]


async def test_never_sent(tmp_path: Path, hub_database: str) -> None:
    """What was never sent is in a store that was fetched from the hub, and goes there with the next
    exchange; where another laptop changed the same field both values are kept."""
    ann = Laptop.joined(tmp_path / "ann", hub_database)
    item = await ann.create("One")
    ann.run("sync", "--once")
    ben = Laptop.joined(tmp_path / "ben", hub_database)
    await ben.change(item, title="Ben's", assignee="ben")
    ben.run("sync", "--once")
    await ann.change(item, title="Ann's", priority="P0")
    await ann.create("Two")
    told = restored(ann, "--from", "hub")
    assert told == {"changes": 2, "conflicts": 1}
    row = await ann.row(item)
    assert (row["title"], row["assignee"], row["priority"]) == ("Ben's", "ben", "P0")
    async with ann.store() as store:
        [conflict] = rows_of(await store.conflicts("open", Page()), "items")
    assert conflict["field"] == "title"
    ann.run("sync", "--once")
    ben.run("sync", "--once")
    assert await ben.titles() == await ann.titles() == ["Ben's", "Two"]
    assert number_of(await ben.row(item), "version") == number_of(await ann.row(item), "version")
    ann.run("doctor")
