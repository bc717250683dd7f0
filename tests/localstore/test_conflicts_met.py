"""Conflicts as two laptops make them: what is told of each, and each way out of it."""

import pytest

from localstore.errors import InvalidArguments, TidelogError
from localstore.fields import Keep
from localstore.models import Page
from localstore.values import mapping_of, rows_of, text_of
from tests.laptops import Laptops
from tests.localstore.apart import TEXT, apart, settle
from tests.localstore.world import refused

pytestmark = pytest.mark.anyio


async def test_claimed_twice(both: Laptops) -> None:
    """An item that two assistants claimed says who has it, who else claimed it, and where."""
    item = await apart(
        both,
        {"assignee": "copilot", "who": "copilot"},
        {"assignee": "claude-code", "who": "claude-code"},
    )
    conflict = await both.conflict()
    assert conflict["summary"] == (
        f'{item["ref"]} "Fix parser" was claimed by copilot on ann-laptop and by claude-code on '
        "ben-laptop; copilot has it."
    )
    answer = await settle(both.ben, conflict, "local")
    assert text_of(answer, "summary").startswith(
        f'{item["ref"]} "Fix parser": claude-code has it now.'
    )


async def test_two_values(both: Laptops) -> None:
    """A conflict over a field names both values with who wrote them on which machine and when, the
    item with its path, and what is kept."""
    parent = await both.ann.item("Everything", kind="project")
    item = await apart(
        both,
        {"title": "Ours", "parent_id": text_of(parent, "id"), "who": "ann"},
        {"title": "Other", "who": "ben"},
    )
    for world in (both.ann, both.ben):
        (conflict,) = rows_of(await world.store.conflicts("open", Page()), "items")
        about = mapping_of(conflict, "about")
        assert (about["ref"], about["path"]) == (item["ref"], f'{parent["ref"]} "Everything"')
        assert conflict["summary"] == (
            f'{item["ref"]} "Ours": title changed to "Other" by ben on ben-laptop and to "Ours" by '
            'ann on ann-laptop; "Ours" is kept.'
        )
        assert (conflict["base"], conflict["local"], conflict["remote"]) == (
            *("Fix parser", "Other"),
            "Ours",
        )
        assert (conflict["local_by"], conflict["local_on"]) == ("ben", "ben-laptop")
        assert (conflict["remote_by"], conflict["remote_on"]) == ("ann", "ann-laptop")
        assert conflict["kept_from"] == "remote"
        assert "T" in text_of(conflict, "local_at")
        assert not conflict.keys() & {"local_replica", "created_by", "version", "ways", "now"}


async def test_settled_once_is_settled_everywhere(both: Laptops) -> None:
    """A decision on one laptop is the item's next change and the conflict's end on both, and no
    more conflict comes of it."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    answer = await settle(both.ben, await both.conflict(), "local")
    assert answer["summary"] == (
        f'The title of {item["ref"]} "Ours" is now "Other". What was not kept stays in its history.'
    )
    await both.sync()
    for world in (both.ann, both.ben):
        assert (await world.full(item))["title"] == "Other"
        assert (await world.store.conflicts("open", Page()))["total"] == 0
        (entry, merge, *_) = await world.entries(item)
        assert entry["changes"] == {"title": ["Ours", "Other"]}
        assert [text_of(side, "by") for side in rows_of(merge, "merged")] == ["ada", "ada"]


async def test_settled_on_both_laptops(both: Laptops) -> None:
    """Settled differently on both laptops at once, the hub's decision ends the conflict; the item's
    two values meet as any two edits do, and nothing is lost."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    conflict = await both.conflict()
    await settle(both.ann, conflict, "remote")
    await both.ben.store.resolve_conflict(text_of(conflict, "ref"), "value", "Third", who="ben")
    await both.sync()
    rows = [await world.store.conflict(text_of(conflict, "ref")) for world in (both.ann, both.ben)]
    assert [row["status"] for row in rows] == ["resolved", "resolved"]
    assert rows[0]["resolution"] == rows[1]["resolution"]
    titles = {text_of(await world.full(item), "title") for world in (both.ann, both.ben)}
    assert titles == {"Third"}


async def test_texts(both: Laptops) -> None:
    """Of a long text a list tells what each side changed; keeping both has common lines once."""
    lines = "".join(f"line {number} of many\n" for number in range(60))
    item = await apart(
        both,
        {"description": TEXT.replace("Two", "Two, says Ann") + lines, "who": "ann"},
        {"description": TEXT.replace("Two", "Two, says Ben") + lines, "who": "ben"},
    )
    conflict = await both.conflict()
    assert conflict["truncated"] == ["base", "local", "remote", "kept"]
    assert text_of(conflict, "local_changes").startswith(" One\n+Two, says Ben\n Three\n")
    assert len(text_of(conflict, "local_changes")) <= 400
    assert text_of(conflict, "summary").endswith("; ann's text is kept.")
    whole = await both.ben.store.conflict(text_of(conflict, "ref"))
    assert text_of(whole, "local").endswith(lines)
    answer = await settle(both.ben, conflict, "both")
    joined = "One\nTwo, says Ann\nTwo, says Ben\nThree\nFour\n" + lines
    assert (await both.ben.full(item))["description"] == joined
    assert "is now 65 lines long" in text_of(answer, "summary")


async def test_changed_since(both: Laptops) -> None:
    """A field that somebody changed again after the conflict was noticed says so, with who and to
    what, and the conflict can be decided all the same."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    await both.ben.change(await both.ben.full(item), title="Third", who="grace")
    conflict = await both.conflict()
    assert conflict["now"] == "Third"
    assert text_of(conflict, "summary").endswith(
        'The title was changed again since by grace, and now holds "Third".'
    )
    await settle(both.ben, conflict, "remote")
    assert (await both.ben.full(item))["title"] == "Ours"


async def test_deleted_since(both: Laptops) -> None:
    """A conflict over a field of an item that was deleted says so; only what leaves the item as it
    is can be decided, and the refusal names that."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    await both.ben.change(await both.ben.full(item), deleted=True)
    conflict = await both.conflict()
    assert mapping_of(conflict, "about")["deleted"] is True
    told = await refused(settle(both.ben, conflict, "local"))
    assert isinstance(told, InvalidArguments)
    assert "is deleted, so its title stays as it is" in told.message
    assert told.hint.startswith('keep="remote" leaves it so')
    await settle(both.ben, conflict, "remote")
    assert (await both.ben.store.conflicts("open", Page()))["total"] == 0


async def test_archived_since(both: Laptops) -> None:
    """A conflict over an item in the archive ends with a decision for what it holds; another one
    says how to bring it back."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    await both.ben.change(await both.ben.full(item), status="completed")
    await both.ben.store.archive(who="ben", older_than_days=0)
    conflict = await both.conflict()
    assert mapping_of(conflict, "about")["archived"] is True
    told = await refused(settle(both.ben, conflict, "local"))
    assert told is not None
    assert "restore=[id]" in told.hint
    await settle(both.ben, conflict, "remote")


@pytest.mark.parametrize(
    ("keep", "value", "field"),
    [("both", None, "keep"), ("local", "x", "value"), ("value", None, "clear")],
)
async def test_what_cannot_be_decided(
    both: Laptops, keep: Keep, value: str | None, field: str
) -> None:
    """A decision that a field cannot take is refused with the argument that is wrong; the conflict
    stays open."""
    await apart(both, {"title": "Ours"}, {"title": "Other"})
    conflict = await both.conflict()
    with pytest.raises(TidelogError) as caught:
        await both.ben.store.resolve_conflict(text_of(conflict, "ref"), keep, value, who="grace")
    assert isinstance(caught.value, InvalidArguments)
    assert caught.value.field == field
    assert (await both.conflict())["ref"] == conflict["ref"]


async def test_the_losing_value_can_be_had_back(both: Laptops) -> None:
    """After a decision the conflict and the item's history still hold the value that lost."""
    item = await apart(both, {"title": "Ours"}, {"title": "Other"})
    conflict = await both.conflict()
    await settle(both.ben, conflict, "remote")
    assert (await both.ben.store.conflict(text_of(conflict, "ref")))["local"] == "Other"
    told = [mapping_of(entry, "changes").get("title") for entry in await both.ann.entries(item)]
    assert ["Fix parser", "Other"] in told
