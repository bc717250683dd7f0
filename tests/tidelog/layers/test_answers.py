"""What is in an answer that is not from the store, and what is in none."""

import asyncio
from pathlib import Path

import pytest

from localstore.values import mapping_of, text_of
from syncd.postgres import PostgresHub
from tests.mcp_server.calling import only_text
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, expect_told, served
from tidelog.hub_address import project_at_hub
from tidelog.layers import from_hub

pytestmark = pytest.mark.anyio


async def test_damage_in_places(prepared: Prepared, tmp_path: Path) -> None:
    """Where one table's pages hold noise since the store was opened, only what is asked of that
    table, or looks at all of them, is answered for."""
    kept = prepared.copy(tmp_path / "w")
    async with served(kept) as (caller, _):
        await caller.ok("list_vendors")
        breaking.damage(kept.database, "enhancements")
        sources = {
            tool: text_of(await caller.ok(tool, arguments), "source") or "local"
            for tool, arguments in prepared.questions().items()
        }
    assert {tool for tool, source in sources.items() if source == "hub"} == {
        "list_enhancements",
        "get_history",
        "get_sync_status",
    }
    assert {*sources.values()} == {"hub", "local"}


async def test_damage_from_before(prepared: Prepared, tmp_path: Path) -> None:
    """A store that was damaged before it was opened is not asked at all, whichever table it is."""
    kept = prepared.copy(tmp_path / "w")
    breaking.damage(kept.database, "enhancements")
    async with served(kept) as (caller, _):
        for tool, arguments in prepared.questions().items():
            expect_told(await caller.ok(tool, arguments), "hub")


async def test_the_same_rows(prepared: Prepared, tmp_path: Path) -> None:
    """Each layer tells of the same work, vendors and tree as the store did."""
    kept = prepared.copy(tmp_path / "w")
    told = ("counts", "total", "vendors", "ready", "blocked", "tree", "enhancements")
    async with served(kept) as (caller, _):
        before = await caller.ok("get_project_status")
    breaking.missing(kept.database)
    for source, lose in (("hub", breaking.without_hub), ("git", breaking.without_git)):
        async with served(kept) as (caller, _):
            answer = await caller.ok("get_project_status")
        assert (source, {name: before[name] for name in told}) == (
            answer["source"],
            {name: answer[name] for name in told},
        )
        lose(kept)
    async with served(kept) as (caller, _):
        answer = await caller.ok("get_project_status")
    assert answer["source"] == "markdown"
    assert {name: answer[name] for name in told} == {name: before[name] for name in told}


async def test_an_undegraded_answer_is_as_it_was(prepared: Prepared, tmp_path: Path) -> None:
    """While the store answers, nothing is added to what it says."""
    kept = prepared.copy(tmp_path / "w")
    async with served(kept) as (caller, _):
        for tool, arguments in prepared.questions().items():
            answer = await caller.ok(tool, arguments)
            assert not {"warning", "commit"} & answer.keys()
            assert answer.get("source", "local") == "local"


async def test_nothing_is_left(prepared: Prepared, tmp_path: Path) -> None:
    """When no layer has anything, the error names each one and why it cannot answer."""
    kept = prepared.copy(tmp_path / "w")
    breaking.noise(kept.database)
    breaking.with_dead_hub(kept)
    for file in sorted(kept.status.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    async with served(kept) as (caller, _):
        error = await caller.refused("list_work_items")
    assert (error["code"], error["retryable"]) == ("unavailable", False)
    layers = mapping_of(error, "layers")
    assert list(layers) == ["local", "hub", "git", "markdown"]
    assert all(layers.values())
    assert "secret" not in str(error)


async def test_a_refusal_names_its_layer(prepared: Prepared, tmp_path: Path) -> None:
    """What a copy does not hold is not found, and the error says in which copy."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    async with served(kept) as (caller, _):
        error = await caller.refused("query_work_item", {"id": "T-ZZZZZ"})
    assert error["code"] == "not_found"
    expect_told(error, "hub")


async def test_nothing_is_pushed(prepared: Prepared, tmp_path: Path) -> None:
    """Whoever reads from the hub leaves it as it was."""
    kept = prepared.copy(tmp_path / "w")
    project_id = project_at_hub(breaking.setting_of(kept).place)
    breaking.missing(kept.database)
    async with await PostgresHub.connect(prepared.dsn) as hub:
        before = await hub.status(project_id)
        async with served(kept) as (caller, _):
            await caller.ok("get_project_status")
        assert await hub.status(project_id) == before


async def test_a_silent_hub_is_left_alone(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that takes calls and says nothing delays one call, and is asked again only later."""
    kept = prepared.copy(tmp_path / "w")
    breaking.missing(kept.database)
    monkeypatch.setattr(from_hub, "ANSWER_SECONDS", 0.2)
    calls = []

    def meet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(writer)

    watch = breaking.Watch()
    silent = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        port = silent.sockets[0].getsockname()[1]
        noted = (kept.home / "hub").read_text().splitlines()
        address = f"postgresql://ann:secret@127.0.0.1:{port}/hub"
        (kept.home / "hub").write_text("\n".join([address, *noted[1:]]))
        async with served(kept, watch) as (caller, _):
            for _ in range(3):
                assert (await caller.ok("list_vendors"))["source"] == "git"
            asked = len(calls)
            watch.seconds += from_hub.SILENCE_SECONDS
            await caller.ok("list_vendors")
    finally:
        for writer in calls:
            writer.close()
        silent.close()
    assert (asked > 0, len(calls)) == (True, 2 * asked)


async def test_resources_prompts_and_completions(prepared: Prepared, tmp_path: Path) -> None:
    """What is no tool answers too; texts begin with the warning."""
    kept = prepared.copy(tmp_path / "w")
    breaking.noise(kept.database)
    breaking.without_hub(kept)
    async with served(kept) as (caller, _):
        assert '"source":"git"' in await caller.text("tidelog://status")
        assert '"source":"git"' in await caller.text("tidelog://vendors/Vendor%20number%2000")
        report = await caller.text("tidelog://report")
        assert report.startswith("Warning: the store's file cannot be used")
        assert "# Project Status" in report
        prompt = await caller.client.get_prompt("stand_up")
        [message] = prompt.messages
        assert only_text([message.content]).startswith("Warning: the store's file")


async def test_an_old_token(prepared: Prepared, tmp_path: Path) -> None:
    """The token of a store that is lost gets the whole status of what stands in for it, and the
    other way round."""
    kept = prepared.copy(tmp_path / "w")
    async with served(kept) as (caller, _):
        token = (await caller.ok("get_project_status"))["token"]
        kept.database.rename(kept.folder / "kept.db")
        told = await caller.ok("get_project_status", {"since": token})
        assert (told["source"], "counts" in told) == ("hub", True)
        (kept.folder / "kept.db").rename(kept.database)
        back = await caller.ok("get_project_status", {"since": told["token"]})
    assert (back["source"], "counts" in back) == ("local", True)
