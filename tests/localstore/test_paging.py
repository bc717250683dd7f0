"""Cursors: opaque, bound to their question, and never a way to crash the store."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from localstore.paging import listing, read_cursor, write_cursor
from localstore.values import Value, to_json
from tests.localstore.test_text import nested

PLAIN: st.SearchStrategy[Value] = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf"))
) | st.integers(-(2**53) + 1, 2**53 - 1)


def forged(position: list[Value]) -> str:
    """A cursor of the right question with a position nobody wrote."""
    real = write_cursor(["q"], [])
    content = base64.urlsafe_b64decode(real + "=" * (-len(real) % 4)).decode()
    inner = content[1:-1] + "," + to_json(position)[1:-1] if position else content[1:-1]
    return base64.urlsafe_b64encode(f"[{inner}]".encode()).decode().rstrip("=")


@given(question=st.lists(PLAIN), position=st.lists(PLAIN))
def test_round_trip(question: list[Value], position: list[Value]) -> None:
    """A cursor gives its position back to the question it belongs to."""
    assert read_cursor(question, write_cursor(question, position)) == position


def test_other_question_is_refused() -> None:
    """A cursor shown with other filters is refused with the way out."""
    with pytest.raises(InvalidArguments) as caught:
        read_cursor({"status": ["active"]}, write_cursor({"status": ["planned"]}, ["x"]))
    assert caught.value.field == "cursor"
    assert "filters" in caught.value.message
    assert caught.value.hint


@given(cursor=st.text(max_size=60))
def test_no_cursor(cursor: str) -> None:
    """Any other text is refused."""
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], cursor)


@given(content=st.recursive(PLAIN | st.none() | st.floats(), st.lists, max_leaves=5))
def test_encoded_nonsense(content: Value) -> None:
    """JSON that was encoded like a cursor but says something else is refused."""
    encoded = base64.urlsafe_b64encode(repr(content).encode()).decode()
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], encoded)


@pytest.mark.parametrize("cursor", ["", "ü", "\ud800", "\x00", "=", "A" * 5_000_000])
def test_hostile_cursor(cursor: str) -> None:
    """Empty, foreign, poisonous or huge text is refused."""
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], cursor)


def test_deep_cursor() -> None:
    """A cursor nested ten thousand deep is refused."""
    text = "[" * 10_000 + "]" * 10_000
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], base64.urlsafe_b64encode(text.encode()).decode())


@pytest.mark.parametrize(
    "position", [["\x00"], [10**40], [nested(40)]], ids=["NUL", "huge", "deep"]
)
def test_forged_position_is_refused(position: list[Value]) -> None:
    """A position that SQLite could not take is refused, even under the right question's mark."""
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], forged(position))


def test_forged_surrogate_is_refused() -> None:
    """Half a surrogate pair, written as an escape inside a cursor, is refused."""
    real = write_cursor(["q"], [])
    content = base64.urlsafe_b64decode(real + "=" * (-len(real) % 4)).decode()
    poisoned = content[:-1] + ', "\\ud800"]'
    with pytest.raises(InvalidArguments):
        read_cursor(["q"], base64.urlsafe_b64encode(poisoned.encode()).decode().rstrip("="))


def test_listing_marks_its_cut() -> None:
    """A list that goes on says so; a whole one says nothing of it."""
    assert listing([1], 2, "next") == {
        "items": [1],
        "total": 2,
        "next_cursor": "next",
        "truncated": True,
    }
    assert listing([1], 1, None) == {"items": [1], "total": 1}
