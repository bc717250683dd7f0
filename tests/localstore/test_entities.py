"""The entities: how rows are encoded, and what counts as a change."""

import pytest

from localstore.differences import changes_between
from localstore.entities import ENTITIES, STAMP, VENDOR, WORK_ITEM, Kind, letter_of
from localstore.values import Row, Value
from tests.localstore.world import World


@pytest.mark.anyio
async def test_fields_are_columns(world: World) -> None:
    """Each entity's table has every field, the stamp, the id and the ref as columns."""
    for entity in ENTITIES.values():
        columns = {name for _, name, *_ in world.sql(f"PRAGMA table_info({entity.table})")}
        wanted = {"id", "ref", *STAMP, *(field.name for field in entity.fields)}
        assert wanted <= columns, entity.name


def test_letters_differ() -> None:
    """Each entity, and each type of work item, has a letter of its own."""
    types = ["project", "session", "task", "research"]
    letters = [letter_of(WORK_ITEM, {"item_type": each}) for each in types]
    letters += [each.letter for each in ENTITIES.values() if each is not WORK_ITEM]
    assert len(letters) == len(set(letters))


def test_encode_and_decode_are_inverse() -> None:
    """A row with lists and mappings comes back from SQLite's form as it was."""
    row: Row = {
        "title": "x",
        "labels": ["b", "a"],
        "metadata": {"a": [1, {"b": None}]},
        "pr_number": 3,
    }
    encoded = WORK_ITEM.encode(row)
    assert WORK_ITEM.decode(list(encoded), tuple(encoded.values())) == row


@pytest.mark.parametrize("empty", [[], {}, None])
def test_empty_lists_and_mappings_are_null(empty: Value) -> None:
    """An empty list or mapping is stored as null."""
    assert WORK_ITEM.encode({"labels": empty, "metadata": empty}) == {
        "labels": None,
        "metadata": None,
    }


def test_a_scalar_field_takes_no_mapping() -> None:
    """A mapping in a field of plain text is a fault of the caller's, not stored."""
    with pytest.raises(TypeError):
        WORK_ITEM.encode({"title": {"a": 1}})


def test_unknown_field_is_a_scalar() -> None:
    """A field that the entity lacks counts as a scalar."""
    assert WORK_ITEM.kind_of("colour") is Kind.SCALAR


def test_changes_name_old_and_new() -> None:
    """A change is told as field: [old, new], with null for absent."""
    old: Row = {"title": "a", "assignee": "ada"}
    new: Row = {"title": "b", "priority": "P1"}
    assert changes_between(WORK_ITEM, old, new) == {
        "title": ["a", "b"],
        "assignee": ["ada", None],
        "priority": [None, "P1"],
    }


def test_order_in_a_set_is_no_change() -> None:
    """The same labels in another order are the same labels."""
    assert changes_between(WORK_ITEM, {"labels": ["a", "b"]}, {"labels": ["b", "a"]}) == {}


def test_metadata_changes_by_key() -> None:
    """Metadata is compared by its top-level keys."""
    old: Row = {"metadata": {"same": [1], "gone": 1, "other": {"a": 1}}}
    new: Row = {"metadata": {"same": [1], "new": 2, "other": {"a": 2}}}
    assert changes_between(VENDOR, old, new) == {
        "metadata.gone": [1, None],
        "metadata.new": [None, 2],
        "metadata.other": [{"a": 1}, {"a": 2}],
    }


def test_the_stamp_is_not_compared() -> None:
    """Another version, time or author is no change by itself."""
    assert changes_between(WORK_ITEM, {"version": 1}, {"version": 2, "updated_by": "x"}) == {}
