"""Messages that no JSON reader takes are mended so that a tool can refuse them."""

import json

import pytest
from pydantic_core import from_json

from localstore.errors import InvalidArguments
from localstore.text import check_value
from mcp_server.wire import MAX_NESTING, mended


def nested(depth: int, opening: str = '{"a":', closing: str = "}") -> bytes:
    """A message with a value at that depth."""
    return (opening * depth + "1" + closing * depth).encode()


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{not json",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
        rb'{"a":"\ud83d\ude00 \\ud800 \u00e9 \n"}',
        nested(MAX_NESTING),
        nested(MAX_NESTING, "[", "]"),
        b'{"a":' + b"9" * 99 + b"}",
        b'["' + b"[{" * 10_000 + b'"]',
        b"[" + b",".join([b"{}"] * 10_000) + b"]",
        ('{"a":"' + "é" * 200_000 + '"}').encode(),
    ],
)
def test_an_ordinary_message_stays_as_it_is(message: bytes) -> None:
    """What can be read, or is no JSON at all, is not touched."""
    assert mended(message) == message


@pytest.mark.parametrize(
    "message",
    [
        nested(MAX_NESTING + 1),
        nested(10_000),
        nested(100_000, "[", "]"),
        nested(10_000, '[{"a":', "}]"),
        rb'{"a":"\ud800"}',
        rb'{"a":"\udc00\ud800"}',
        rb'{"a":"\\\ud800 \ud83d\ude00"}',
        rb'{"\udfff":1}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":-' + b"9" * 5_000 + b"}",
        b'{"a":"' + b"x" * 10_000_000 + b'"}',
        b'{"a":"' + rb"\n\"\\" * 2_000_000 + b'"}',
        b'{"' + b"x" * 10_000_000 + b'":1}',
    ],
)
def test_a_mended_message_is_read_and_refused(message: bytes) -> None:
    """What was mended can be read, and the check of arguments refuses it."""
    with pytest.raises(InvalidArguments):
        check_value("a", from_json(mended(message)))


def test_what_stands_beside_the_trouble_is_kept() -> None:
    """The rest of a mended message, its id above all, is what it was."""
    message = b'{"id":7,"deep":' + nested(10_000) + rb',"half":"a\ud800b","last":"\u00e9 {["}'
    read = json.loads(mended(message))
    assert (read["id"], read["half"], read["last"]) == (7, "a\x00b", "é {[")


@pytest.mark.parametrize(
    "message",
    [
        b"[" * 2_000_000,
        b"]" * 2_000_000,
        b'"' * 2_000_001,
        b"\\" * 2_000_000,
        b'"' + rb"\"" * 1_000_000,
        b'{"\\' * 700_000,
        b'["' + rb"\ud800" * 300_000,
    ],
)
def test_hostile_rubbish_is_passed_through(message: bytes) -> None:
    """Megabytes that are no JSON are gone through once, not once for each of their quotes."""
    assert len(mended(message)) <= len(message) + len("null")
