"""Rows as YAML that people read, that git compares by line, and that every parser reads alike.

Written here and not by a YAML library: a snapshot writes ten thousand files in a second, and what
is quoted must depend on the value alone. Texts stand without quotes only where YAML 1.1, YAML 1.2
and a reader can see nothing but text in them.
"""

import re
from collections.abc import Iterable

from localstore.values import Value

FENCE = "---"

_PLAIN = re.compile(
    r"_?[A-Za-z\u00c0-\u024f](?:[\w\u00c0-\u024f ,./()+@&'!?;=*^~%$-]*[\w\u00c0-\u024f./()+@'!?-])?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.ASCII,
)
_WORDS_WITH_A_MEANING = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nil", "nan", "inf")
)
_HIDDEN = re.compile(
    r'["\\\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u1680'
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0"
    r"\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]"
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONGEST_KEY = 1000
"""YAML reads a key without a mark only within 1,024 characters."""


def write(fields: Iterable[tuple[str, Value]]) -> str:
    """Fields as a YAML block mapping in their order; every line ends with a line feed.

    Lists and mappings stand one member a line, the keys of mappings sorted. Controls, bidirectional
    marks and spaces that cannot be seen are written as escapes, so that what one sees is what there
    is. No line can be taken for a fence.
    """
    lines: list[str] = []
    for name, value in fields:
        _write_member(lines, name, value, "")
    lines.append("")
    return "\n".join(lines)


def _write_member(lines: list[str], key: str, value: Value, indent: str) -> None:
    written = _text(key)
    if len(written) > _LONGEST_KEY:
        lines.append(f"{indent}? {written}")
        written = ""
    if isinstance(value, str):
        lines.append(f"{indent}{written}: {_text(value)}")
    elif isinstance(value, list | dict) and value:
        lines.append(f"{indent}{written}:")
        _write_members(lines, value, indent + "  ")
    else:
        lines.append(f"{indent}{written}: {_scalar(value)}")


def _write_members(lines: list[str], value: list[Value] | dict[str, Value], indent: str) -> None:
    if isinstance(value, dict):
        for key in sorted(value):
            _write_member(lines, key, value[key], indent)
        return
    for member in value:
        if isinstance(member, list | dict) and member:
            first = len(lines)
            _write_members(lines, member, indent + "  ")
            lines[first] = f"{indent}- {lines[first][len(indent) + 2 :]}"
        else:
            lines.append(f"{indent}- {_scalar(member)}")


def _scalar(value: Value) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shown = repr(value)
        return shown if "." in shown else shown.replace("e", ".0e")
    if isinstance(value, list):
        return "[]"
    return "{}" if isinstance(value, dict) else str(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_WITH_A_MEANING:
        return text
    return f'"{_HIDDEN.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    number = ord(character)
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"
