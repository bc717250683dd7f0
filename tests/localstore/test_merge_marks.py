"""Removals merge by presence: when a row was deleted or archived counts for nothing."""

import pytest

from localstore.entities import WORK_ITEM
from localstore.merge import merge_rows
from localstore.values import Row

MARCH = "2026-03-01T00:00:00.000000Z"
APRIL = "2026-04-01T00:00:00.000000Z"


@pytest.mark.parametrize("field", ["deleted_at", "archived_at"])
def test_two_removals_are_one(field: str) -> None:
    """A row that both sides removed, each at its own time, is removed at the hub's, in peace."""
    merged, clashes = merge_rows(WORK_ITEM, {}, {field: MARCH}, {field: APRIL})
    assert (merged, clashes) == ({field: APRIL}, [])


@pytest.mark.parametrize("archived_here", [True, False])
def test_archived_row_that_was_edited_comes_back(archived_here: bool) -> None:
    """A row that one side archived and the other edited is out of the archive, without a clash."""
    away: Row = {"title": "a", "archived_at": MARCH}
    edited: Row = {"title": "b"}
    local, remote = (away, edited) if archived_here else (edited, away)
    assert merge_rows(WORK_ITEM, {"title": "a"}, local, remote) == ({"title": "b"}, [])


def test_archiving_is_no_edit() -> None:
    """A row that one side deleted and the other archived is deleted and archived."""
    base: Row = {"title": "a"}
    merged, clashes = merge_rows(
        WORK_ITEM, base, base | {"deleted_at": MARCH}, base | {"archived_at": APRIL}
    )
    assert merged == {"title": "a", "deleted_at": MARCH}
    assert clashes == []


def test_removed_twice_is_the_hubs_removal() -> None:
    """A row that was brought back and removed again here is removed when the hub says it was."""
    base: Row = {"title": "a", "deleted_at": MARCH}
    merged, clashes = merge_rows(WORK_ITEM, base, {"title": "a", "deleted_at": APRIL}, base)
    assert (merged, clashes) == (base, [])
