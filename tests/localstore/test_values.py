"""Plain values: canonical JSON, and moments whose text order is their time order."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.values import (
    Row,
    Value,
    format_moment,
    from_json,
    mapping_of,
    number_of,
    parse_moment,
    rows_of,
    text_of,
    texts_of,
    to_json,
    without_nulls,
)

MOMENTS = st.datetimes(timezones=st.timezones())
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ROW: Row = {"word": "a", "number": 3, "words": ["a", 1, "b"], "map": {"k": 1}, "rows": [{}, "x"]}


@given(value=VALUES)
def test_json_round_trip(value: Value) -> None:
    """What is written as JSON reads back equal."""
    assert from_json(to_json(value)) == value


def test_json_is_canonical() -> None:
    """Two mappings that are equal are written alike, whatever the order of their keys."""
    assert to_json({"b": 1, "a": "ü"}) == to_json({"a": "ü", "b": 1}) == '{"a":"ü","b":1}'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_has_no_nan(number: float) -> None:
    """NaN and the infinities are not written."""
    with pytest.raises(ValueError, match="JSON"):
        to_json({"a": [number]})


@given(first=MOMENTS, second=MOMENTS)
def test_text_order_is_time_order(first: datetime, second: datetime) -> None:
    """Of two moments in any zones, the later one has the greater text."""
    try:
        one, other = format_moment(first), format_moment(second)
    except OverflowError:  # the first or the last day there is, in a zone beyond it
        return
    in_utc = (first.astimezone(UTC), second.astimezone(UTC))
    assert (one < other) == (in_utc[0] < in_utc[1])
    assert len(one) == len(other) == 27


@given(moment=MOMENTS)
def test_moment_round_trip(moment: datetime) -> None:
    """A moment reads back as the same moment, in UTC and with its zone."""
    try:
        read = parse_moment(format_moment(moment))
    except OverflowError:
        return
    assert read == moment.astimezone(UTC)
    assert read.utcoffset() == timedelta(0)


def test_naive_moment_is_refused() -> None:
    """A time without a zone cannot be written."""
    with pytest.raises(ValueError, match="time zone"):
        format_moment(datetime.fromisoformat("2026-01-01"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-14", datetime(2026, 3, 14, tzinfo=UTC)),
        ("2026-03-14T09:30:00", datetime(2026, 3, 14, 9, 30, tzinfo=UTC)),
        ("2026-03-14T09:30:00Z", datetime(2026, 3, 14, 9, 30, tzinfo=UTC)),
        (
            " 2026-03-14 09:30+02:00 ",
            datetime(2026, 3, 14, 9, 30, tzinfo=timezone(timedelta(hours=2))),
        ),
    ],
)
def test_moment_is_read_leniently(text: str, moment: datetime) -> None:
    """A date is its midnight and a time without a zone is UTC."""
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "1773480600"])
def test_no_moment(text: str) -> None:
    """What is no ISO 8601 time is refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


def test_a_field_is_read_by_its_kind() -> None:
    """Each reader gives the field where it holds its kind."""
    assert text_of(ROW, "word") == "a"
    assert number_of(ROW, "number") == 3
    assert texts_of(ROW, "words") == ["a", "b"]
    assert mapping_of(ROW, "map") == {"k": 1}
    assert rows_of(ROW, "rows") == [{}]


@pytest.mark.parametrize("field", ["absent", "other"])
def test_a_field_of_another_kind_reads_as_empty(field: str) -> None:
    """Each reader gives its empty value where the field is absent or holds something else."""
    row: Row = {"other": 2.5}
    assert text_of(row, field) == ""
    assert number_of(row, field) == 0
    assert texts_of(row, field) == []
    assert mapping_of(row, field) == {}
    assert rows_of(row, field) == []


def test_nulls_are_left_out() -> None:
    """A row without nulls keeps every other empty value."""
    assert without_nulls({"a": None, "b": "", "c": 0, "d": []}) == {"b": "", "c": 0, "d": []}
