"""The journal at its edges: nowhere to write to, callers that leave, what is torn or of no use."""

import asyncio
from pathlib import Path

import pytest

from localstore.models import WorkItemCreate, WorkItemPatch
from localstore.store import Store
from localstore.values import Row, text_of
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, Watch, served
from tests.tidelog.layers.test_journal import create, expect_journalled, expect_once, journal_at
from tests.tidelog.layers.waiting import TITLE
from tidelog.layers.local import AGAIN_SECONDS

pytestmark = pytest.mark.anyio


async def test_nowhere_to_write_to(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no journal can be written the call is refused, and nothing of it is shown: neither now
    nor when the next one is taken."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    (kept.home / "journal.jsonl").symlink_to(tmp_path / "nowhere")
    async with served(kept) as (caller, _):
        arguments: Row = {"item_type": "task", "title": TITLE}
        error = await caller.refused("create_work_item", arguments)
        assert error["code"] == "unavailable"
        assert "nothing was written" in text_of(error, "message")
        assert text_of(error, "message").count("journal.jsonl") == 2
        (kept.home / "journal.jsonl").unlink()
        expect_journalled(await create(caller, "Another"), kept)
        found = await caller.ok("list_work_items", {"query": f'"{TITLE}"'})
        assert found["total"] == 0
    assert journal_at(kept).found().changes == 1


async def test_a_caller_that_leaves(prepared: Prepared, tmp_path: Path) -> None:
    """A call that is given up under way is finished: what is shown is in the journal."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(store: Store) -> Row:
        item = WorkItemCreate(item_type="task", title=TITLE)
        row = await store.create_work_item(item, who="ada")
        begun.set()
        await go_on.wait()
        return row

    async with served(kept) as (caller, chain):
        writing = asyncio.create_task(chain.write(slowly))
        await begun.wait()
        writing.cancel()
        await asyncio.wait([writing])
        go_on.set()
        await create(caller, "Another")
        assert (await caller.ok("list_work_items", {"query": f'"{TITLE}"'}))["total"] == 1
    assert journal_at(kept).found().changes == 2


async def test_a_call_that_fails_half_way(prepared: Prepared, tmp_path: Path) -> None:
    """What a call wrote before it failed is not shown either."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)

    async def half(store: Store) -> Row:
        item = WorkItemCreate(item_type="task", title=TITLE)
        await store.create_work_item(item, who="ada")
        raise LookupError("half way")

    async with served(kept) as (caller, chain):
        with pytest.raises(LookupError):
            await chain.write(half)
        await create(caller, "Another")
        assert (await caller.ok("list_work_items", {"query": f'"{TITLE}"'}))["total"] == 0
    assert journal_at(kept).found().changes == 1


async def test_nothing_but_damage(prepared: Prepared, tmp_path: Path) -> None:
    """A journal in which no line is whole keeps no read from its layer, and no write from being
    taken."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    kept.database.rename(good)
    (kept.home / "journal.jsonl").write_bytes(b"no line\n{")
    async with served(kept, watch := Watch()) as (caller, _):
        assert (await caller.ok("list_vendors"))["source"] == "hub"
        await create(caller)
        good.rename(kept.database)
        watch.seconds += AGAIN_SECONDS
        await expect_once(kept, caller, TITLE)


async def test_an_empty_place(tmp_path: Path) -> None:
    """Where there is no folder of a store nothing is journalled: no project ever was there."""
    kept = Kept(tmp_path / "w")
    kept.folder.mkdir()
    async with served(kept) as (caller, _):
        arguments: Row = {"item_type": "task", "title": TITLE}
        error = await caller.refused("create_work_item", arguments)
    assert error["code"] == "unavailable"
    assert journal_at(kept).is_empty()
    assert not kept.home.exists()


async def test_overtaken(prepared: Prepared, tmp_path: Path) -> None:
    """A call that waited for the journal while somebody brought that into the store is made on the
    store, where what it goes on from is now."""
    kept = prepared.copy(tmp_path / "w")
    good = kept.folder / "good.db"
    kept.database.rename(good)
    async with served(kept) as (caller, chain):
        made = await create(caller)
        patch = WorkItemPatch(status="blocked")

        async def blocked(store: Store) -> Row:
            return await store.update_work_item(text_of(made, "id"), 1, patch, who="ada")

        async with journal_at(kept).held(0) as held:
            writing = asyncio.create_task(chain.write(blocked))
            for _ in range(3):  # it comes as far as the journal without waiting for a thread
                await asyncio.sleep(0)
            assert chain._journalled._turn.locked()
            good.rename(kept.database)
            async with kept.store() as store:
                for line in held.found().lines:
                    await store.take_in(line.told)
            held.set_aside([], with_left=False)
        answer, told = await writing
    assert (answer["version"], told) == (2, {})
    assert journal_at(kept).is_empty()
