"""Opaque cursors: where a page ended, bound to the question it belongs to."""

import base64
import binascii
import hashlib
from collections.abc import Sequence

from localstore.errors import InvalidArguments
from localstore.text import check_value
from localstore.values import Value, from_json, to_json


def write_cursor(question: Value, position: Sequence[Value]) -> str:
    """A cursor that goes on after `position` of the list that `question` describes."""
    text = to_json([_digest(question), *position])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(question: Value, cursor: str) -> list[Value]:
    """The position inside a cursor.

    Raises:
        InvalidArguments: it is no cursor, or belongs to a list with other filters.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = from_json(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
        check_value("cursor", content)
    except (binascii.Error, ValueError, RecursionError, InvalidArguments):
        content = None
    if not isinstance(content, list) or not content:
        raise InvalidArguments("cursor", "must be the next_cursor of an earlier answer")
    if content[0] != _digest(question):
        raise InvalidArguments(
            "cursor",
            "belongs to a list with other filters",
            hint="send the filters it came from, or leave the cursor out",
        )
    return content[1:]


def listing(items: list[Value], total: int, next_cursor: str | None) -> dict[str, Value]:
    """The shape of every list: items, total, and where it goes on if it was cut."""
    answer: dict[str, Value] = {"items": items, "total": total}
    if next_cursor is not None:
        answer |= {"next_cursor": next_cursor, "truncated": True}
    return answer


def _digest(question: Value) -> str:
    return hashlib.sha256(to_json(question).encode()).hexdigest()[:8]
