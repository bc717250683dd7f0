"""Plain values: what a row is made of, how it is written as JSON, and how moments are written."""

import json
from datetime import UTC, datetime
from typing import TypeAlias

import pydantic_core
from pydantic import JsonValue

Value: TypeAlias = JsonValue
"""Anything JSON can hold."""

Row: TypeAlias = dict[str, Value]
"""One row of one entity, by field name, in the names of the specification."""


# Made once: `json.dumps` with options of its own builds an encoder at each call.
_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def to_json(value: Value) -> str:
    """Write `value` in the one canonical form the store keeps: sorted keys, no spaces, UTF-8.

    Raises:
        ValueError: the value holds NaN or an infinity, which JSON does not have.
    """
    return _CANONICAL.encode(value)


class NotJson(ValueError):
    """A text that is no JSON, or nested deeper than some two hundred levels."""


def from_json(text: str) -> Value:
    """Read what `to_json` wrote, and any other JSON.

    Raises:
        NotJson: it is none.
    """
    try:
        value: Value = pydantic_core.from_json(text)
    except ValueError as failure:
        raise NotJson(str(failure)) from failure
    return value


def format_moment(moment: datetime) -> str:
    """Write a moment as fixed-width UTC ISO 8601 with microseconds: text order is time order.

    Raises:
        ValueError: `moment` has no time zone. Naive times do not exist in tidelog.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond:06d}Z".rjust(27, "0")


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment; one without a zone is taken as UTC, a bare date as its midnight.

    Raises:
        ValueError: `text` is no ISO 8601 date or time.
    """
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def text_of(row: Row, field: str) -> str:
    """The text in `field` of `row`; empty when the field is absent or holds something else."""
    value = row.get(field)
    return value if isinstance(value, str) else ""


def number_of(row: Row, field: str) -> int:
    """The integer in `field` of `row`; 0 when the field is absent or holds something else."""
    value = row.get(field)
    return value if isinstance(value, int) else 0


def texts_of(row: Row, field: str) -> list[str]:
    """The texts in the list in `field` of `row`, in their order; empty when there is none."""
    value = row.get(field)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def mapping_of(row: Row, field: str) -> Row:
    """The mapping in `field` of `row`; empty when there is none."""
    value = row.get(field)
    return value if isinstance(value, dict) else {}


def rows_of(row: Row, field: str) -> list[Row]:
    """The rows in the list in `field` of `row`, in their order; empty when there is none."""
    value = row.get(field)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def without_nulls(row: Row) -> Row:
    """The row without the fields that hold null: an absent field is how tidelog says nothing."""
    return {name: value for name, value in row.items() if value is not None}
