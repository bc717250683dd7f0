"""A write that the store cannot take is in the journal, is shown, and comes into the store once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from localstore.values import Row, number_of, rows_of, text_of
from tests.mcp_server.calling import Caller
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, Watch, expect_told, served
from tidelog.journal import Journal, journal_of
from tidelog.layers.local import AGAIN_SECONDS

pytestmark = pytest.mark.anyio


def journal_at(kept: Kept) -> Journal:
    """A project's journal."""
    return journal_of(breaking.setting_of(kept).place)


async def create(caller: Caller, title: str = "Look at Thursday", **fields: str) -> Row:
    """A new task."""
    return await caller.ok("create_work_item", {"item_type": "task", "title": title, **fields})


def expect_journalled(answer: Row, kept: Kept) -> None:
    """The answer says that it is in the journal, and how it comes into the store."""
    assert answer["source"] == "journal"
    warning = text_of(answer, "warning")
    assert "comes into the store by itself" in warning
    assert "\n" not in warning
    assert not journal_at(kept).is_empty()


async def expect_once(kept: Kept, caller: Caller, title: str) -> Row:
    """The store holds one item of that title, and nothing waits any more."""
    found = await caller.ok("list_work_items", {"query": f'"{title}"'})
    assert "source" not in found, found
    (row,) = rows_of(found, "items")
    assert journal_at(kept).is_empty()
    return row


@pytest.mark.parametrize("below", ["hub", "git", "markdown"])
@pytest.mark.parametrize("broken", breaking.BROKEN, ids=lambda each: each.__name__)
async def test_written_read_back_and_found_once(
    prepared: Prepared, tmp_path: Path, broken: Callable[[Path], None], below: str
) -> None:
    """However the store is lost: what was written since is shown by the next reads, may be written
    on, and stands in the store once that is back, with its history."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    shutil.copy(kept.database, good)
    if below != "hub":
        breaking.without_hub(kept)
    if below == "markdown":
        breaking.without_git(kept)
    broken(kept.database)
    async with served(kept, watch := Watch()) as (caller, _):
        made = await create(caller, client_ref="thursday")
        expect_journalled(made, kept)
        assert text_of(made, "as_of") in text_of(made, "warning")
        again = await create(caller, client_ref="thursday")
        assert again["id"] == made["id"]
        changed = await caller.ok(
            "update_work_item", {"id": made["id"], "version": 1, "status": "completed"}
        )
        expect_journalled(changed, kept)
        shown = await caller.ok("query_work_item", {"id": prepared.item})
        await caller.ok(
            "update_work_item",
            {"id": prepared.item, "version": shown["version"], "assignee": "copilot"},
        )
        shown = await caller.ok("query_work_item", {"id": made["id"]})
        expect_told(shown, below)
        assert (shown["status"], shown["version"]) == ("completed", 2)
        assert "3 changes wait in the journal" in text_of(shown, "warning")
        if kept.database.is_dir():
            kept.database.rmdir()
        good.replace(kept.database)
        watch.seconds += AGAIN_SECONDS
        row = await expect_once(kept, caller, "Look at Thursday")
        assert (row["status"], row["version"]) == ("completed", 2)
        item = await caller.ok("query_work_item", {"id": prepared.item})
        assert item["assignee"] == "copilot"
        told = await caller.ok("get_history", {"id": made["id"]})
        assert told["total"] == 2
        assert (await create(caller, client_ref="thursday"))["id"] == made["id"]
        conflicts = await caller.ok("list_conflicts")
        assert conflicts["total"] == 0
    assert len([*(kept.home / "set-aside").glob("journal-*.jsonl")]) == 1


async def test_a_store_that_takes_no_writes(prepared: Prepared, tmp_path: Path) -> None:
    """While somebody holds the write lock, what was written is made on a copy of the store itself:
    the newest there is, though the hub and git know less."""
    kept = prepared.copy(tmp_path / "w")
    newer = await kept.create("Only the store knows")
    async with served(kept, watch := Watch()) as (caller, _):
        with breaking.writing(kept.database):
            made = await create(caller)
            expect_journalled(made, kept)
            assert "a copy of the store" in text_of(made, "warning")
            assert "locked for 0.05 s" in text_of(made, "warning")
            await caller.ok(
                "update_work_item", {"id": newer["id"], "version": 1, "assignee": "copilot"}
            )
            shown = await caller.ok("query_work_item", {"id": newer["id"]})
            expect_told(shown, "local")
            assert shown["assignee"] == "copilot"
        watch.seconds += AGAIN_SECONDS
        await expect_once(kept, caller, "Look at Thursday")
        assert (await caller.ok("query_work_item", {"id": newer["id"]}))["assignee"] == "copilot"


async def test_what_is_refused(prepared: Prepared, tmp_path: Path) -> None:
    """A call that breaks a rule is refused as ever, and a call that changes nothing journals
    nothing."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    async with served(kept) as (caller, _):
        refusals = [
            await caller.refused("create_work_item", {"item_type": "task"}),
            await caller.refused("update_work_item", {"id": "T-ZZZZZ", "version": 1}),
            await caller.refused(
                "update_work_item", {"id": prepared.item, "version": 99, "title": "x"}
            ),
            await caller.refused("create_vendor", {"name": "vendor NUMBER 00"}),
        ]
        codes = [text_of(each, "code") for each in refusals]
        assert codes == ["invalid_arguments", "not_found", "version_conflict", "duplicate"]
        assert journal_at(kept).is_empty()
        shown = await caller.ok("query_work_item", {"id": prepared.item})
        same = {"id": prepared.item, "version": shown["version"], "title": shown["title"]}
        expect_told(await caller.ok("update_work_item", same), "hub")
    assert journal_at(kept).is_empty()
    assert not (kept.status / "JOURNAL.md").exists()


async def test_no_layer_at_all(tmp_path: Path) -> None:
    """Where nothing is left but the folder, what is created is taken all the same."""
    kept = Kept(tmp_path / "w")
    kept.home.mkdir(mode=0o700, parents=True)
    breaking.noise(kept.database)
    async with served(kept) as (caller, _):
        made = await create(caller)
        expect_journalled(made, kept)
        assert "as_of" not in made
        error = await caller.refused("update_work_item", {"id": "T-ZZZZZ", "version": 1})
        assert (error["code"], error["source"]) == ("not_found", "journal")
        shown = await caller.ok("query_work_item", {"id": made["id"]})
        assert (shown["title"], shown["source"]) == ("Look at Thursday", "journal")
        breaking.missing(kept.database)
        async with kept.store() as store:
            await store.set_project("Anew")
        await expect_once(kept, caller, "Look at Thursday")


async def test_two_servers(prepared: Prepared, tmp_path: Path) -> None:
    """What one server journals another sees at once, and versions hold between them."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    kept.database.rename(good)
    async with served(kept) as (one, _), served(kept, watch := Watch()) as (two, _):
        made = await create(one)
        change: Row = {"id": made["id"], "version": 1, "status": "blocked"}
        expect_journalled(await two.ok("update_work_item", change), kept)
        error = await one.refused("update_work_item", change | {"status": "completed"})
        assert error["code"] == "version_conflict"
        expect_journalled(
            await one.ok("update_work_item", change | {"version": 2, "assignee": "ada"}), kept
        )
        good.rename(kept.database)
        watch.seconds += AGAIN_SECONDS
        row = await expect_once(kept, two, "Look at Thursday")
        assert (row["status"], row["version"], row["assignee"]) == ("blocked", 3, "ada")
        await expect_once(kept, one, "Look at Thursday")


async def test_others_changed_it_meanwhile(prepared: Prepared, tmp_path: Path) -> None:
    """What the hub had newer than the store meets the journal without a conflict; what somebody
    else changed in the store waits for a decision."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    shutil.copy(kept.database, good)
    breaking.missing(kept.database)
    async with served(kept, watch := Watch()) as (caller, _):
        shown = await caller.ok("query_work_item", {"id": prepared.item})
        change: Row = {"id": prepared.item, "version": shown["version"]}
        await caller.ok("update_work_item", change | {"title": "Ours", "assignee": "ada"})
        good.rename(kept.database)
        async with kept.store() as store:
            item = await store.work_item(prepared.item)
        await kept.change(item, title="Theirs")
        watch.seconds += AGAIN_SECONDS
        item = await caller.ok("query_work_item", {"id": prepared.item})
        assert (item["title"], item["assignee"]) == ("Theirs", "ada")
        (conflict,) = rows_of(await caller.ok("list_conflicts"), "items")
        assert (conflict["local"], conflict["remote"]) == ("Ours", "Theirs")
        assert number_of(item, "version") > number_of(shown, "version")


async def test_an_edge_keeps_its_source(prepared: Prepared, tmp_path: Path) -> None:
    """An answer that has a field of that name already says by its warning where it is."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    async with served(kept) as (caller, _):
        made = await create(caller)
        edge = {"source_id": made["ref"], "target_id": prepared.item, "dependency_type": "related"}
        answer = await caller.ok("set_dependency", edge)
    assert answer["source"] == made["ref"]
    assert "in the journal" in text_of(answer, "warning")


async def test_nothing_of_the_address(prepared: Prepared, tmp_path: Path) -> None:
    """Neither the journal nor the note for people says how to reach the hub."""
    kept = prepared.copy(tmp_path / "w")
    breaking.with_dead_hub(kept)
    breaking.missing(kept.database)
    async with served(kept) as (caller, _):
        made = await create(caller)
    written = [kept.home / "journal.jsonl", kept.status / "JOURNAL.md"]
    assert all("Look at Thursday" in file.read_text() for file in written)
    for text in (str(made), *(file.read_text() for file in written)):
        assert "secret" not in text
        assert "postgresql:" not in text
