"""Paths: they spell the id, and nothing but them names a row."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.paths import CONFIGURATION_PATH, path_of, row_at_path
from localstore.entities import CONFIGURATION, ENTITIES, WORK_ITEM, Entity, letter_of
from localstore.ids import CONFIGURATION_ID, full_ref
from localstore.values import Row
from tests.gitlayer.any_rows import IDS, ITEM

TYPES = st.sampled_from(["project", "session", "task", "research"])
NAMED = [entity for entity in ENTITIES.values() if entity is not CONFIGURATION]
PATHS = st.builds(
    lambda entity, row_id, item_type: path_of(entity, {"id": row_id, "item_type": item_type}),
    st.sampled_from(NAMED),
    IDS,
    TYPES,
)


@pytest.mark.parametrize("entity", NAMED, ids=lambda entity: entity.name)
@given(row_id=IDS, item_type=TYPES)
def test_a_path_gives_the_row_back(entity: Entity, row_id: str, item_type: str) -> None:
    """Any id comes back from its path, with its entity."""
    row: Row = {"id": row_id, "item_type": item_type if entity is WORK_ITEM else None}
    assert row_at_path(path_of(entity, row)) == (entity, row_id)


@given(row_id=IDS, item_type=TYPES)
def test_the_name_begins_with_the_ref(row_id: str, item_type: str) -> None:
    """What a person knows of a row, its ref, is how its file's name begins."""
    row: Row = {"id": row_id, "item_type": item_type}
    ref = full_ref(letter_of(WORK_ITEM, row), row_id)
    assert path_of(WORK_ITEM, row).startswith(f"work-items/{ref[2]}/{ref}")


def test_configuration_has_a_fixed_path() -> None:
    """The one configuration row has a path without an id."""
    assert path_of(CONFIGURATION, {"id": CONFIGURATION_ID}) == CONFIGURATION_PATH
    assert row_at_path(CONFIGURATION_PATH) == (CONFIGURATION, CONFIGURATION_ID)


@given(title=st.text())
def test_a_path_depends_on_nothing_editable(title: str) -> None:
    """Whatever the title says, the file stays where it is."""
    assert path_of(WORK_ITEM, ITEM | {"title": title}) == path_of(WORK_ITEM, ITEM)


@given(path=PATHS, position=st.integers(0, 60), put=st.text(max_size=2) | st.sampled_from("0T./-"))
def test_only_canonical_paths_name_a_row(path: str, position: int, put: str) -> None:
    """A path that was tampered with names no row, or names it exactly."""
    tampered = path[:position] + put + path[position + 1 :]
    found = row_at_path(tampered)
    if found is not None:
        entity, row_id = found
        types = ("project", "session", "task", "research")
        known = [path_of(entity, {"id": row_id, "item_type": each}) for each in types]
        assert tampered in known


@pytest.mark.parametrize(
    "path",
    [
        "",
        "README.md",
        "../configuration.md",
        "./configuration.md",
        "Configuration.md",
        "configuration.md\n",
        "work-items/T-00000000000000000000000000.md",
        "work-items/1/T-00000000000000000000000000.md",
        "work-items/0/V-00000000000000000000000000.md",
        "work-items/0/T-00000000000000000000000000.MD",
        "work-items/0/t-00000000000000000000000000.md",
        "work-items/0/T-0000000000000000000000000.md",
        "work-items/0/T-0000000000Z000000000000000.md",
        "work-items/0/T-000000000I0000000000000000.md",
        "work-items//T-00000000000000000000000000.md",
        "vendors/0/V-00000000000000000000000000.md",
        "vendors/P-00000000000000000000000000.md",
        "vendors\\V-00000000000000000000000000.md",
        "other/V-00000000000000000000000000.md",
    ],
)
def test_other_paths_name_no_row(path: str) -> None:
    """Nothing is guessed from a path that tidelog would not have written."""
    assert row_at_path(path) is None


def test_all_files_of_a_page_differ() -> None:
    """Two ids that differ in one bit only have different paths, also where case is ignored."""
    ids = [str(UUID(int=1 << bit)) for bit in range(128)]
    paths = {path_of(WORK_ITEM, {"id": each, "item_type": "task"}).lower() for each in ids}
    assert len(paths) == 128
