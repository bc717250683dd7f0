"""The words and values of one line about a change."""

import re

from localstore.values import Row, Value

VALUE_LENGTH = 40
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u200b-\u200f\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def one_line(text: str, length: int) -> str:
    """Text without line breaks, control or invisible characters, cut to `length` characters."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def shown(value: Value) -> str:
    """A value, short enough to stand in a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and re.fullmatch("[0-9a-f]{40}", value):
        return value[:10]
    return one_line("none" if value is None else str(value), VALUE_LENGTH)


def pair_of(change: Value) -> tuple[Value, Value]:
    """The old and the new value of a changed field."""
    old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
    return old, new


def new_of(changes: Row, field: str) -> Value:
    """The new value of a field, if it changed."""
    return pair_of(changes.get(field))[1]
