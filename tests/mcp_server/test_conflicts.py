"""Conflicts as an assistant meets them."""

import json
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localstore.values import Row, mapping_of, rows_of, text_of
from tests.laptops import Laptops, laptops
from tests.mcp_server.calling import Caller, calling, server_over

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # bpe_openai opens its tables the old way
    from bpe_openai import get_encoding

pytestmark = pytest.mark.anyio
TEXT = "".join(f"{number}: a line of a description that is long enough\n" for number in range(150))


@pytest.fixture
async def both(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[Laptops]:
    """Two laptops that changed eight items apart from each other, a field and a long text each."""
    async with laptops(new_store, tmp_path) as both:
        items = [await both.ann.item(f"Item {n}", description=TEXT) for n in range(8)]
        await both.sync()
        for world, name in ((both.ann, "ann"), (both.ben, "ben")):
            for item in items:
                edited = ": a line" if item is items[0] else "75: a line"
                text = TEXT.replace(edited, edited.replace("a", f"{name}'s"))
                await world.change(
                    await world.full(item), assignee=name, description=text, who=name
                )
        await both.sync()
        yield both


@pytest.fixture
async def caller(both: Laptops) -> AsyncIterator[Caller]:
    """An assistant at Ben's."""
    async with calling(server_over(both.ben.store), "auto") as caller:
        yield caller


def tokens(row: Row) -> int:
    """What a model pays for an answer."""
    return len(get_encoding("o200k_base").encode(json.dumps(row, ensure_ascii=False)))


async def test_a_conflict_costs_little(caller: Caller) -> None:
    """All that is needed to decide a conflict is in the list, for less than 400 tokens each, also
    where the texts are long; nothing but their full values is left out, and named."""
    listed = await caller.ok("list_conflicts", {"status": "open"})
    conflicts = rows_of(listed, "items")
    assert len(conflicts) == 16
    assert tokens(listed) < 16 * 400
    for conflict in conflicts:
        assert text_of(conflict, "summary")
        assert mapping_of(conflict, "about").keys() >= {"ref", "title"}
        assert conflict["kept_from"] == "remote"
        sides = "local_changes" if conflict["field"] == "description" else "local"
        assert "ben" in text_of(conflict, sides)
        assert (conflict["local_on"], conflict["remote_on"]) == ("ben-laptop", "ann-laptop")
    whole = await caller.ok("list_conflicts", {"status": "open", "detail": "full", "limit": 2})
    assert all("ways" in conflict for conflict in rows_of(whole, "items"))
    assert any(text_of(each, "remote").count("\n") == 150 for each in rows_of(whole, "items"))


async def test_settling(caller: Caller) -> None:
    """A decision answers with what the item holds now; the status counts one conflict less."""
    before = (await caller.ok("get_sync_status"))["open_conflicts"]
    listed = rows_of(await caller.ok("list_conflicts"), "items")
    text = next(
        each
        for each in listed
        if (each["field"], mapping_of(each, "about")["title"]) == ("description", "Item 5")
    )
    answer = await caller.ok("resolve_conflict", {"id": text["ref"], "keep": "BOTH"})
    assert "151 lines long" in text_of(answer, "summary")
    assert tokens(answer) < 600
    assert (before, (await caller.ok("get_sync_status"))["open_conflicts"]) == (16, 15)
    status = await caller.ok("get_project_status")
    assert status["open_conflicts"] == 15
    (told,) = [str(each) for each in _attention(status) if "conflict" in str(each)]
    assert told == "15 open conflict(s): list_conflicts, resolve_conflict"


def _attention(status: Row) -> list[object]:
    found = mapping_of(status, "health")["attention"]
    return [*found] if isinstance(found, list) else []


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        ({"keep": "both"}, "keep", "both is for text and lists; assignee holds one value"),
        ({"keep": "local", "value": "x"}, "value", 'goes with keep="value" only'),
        ({"keep": "mine"}, "keep", "local"),
        ({"keep": "value", "value": {"a": 1}}, "assignee", ""),
    ],
)
async def test_what_cannot_be_decided(
    caller: Caller, arguments: Row, field: str, words: str
) -> None:
    """A decision that cannot be is refused with the argument at fault and what would do."""
    listed = rows_of(await caller.ok("list_conflicts"), "items")
    claim = next(each for each in listed if each["field"] == "assignee")
    error = await caller.refused("resolve_conflict", {"id": claim["ref"], **arguments})
    assert (error["code"], error["field"]) == ("invalid_arguments", field)
    assert words in json.dumps(error, ensure_ascii=False).replace('\\"', '"')


async def test_the_history_tells_of_merges(both: Laptops, caller: Caller) -> None:
    """The history says of a merge who made the two changes it joins, when and on which machine."""
    conflict = await _first(caller)
    told = await caller.ok("get_history", {"id": mapping_of(conflict, "about")["ref"]})
    merge = next(entry for entry in rows_of(told, "items") if "merged" in entry)
    sides = rows_of(merge, "merged")
    assert [(side["by"], side["on"]) for side in sides] == [
        ("ann", "ann-laptop"),
        ("ben", "ben-laptop"),
    ]
    assert "parents" not in merge
    assert [
        entry.get("on") for entry in rows_of(told, "items") if entry["changed_by"] == "ann"
    ] == ["ann-laptop"]


async def _first(caller: Caller) -> Row:
    return rows_of(await caller.ok("list_conflicts"), "items")[0]


async def test_the_prompt_holds_the_conflicts(caller: Caller) -> None:
    """The prompt tells what each conflict is and how to settle it, within 8,000 tokens."""
    shown = await caller.client.get_prompt("resolve_conflicts", {})
    text = json.dumps(shown.model_dump(mode="json"))
    assert "summary" in text
    assert text.count("was claimed by ann on ann-laptop and by ben on ben-laptop; ann has it") == 8
    assert tokens({"text": text}) < 8_000
