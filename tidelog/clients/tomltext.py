"""TOML as its author wrote it: which statement stands where.

Python's `tomllib` says what a text means; this says where its statements begin and end, and asks
`tomllib` again what each of them names.
"""

import re
import tomllib
from dataclasses import dataclass

_QUOTES = re.compile(r'"""|\'\'\'|"|\'')
_OPENING, _CLOSING = "[{", "]}"


@dataclass(frozen=True, slots=True)
class Statement:
    """A header or a key with its value, from its first character to its last, comment excluded.

    `path` is what it names: a header its table; a key the keys it was written with, which are
    relative to the header before it. `table` is the header it stands under, `()` above the first.
    """

    start: int
    end: int
    path: tuple[str, ...]
    table: tuple[str, ...]
    is_header: bool

    @property
    def whole(self) -> tuple[str, ...]:
        """What it names, from the top."""
        return self.path if self.is_header else self.table + self.path


def statements(text: str) -> list[Statement]:
    """The statements of a text that `tomllib` can read, in order."""
    told: list[Statement] = []
    table: tuple[str, ...] = ()
    at = 0
    while (start := _next(text, at)) < len(text):
        at = _end(text, start)
        piece = text[start:at].rstrip(" \t")
        is_header = piece.startswith("[")
        path = _named(piece)
        if is_header:
            table = path
        told.append(Statement(start, start + len(piece), path, table, is_header))
    return told


def line_end(text: str, offset: int) -> int:
    """Where the line that `offset` is in ends, with its line break."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def _next(text: str, at: int) -> int:
    """Where the next statement begins: past space, line ends and comments."""
    while at < len(text):
        if text[at] == "#":
            at = line_end(text, at)
        elif text[at] in " \t\r\n\ufeff":
            at += 1
        else:
            return at
    return at


def _end(text: str, at: int) -> int:
    """Where a statement ends: at the end of a line or a comment outside strings and brackets."""
    depth = 0
    while at < len(text):
        mark = text[at]
        if quotes := _QUOTES.match(text, at):
            at = _string_end(text, quotes)
            continue
        if mark == "#":
            if not depth:
                return at
            at = line_end(text, at)
            continue
        if mark in "\r\n" and not depth:
            return at
        depth += (mark in _OPENING) - (mark in _CLOSING)
        at += 1
    return at


def _string_end(text: str, quotes: re.Match[str]) -> int:
    mark, at = quotes[0], quotes.end()
    escapes = mark.startswith('"')
    while not text.startswith(mark, at):
        at += 2 if escapes and text[at] == "\\" else 1
    at += len(mark)
    while len(mark) == 3 and text.startswith(mark[0], at):  # quotes right before the closing ones
        at += 1
    return at


def _named(piece: str) -> tuple[str, ...]:
    """The keys that a header or the left side of a statement is made of."""
    path: list[str] = []
    value: object = tomllib.loads(piece if piece.startswith("[") else _without_value(piece))
    while True:
        if isinstance(value, list):
            value = value[0]
        if not isinstance(value, dict) or not value:
            return tuple(path)
        [(key, value)] = value.items()
        path.append(key)


def _without_value(piece: str) -> str:
    """A statement with a number for its value, whose own keys must not be taken for names."""
    at = 0
    while piece[at] != "=":
        quotes = _QUOTES.match(piece, at)
        at = _string_end(piece, quotes) if quotes else at + 1
    return piece[:at] + "= 0"
