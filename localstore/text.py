"""What text and JSON may come in: limits that keep poison out of SQLite, Postgres and git alike."""

import math
import re

from localstore.errors import InvalidArguments
from localstore.values import Value

MAX_DEPTH = 32
MAX_ARGUMENT_BYTES = 256 * 1024
MAX_INTEGER = 2**53 - 1
"""The largest integer that JSON readers everywhere keep exact."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_text(field: str, text: str) -> None:
    """Refuse text that one of the layers could not hold.

    Raises:
        InvalidArguments: it holds a NUL or another control character, or half a surrogate pair.
    """
    if _SURROGATE.search(text):
        raise InvalidArguments(field, "holds half of a surrogate pair, which is no text")
    found = _CONTROL.search(text)
    if found:
        raise InvalidArguments(
            field,
            f"holds the control character U+{ord(found.group()):04X}; "
            "only tab and line breaks may stand in text",
        )


def check_value(field: str, value: Value, *, depth: int = 0) -> int:
    """Refuse a value that one of the layers could not hold; return its size, about, in bytes.

    Raises:
        InvalidArguments: text as in `check_text`, NaN or infinity, an integer beyond 2**53 - 1,
            nesting deeper than 32, or more than 256 KiB in all.
    """
    if isinstance(value, str):
        _check_size(field, len(value))
        check_text(field, value)
        return len(value) + 2
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidArguments(field, "must be a finite number")
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise InvalidArguments(field, f"must be between -{MAX_INTEGER} and {MAX_INTEGER}")
    if isinstance(value, list | dict):
        return _check_container(field, value, depth)
    return 8


def _check_container(field: str, value: list[Value] | dict[str, Value], depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise InvalidArguments(field, f"is nested deeper than {MAX_DEPTH} levels")
    size = 2
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise InvalidArguments(field, "must have text as its keys")
            size += check_value(field, key) + check_value(
                f"{field}.{key[:40]}", member, depth=depth + 1
            )
            _check_size(field, size)
    else:
        for index, member in enumerate(value):
            size += check_value(f"{field}[{index}]", member, depth=depth + 1)
            _check_size(field, size)
    return size


def _check_size(field: str, size: int) -> None:
    if size > MAX_ARGUMENT_BYTES:
        raise InvalidArguments(field, f"is larger than {MAX_ARGUMENT_BYTES // 1024} KiB")


def words_in(value: Value) -> str:
    """All text inside a value, joined by spaces, in order: what full-text search sees of it."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return " ".join(filter(None, (words_in(member) for member in value.values())))
    if isinstance(value, list):
        return " ".join(filter(None, (words_in(member) for member in value)))
    return ""
