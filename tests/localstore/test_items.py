"""Work items: creating them, changing them, and emptying their fields."""

import pytest

from localstore.errors import InvalidArguments, NotFound, VersionConflict
from localstore.values import Row, Value, mapping_of, texts_of
from tests.localstore.world import COMMIT, METADATA, World, key

pytestmark = pytest.mark.anyio
EVERYTHING: Row = {
    "title": "Fix the date parser",
    "description": "# Why\n\nIt reads **dates** wrongly.",
    "status": "planned",
    "priority": "P1",
    "assignee": "ada",
    "labels": ["parser", "bug"],
    "branch_name": "fix/dates",
    "commit_hashes": [COMMIT],
    "pr_number": 142,
    "metadata": {"estimated_hours": 4, "team": {"name": "x", "members": [1, 2]}},
}


async def test_everything_comes_back(world: World) -> None:
    """Every field of a new item reads back as it was given, unknown metadata among it."""
    row = await world.full(await world.item(**EVERYTHING))
    for name in EVERYTHING.keys() - {"metadata"}:
        assert row[name] == EVERYTHING[name]
    given = mapping_of(EVERYTHING, "metadata")
    assert row["metadata"] == given | {"_schema_version": "1.0"}


async def test_defaults(world: World) -> None:
    """A new item is active, of priority P2, and has nothing else."""
    row = await world.full(await world.item())
    assert (row["status"], row["priority"]) == ("active", "P2")
    assert not row.keys() & {
        "description",
        "assignee",
        "labels",
        "parent_id",
        "metadata",
        "deleted_at",
    }


async def test_a_write_answers_in_short(world: World) -> None:
    """A write answers the summary with the id; a field without a value is absent."""
    parent = await world.item("Parent")
    item = await world.item("Child", under=parent, assignee="ada")
    assert item == {
        "id": item["id"],
        "ref": item["ref"],
        "item_type": "task",
        "title": "Child",
        "status": "active",
        "priority": "P2",
        "assignee": "ada",
        "parent": parent["ref"],
        "version": 1,
        "updated_at": item["updated_at"],
    }


async def test_update_names_what_changed(world: World) -> None:
    """An update answers the new version and the fields that changed, and only those."""
    item = await world.item("Old", priority="P1")
    told = await world.change(item, title="New", priority="P1", status="blocked")
    assert told["version"] == 2
    assert sorted(texts_of(told, "changed")) == ["status", "title"]


async def test_absent_fields_stay(world: World) -> None:
    """A field that an update does not name stays as it was."""
    item = await world.item(**EVERYTHING)
    await world.change(item, status="active")
    row = await world.full(item)
    assert all(row[name] == EVERYTHING[name] for name in EVERYTHING.keys() - {"status", "metadata"})


@pytest.mark.parametrize("kind", sorted(METADATA))
async def test_each_type(world: World, kind: str) -> None:
    """Each type of item can be created with its metadata, and its ref begins with its letter."""
    item = await world.item("Any", kind=kind)
    assert item["item_type"] == kind
    assert str(item["ref"])[0] == kind[0].upper()


@pytest.mark.parametrize("kind", ["project", "session"])
async def test_required_metadata(world: World, kind: str) -> None:
    """A project or session without its required metadata is refused and not written."""
    with pytest.raises(InvalidArguments, match=r"metadata\."):
        await world.item(kind=kind, metadata={})
    assert (await world.listed())["total"] == 0


async def test_metadata_is_patched_by_key(world: World) -> None:
    """An update replaces the metadata keys it names and keeps the others, known and unknown."""
    item = await world.item(metadata={"estimated_hours": 3, "team": "x", "colour": "red"})
    await world.change(
        item, metadata={"estimated_hours": 5, "team": None}, clear=["metadata.colour"]
    )
    row = await world.full(item)
    assert row["metadata"] == {"_schema_version": "1.0", "estimated_hours": 5, "team": "x"}


async def test_wrong_metadata_in_an_update(world: World) -> None:
    """An update whose metadata breaks a rule is refused, and no other field of it is written."""
    item = await world.item()
    with pytest.raises(InvalidArguments, match=r"metadata\.estimated_hours"):
        await world.change(item, title="New", metadata={"estimated_hours": -1})
    assert (await world.full(item))["title"] == item["title"]


@pytest.mark.parametrize(
    "name",
    ["description", "assignee", "labels", "branch_name", "commit_hashes", "pr_number", "metadata"],
)
async def test_clearing(world: World, name: str) -> None:
    """A cleared field is absent afterwards, and the history keeps what it held."""
    item = await world.item(**EVERYTHING)
    told = await world.change(item, clear=[name])
    assert name not in await world.full(item)
    assert {each.split(".")[0] for each in texts_of(told, "changed")} == {name}


@pytest.mark.parametrize(
    "name", ["title", "status", "priority", "item_type", "id", "colour", "metadata_"]
)
async def test_clearing_what_must_be_there(world: World, name: str) -> None:
    """A field that may not be empty is refused, and the hint lists those that may."""
    item = await world.item()
    with pytest.raises(InvalidArguments) as caught:
        await world.change(item, clear=[name])
    assert "assignee" in caught.value.hint


async def test_clearing_required_metadata(world: World) -> None:
    """A project's metadata cannot be emptied of what it must hold."""
    item = await world.item(kind="project")
    for name in ("metadata", "metadata.description"):
        with pytest.raises(InvalidArguments, match=r"metadata\.description"):
            await world.change(item, clear=[name])


async def test_setting_and_clearing_at_once(world: World) -> None:
    """A field that is set and cleared in one call is refused."""
    item = await world.item()
    with pytest.raises(InvalidArguments, match="set and cleared"):
        await world.change(item, assignee="ada", clear=["assignee"])


STALE: list[Row] = [
    {"title": "Mine"},
    {"deleted": True},
    {"parent_id": "T-00000"},
    {"clear": ["assignee"]},
    {"title": "First"},
]


@pytest.mark.parametrize("fields", STALE)
async def test_stale_update_is_refused(world: World, fields: Row) -> None:
    """An update from an old version is refused with the current row, and nothing is written."""
    item = await world.item("Old", assignee="eve")
    await world.change(item, title="First", who="bob")
    before = world.sizes()
    with pytest.raises(VersionConflict) as caught:
        await world.change(item, **fields)
    current = caught.value.current
    assert (current["title"], current["version"], current["updated_by"]) == ("First", 2, "bob")
    assert None not in current.values()
    assert current["id"] == item["id"]
    assert world.sizes() == before
    row = await world.full(item)
    assert (row["title"], row["version"], row["assignee"]) == ("First", 2, "eve")


@pytest.mark.parametrize("version", [2, 99])
async def test_version_from_the_future_is_refused(world: World, version: int) -> None:
    """A version that the row has not reached is refused as well."""
    item = await world.item()
    with pytest.raises(VersionConflict):
        await world.change(item | {"version": version}, title="New")


async def test_unknown_parent(world: World) -> None:
    """An item under a parent that does not exist is refused and not written."""
    with pytest.raises(NotFound):
        await world.item(parent_id="T-00000")
    assert (await world.listed())["total"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>",
        "'; DROP TABLE work_items --",
        "---\n# Forged",
        "🦊 ünï 日本",
        "\u202eabc",
        "\\x00",
    ],
)
async def test_hostile_text_is_kept(world: World, text: str) -> None:
    """Text that would mean something elsewhere is kept as it is, and is text."""
    row = await world.full(await world.item(description=text, metadata={"note": text}))
    assert row["description"] == text
    assert mapping_of(row, "metadata")["note"] == text


BROKEN: list[tuple[str, Value]] = [
    ('{"estimated_hours": "long"}', "metadata.estimated_hours"),
    ('{"estimated_hours": 5000}', "metadata.estimated_hours"),
    ('{"blocked_reason": ["a"]}', "metadata.blocked_reason"),
]


@pytest.mark.parametrize(("stored", "field"), BROKEN)
async def test_broken_metadata_is_still_answered(world: World, stored: str, field: str) -> None:
    """A row whose stored metadata breaks a rule is answered as it is, with what is wrong."""
    item = await world.item()
    world.sql("UPDATE work_items SET metadata = ? WHERE id = ?", stored, key(item))
    row = await world.full(item)
    assert row["metadata"]
    assert str(row["metadata_problem"]).startswith(str(field))
    assert (await world.listed())["total"] == 1


async def test_sound_metadata_has_no_problem(world: World) -> None:
    """A row whose metadata is right says nothing of problems."""
    assert "metadata_problem" not in await world.full(await world.item(metadata={"a": 1}))


async def test_broken_metadata_can_be_mended(world: World) -> None:
    """An update that puts right what is broken goes through."""
    item = await world.item()
    world.sql('UPDATE work_items SET metadata = \'{"estimated_hours": "long"}\'')
    await world.change(item, metadata={"estimated_hours": 5})
    assert "metadata_problem" not in await world.full(item)
