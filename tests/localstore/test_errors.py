"""What a refusal tells: a code, a message, a way out, and no nulls."""

import pytest

from localstore.errors import (
    Busy,
    CycleError,
    Duplicate,
    InvalidArguments,
    NotFound,
    TidelogError,
    TooDeep,
    Unavailable,
    VersionConflict,
)
from localstore.values import Row, to_json
from tests.localstore.world import shown

CURRENT: Row = {"version": 4, "updated_by": "copilot", "updated_at": "2026-03-14T09:30:00Z"}
EVERY: list[tuple[TidelogError, str]] = [
    (InvalidArguments("title", "is required", example="x"), "invalid_arguments"),
    (NotFound("work_item", "T-00000"), "not_found"),
    (VersionConflict("vendor", expected=3, current=CURRENT), "version_conflict"),
    (Duplicate("there is one", existing={"id": "x"}), "duplicate"),
    (CycleError("parents", ["A", "B", "A"]), "cycle"),
    (TooDeep(["A", "B"], 6), "too_deep"),
    (Busy(30.0), "busy"),
    (Unavailable("gone"), "unavailable"),
]
each_error = pytest.mark.parametrize(("error", "code"), EVERY, ids=[code for _, code in EVERY])


@each_error
def test_error_has_its_code(error: TidelogError, code: str) -> None:
    """Each kind of refusal has the code of the specification, a message and a retryable flag."""
    row = shown(error)
    assert row["code"] == code
    assert row["message"] == str(error)
    assert isinstance(row["retryable"], bool)


@each_error
def test_error_is_json(error: TidelogError, code: str) -> None:
    """An error's row can be written as JSON."""
    assert to_json(error.to_row())


def test_only_busy_is_worth_a_retry() -> None:
    """The same call may succeed later only when the store was busy."""
    assert [code for error, code in EVERY if error.retryable] == ["busy"]


def test_version_conflict_carries_the_row() -> None:
    """A refused stale update shows the current row, and says its version and who wrote it."""
    error = VersionConflict("vendor", expected=3, current=CURRENT)
    assert error.to_row()["current"] == CURRENT
    assert error.to_row()["expected_version"] == 3
    assert "version 4, not 3" in error.message
    assert "copilot" in error.message


def test_cycle_shows_its_path() -> None:
    """The path round a circle stands in the message and in the row."""
    error = CycleError("blockers", ["A", "B", "A"])
    assert "A → B → A" in error.message
    assert error.to_row()["path"] == ["A", "B", "A"]


def test_depth_shows_its_path() -> None:
    """The path that would be too deep stands in the message and in the row."""
    error = TooDeep(["A", "B"], 6)
    assert "A / B" in error.message
    assert error.to_row()["path"] == ["A", "B"]
    assert error.to_row()["depth"] == 6
