"""Putting a table into a TOML text and taking it out again, with every other byte kept.

A table is put at the end, behind an empty line; where the text's last line had no end, the table's
has none either, so that taking it out gives back what was there.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence

from localstore.values import Value
from tidelog.clients.jsontext import BOM
from tidelog.clients.tomltext import Statement, line_end, statements
from tidelog.clients.unfit import Unfit

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def found(text: str, path: Sequence[str]) -> Value:
    """The value at a path; None where there is none.

    Raises:
        Unfit: the text cannot be read.
    """
    try:
        value: object = _read(text)
    except (tomllib.TOMLDecodeError, RecursionError) as failure:
        raise Unfit(str(failure)) from None
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return _plain(value)


def _read(text: str) -> dict[str, object]:
    """What a text means; a byte order mark before it is passed over."""
    return tomllib.loads(text.removeprefix(BOM))


def put(text: str | None, path: Sequence[str], value: Value) -> str:
    """The text with `value` at `path`: a new table at its end, or one key of a table set.

    A table holds texts, lists of texts, and mappings of texts, which are tables below it.

    Raises:
        Unfit: the text cannot be read or edited.
    """
    text = text or ""
    found(text, path)
    if isinstance(value, Mapping):
        written = _begun(text, path, value)
    else:
        written = _with(text, path[:-1], path[-1], value)
    if not _differ_only_in(text, written, path):
        raise Unfit(
            f"{'.'.join(path)} cannot be added, for {path[0]} is not written as tables "
            f"like [{path[0]}.name]"
        )
    return written


def dropped(text: str, path: Sequence[str]) -> str | None:
    """The text without the table at `path`; None when nothing else was in it.

    Raises:
        Unfit: the text cannot be read or edited.
    """
    if found(text, path) is None:
        return text
    told = statements(text)
    ours = [each for each in told if each.whole[: len(path)] == tuple(path)]
    written = text
    for run in reversed(_runs(told, ours)):
        written = _cut(written, run[0].start, run[-1].end)
    if not ours or not _differ_only_in(text, written, path):
        raise Unfit(f"{'.'.join(path)} is not written as a table of its own")
    return written if written.removeprefix(BOM) else None


def _begun(text: str, path: Sequence[str], table: Mapping[str, Value]) -> str:
    """The text with the table at its end."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = _rendered(path, table).split("\n")
    if not text.removeprefix(BOM):
        return text + newline.join(lines) + newline
    ended = text.endswith("\n")
    return text + newline * (1 if ended else 2) + newline.join(lines) + newline * ended


def _rendered(path: Sequence[str], table: Mapping[str, Value]) -> str:
    """A table as it is written, without a line end behind it."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = [f"[{_dotted(path)}]", *(f"{_key(key)} = {_value(plain[key])}" for key in plain)]
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{_dotted([*path, key])}]"]
            lines += [f"{_key(name)} = {_value(each)}" for name, each in value.items()]
    return "\n".join(lines)


def _with(text: str, path: Sequence[str], key: str, value: Value) -> str:
    """The text with one key of one table set."""
    if found(text, [*path, key]) == value:
        return text
    told = statements(text)
    for each in told:
        if not each.is_header and each.whole == (*path, key):
            start = text[: each.start] + text[each.start : each.end].partition("=")[0].rstrip()
            return f"{start} = {_value(value)}{text[each.end :]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f"{_key(key)} = {_value(value)}"
    headers = [each for each in told if each.is_header and each.path == tuple(path)]
    if headers:
        end = line_end(text, headers[0].end)
        ended = text[:end].endswith("\n")
        return text[:end] + (line + newline if ended else newline + line) + text[end:]
    return _begun(text, path, {key: value})


def _runs(told: Sequence[Statement], ours: Sequence[Statement]) -> list[list[Statement]]:
    """Our statements in groups of neighbours."""
    runs: list[list[Statement]] = []
    for before, each in zip([None, *told], told, strict=False):
        if each in ours:
            if before in ours and runs:
                runs[-1].append(each)
            else:
                runs.append([each])
    return runs


def _cut(text: str, start: int, end: int) -> str:
    """The text without some lines, and without the empty line that was put before them."""
    rest = line_end(text, end)
    before = text[:start]
    if not text[:rest].endswith("\n"):
        return _without_line_end(_without_line_end(before)) + text[rest:]
    if before.endswith(("\n\n", "\n\r\n")):
        before = _without_line_end(before)
    return before + text[rest:]


def _without_line_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def _differ_only_in(one: str, other: str, path: Sequence[str]) -> bool:
    """Whether two texts mean the same apart from what is at `path`; the first can be read."""
    try:
        # Compared as they are shown, for not-a-number is not equal to itself.
        return repr(_rest(one, path)) == repr(_rest(other, path))
    except tomllib.TOMLDecodeError:
        return False


def _rest(text: str, path: Sequence[str]) -> dict[str, object]:
    """What a text means apart from what is at `path`; tables that are left empty do not count."""
    whole = _read(text)
    tables: list[dict[str, object]] = [whole]
    for key in path[:-1]:
        below = tables[-1].get(key)
        if not isinstance(below, dict):
            return whole
        tables.append(below)
    tables[-1].pop(path[-1], None)
    for table, key in reversed(list(zip(tables, path[:-1], strict=False))):
        if not table[key]:
            del table[key]
    return whole


def _dotted(path: Sequence[str]) -> str:
    return ".".join(_key(each) for each in path)


def _key(key: str) -> str:
    return key if key and _BARE.issuperset(key) else _value(key)


def _value(value: Value) -> str:
    """A text or a list of texts: JSON's strings are TOML's, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: object) -> Value:
    """A value without the dates that only TOML has."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool) else str(value)
