"""YAML as people write it, read strictly: what could be lost or misread is refused with its line.

Plain scalars follow the core schema of YAML 1.2, with two exceptions on the side of text: a number
with a leading zero, and one with an exponent but no point, as commit hashes have it. Dates stay
text. Quoted scalars are text, whatever is in them.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import cast

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from localstore.values import Row, Value

_DEEPEST = 64
_LONGEST_INTEGER = 40
_SURELY_FLAT = 200
"""Brackets that are no danger yet to the composer, which recurses in C without a limit."""
_PLAIN = "!plain"
_TEXT = "tag:yaml.org,2002:str"
_LIST = "tag:yaml.org,2002:seq"
_MAPPING = "tag:yaml.org,2002:map"
_NO_FIELDS = "there are no fields here; write them as `name: value`"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FAR_TO_THE_RIGHT = re.compile(r"(?:^|[\r\x85\u2028\u2029])[ \t?:-]{150}", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|[ \t\r\x85\u2028\u2029])#", re.MULTILINE)


class Malformed(Exception):
    """The text is no mapping that can be taken as it stands.

    `line` counts from 1, None where no single one is to blame; `reason` says what is wrong and
    the way out.
    """

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mapping:
    """What was read: the values, and the line on which each top-level key stands."""

    values: Row
    lines: dict[str, int]


def read(text: str, first_line: int = 1) -> Mapping:
    """Read a YAML mapping whose first line is the `first_line` of its file.

    Raises:
        Malformed: it is no YAML or no mapping; it names a key twice; it has a key that is no text,
            an alias, a tag, or a comment.
    """
    try:
        _refuse_depth(text)
        reading: _Reading | None = YAMLHandler().load(text, Loader=_COMPOSER)
    except Malformed as failure:
        raise Malformed(failure.line and failure.line + first_line - 1, failure.reason) from None
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        raise Malformed(
            mark.line + first_line if mark else None,
            f"this is no YAML ({failure.problem or failure.context}); write `name: value`, "
            "with double quotes round the value where in doubt",
        ) from None
    except (yaml.YAMLError, UnicodeEncodeError):
        reason = "this holds a character that YAML does not allow; take it out"
        raise Malformed(None, reason) from None
    except RecursionError:
        raise Malformed(None, "this is nested too deeply; flatten it") from None
    if reading is None:
        raise Malformed(first_line, _NO_FIELDS)
    _refuse_comments(text, reading.scalars, first_line)
    lines = {key: line + first_line - 1 for key, line in reading.lines.items()}
    return Mapping(reading.values, lines)


def _refuse_depth(text: str) -> None:
    """Refuse text that is nested so deeply that it could exhaust the stack of the process.

    Flow collections cost a bracket a level, block collections a column for at most two.
    """
    brackets = text.count("[") + text.count("{")
    if brackets <= _SURELY_FLAT and not _FAR_TO_THE_RIGHT.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_COMPOSER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else None
            raise Malformed(line, "this is nested too deeply; flatten it")


class _Reading:
    """One pass over the nodes of a text, each of which may be met once only."""

    def __init__(self, top: Node) -> None:
        if not isinstance(top, MappingNode):
            raise Malformed(1, _NO_FIELDS)
        self._seen: set[int] = set()
        self.scalars: list[ScalarNode] = []
        self.values = self._mapping(top, 0)
        self.lines = {key.value: _line(key) for key, _ in top.value}

    def _value(self, node: Node, depth: int) -> Value:
        if id(node) in self._seen:
            raise Malformed(_line(node), "aliases (*) are not read here; write the value again")
        self._seen.add(id(node))
        if isinstance(node, ScalarNode):
            self.scalars.append(node)
            if node.tag == _PLAIN:
                return _plain(node)
            if node.tag == _TEXT:
                return str(node.value)
        elif depth > _DEEPEST:
            raise Malformed(_line(node), "this is nested too deeply; flatten it")
        elif isinstance(node, SequenceNode) and node.tag == _LIST:
            return [self._value(member, depth + 1) for member in node.value]
        elif isinstance(node, MappingNode) and node.tag == _MAPPING:
            return self._mapping(node, depth)
        raise Malformed(_line(node), f"tags ({node.tag}) are not read here; take it out")

    def _mapping(self, node: MappingNode, depth: int) -> Row:
        if node.tag != _MAPPING:
            raise Malformed(_line(node), f"tags ({node.tag}) are not read here; take it out")
        row: Row = {}
        for key_node, value_node in node.value:
            key = self._value(key_node, depth + 1)
            if not isinstance(key, str):
                reason = "a key must be text; put double quotes round it"
                raise Malformed(_line(key_node), reason)
            if key in row:
                reason = f"the key {key[:60]!r} stands here a second time; keep one of them"
                raise Malformed(_line(key_node), reason)
            row[key] = self._value(value_node, depth + 1)
        return row


def _refuse_comments(text: str, scalars: list[ScalarNode], first_line: int) -> None:
    marks = [found.end() - 1 for found in _COMMENT.finditer(text)]
    inside = [_span(text, node) for node in scalars] if marks else []
    starts = [start for start, _ in inside]
    for mark in marks:
        before = bisect_right(starts, mark) - 1
        if before < 0 or mark >= inside[before][1]:
            reason = "comments (#) would be lost; put double quotes round text with # in it"
            raise Malformed(text.count("\n", 0, mark) + first_line, reason)


def _plain(node: ScalarNode) -> Value:
    written = str(node.value)
    if written in _WORDS:
        return _WORDS[written]
    if _INTEGER.fullmatch(written):
        if len(written) > _LONGEST_INTEGER:
            raise Malformed(_line(node), "this number is too large; put double quotes round it")
        return int(written)
    if _FLOAT.fullmatch(written):
        return float(written)
    if _NOT_FINITE.fullmatch(written):
        return float(written.replace(".", "", 1))
    return written


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _span(text: str, node: ScalarNode) -> tuple[int, int]:
    """Where a scalar's own text stands; of one with a header (`|`, `>`) what is below that."""
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if node.style in ("|", ">"):
        start = text.find("\n", start)
    return start, end


def _composer() -> type[yaml.SafeLoader]:
    """The library's parser, in C where there is one; what the words mean is left to us."""
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    members = {
        "yaml_implicit_resolvers": {None: [(_PLAIN, re.compile(""))]},
        "construct_document": lambda _, node: _Reading(node),
    }
    return cast(type[yaml.SafeLoader], type("Composer", (base,), members))


_COMPOSER = _composer()
