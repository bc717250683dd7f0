"""Messages no reader takes, made readable, so that they are refused with an answer.

A request nested 10,000 deep, or holding half a surrogate pair, fails in the JSON reader before
anybody knows its id, and over stdio its sender would wait for ever. What is mended here stays
wrong: each tool refuses it, by name, as it does everything the store cannot keep.
"""

import re

from localstore.text import MAX_ARGUMENT_BYTES, MAX_DEPTH

MAX_NESTING = 2 * MAX_DEPTH
_LONG_MESSAGE = 4 * MAX_ARGUMENT_BYTES
_LONG_STRING = b'"' + b"." * (MAX_ARGUMENT_BYTES + 1) + b'"'
_LONG_NUMBER = b"9" * 100
_NUL = rb"\u0000"

# A string may lack its end: without that, each quote in one would be tried as another beginning.
_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]|[0-9]{%d,}+' % len(_LONG_NUMBER), re.DOTALL
)
_DIGITS = re.compile(rb"[0-9]{%d}" % len(_LONG_NUMBER))
_HALF_OR_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\(?:[^u]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2}))"
)


def mended(message: bytes) -> bytes:
    """The JSON message with what readers refuse replaced by something every tool refuses.

    What is nested deeper than 64 levels becomes null, half a surrogate pair a NUL, a number of 100
    digits or more has 100, and in a message beyond 1 MiB a string beyond 256 KiB is another one
    that is just too long. Any other message comes back as it is.
    """
    if _HALF_OR_PAIR.search(message):
        message = _ESCAPE.sub(lambda escape: _NUL if escape["half"] else escape.group(), message)
    deep = message.count(b"[") + message.count(b"{") > MAX_NESTING
    if deep or len(message) > _LONG_MESSAGE or _DIGITS.search(message):
        message = _pruned(message)
    return message


def _pruned(message: bytes) -> bytes:
    kept: list[bytes] = []
    depth = end = 0
    for token in _TOKEN.finditer(message):
        if depth <= MAX_NESTING:
            kept.append(message[end : token.start()])
        end = token.end()
        text = token.group()
        if text in (b"[", b"{"):
            depth += 1
            if depth == MAX_NESTING + 1:
                kept.append(b"null")
        if depth <= MAX_NESTING:
            kept.append(_shortened(text))
        if text in (b"]", b"}"):
            depth -= 1
    if depth <= MAX_NESTING:
        kept.append(message[end:])
    return b"".join(kept)


def _shortened(token: bytes) -> bytes:
    if token[:1].isdigit():
        return _LONG_NUMBER
    return _LONG_STRING if len(token) > len(_LONG_STRING) else token
