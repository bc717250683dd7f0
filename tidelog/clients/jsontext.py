"""JSON as its author wrote it: what stands where, comments and trailing commas allowed.

Python's own reader forgets where things stand, and the libraries that keep it either need a
JavaScript engine or have not been looked after for years. This is only the reading half; it knows
the places of values, and `jsonedit` cuts and pastes between them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from localstore.values import Value

DEEPEST = 200
BOM = "\ufeff"

_SPACE = re.compile(r"[ \t\r\n]+")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"[A-Za-z]+")


class NotJson(Exception):
    """A text is not JSON: what is wrong, and the place in it."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@dataclass(slots=True)
class Node:
    """A value with the places it begins and ends at; an object with its members, in order."""

    start: int
    end: int
    value: Value
    members: list["Member"] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """Of an object: where each token and comment ends, from its `{` on, without its `}`."""
    comments: list["Comment"] = field(default_factory=list)
    """Of an object: the comments that stand directly in it."""

    def named(self, key: str) -> list["Member"]:
        """The members of that name: one, unless the author wrote it twice."""
        return [each for each in self.members if each.key == key]


@dataclass(frozen=True, slots=True)
class Comment:
    """Where a comment ends, and whether the line had to end for that."""

    end: int
    ends_line: bool


@dataclass(slots=True)
class Member:
    """A member of an object; `comma` is where the comma after it stands, if there is one."""

    key: str
    start: int
    node: Node
    comma: int | None = None


def read_json(text: str) -> Node:
    """Read a document; a byte order mark before it is passed over.

    Raises:
        NotJson: it is none, or is nested more than 200 deep.
    """
    reader = _Reader(text)
    node = reader.value(0)
    reader.gap()
    if reader.at < len(text):
        raise NotJson("something stands after the end", reader.at)
    return node


class _Reader:
    """One pass through a text; `at` is how far it has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = len(BOM) if text.startswith(BOM) else 0

    def gap(self) -> list[Comment]:
        """Pass over space and comments, which are returned."""
        comments = []
        while True:
            if found := _SPACE.match(self.text, self.at):
                self.at = found.end()
            elif found := _COMMENT.match(self.text, self.at):
                self.at = found.end()
                comments.append(Comment(self.at, found[0].startswith("//")))
            else:
                return comments

    def value(self, depth: int) -> Node:
        """The value that begins here, after space and comments."""
        self.gap()
        if depth > DEEPEST:
            raise NotJson(f"nested more than {DEEPEST} deep", self.at)
        match self.text[self.at : self.at + 1]:
            case "{":
                return self._object(depth)
            case "[":
                return self._array(depth)
            case '"':
                return self._string()
            case "":
                raise NotJson("it ends too early", self.at)
            case _:
                return self._word_or_number()

    def _string(self) -> Node:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise NotJson("a string that does not end, or holds what must be escaped", self.at)
        start, self.at = self.at, found.end()
        value: str = json.loads(found[0])
        return Node(start, self.at, value)

    def _word_or_number(self) -> Node:
        start = self.at
        if (word := _WORD.match(self.text, start)) and word[0] in _WORDS:
            self.at = word.end()
            return Node(start, self.at, _WORDS[word[0]])
        if (number := _NUMBER.match(self.text, start)) and len(number[0]) < 1000:
            self.at = number.end()
            value: Value = json.loads(number[0])
            return Node(start, self.at, value)
        raise NotJson("no value begins here", start)

    def _array(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        values: list[Value] = []
        self.gap()
        while not self._passes("]"):
            values.append(self.value(depth + 1).value)
            self._comma_or("]")
        return Node(start, self.at, values)

    def _object(self, depth: int) -> Node:
        node = Node(self.at, self.at, None)
        self.at += 1
        node.ends.append(self.at)
        self._note(node, self.gap())
        while not self._passes("}"):
            if self.text[self.at : self.at + 1] != '"':
                raise NotJson('a name in double quotes or a "}" is missing', self.at)
            key = self._string()
            self._note(node, self.gap())
            if not self._passes(":"):
                raise NotJson('a ":" is missing', self.at)
            self._note(node, self.gap())
            member = Member(str(key.value), key.start, self.value(depth + 1))
            node.members.append(member)
            node.ends.append(self.at)
            self._note(node, self.gap())
            if self.text[self.at : self.at + 1] == ",":
                member.comma = self.at
                node.ends.append(self.at + 1)
            self._note(node, self._comma_or("}"))
        node.end = self.at
        node.value = {each.key: each.node.value for each in node.members}
        return node

    def _note(self, node: Node, comments: Sequence[Comment]) -> None:
        node.ends += [each.end for each in comments]
        node.comments += comments

    def _comma_or(self, closing: str) -> list[Comment]:
        """Pass over a comma and what is around it, or stop before what closes."""
        comments = self.gap()
        if self._passes(","):
            return comments + self.gap()
        if self.text[self.at : self.at + 1] != closing:
            raise NotJson(f'a "," or a "{closing}" is missing', self.at)
        return comments

    def _passes(self, mark: str) -> bool:
        if self.text[self.at : self.at + 1] != mark:
            return False
        self.at += 1
        return True


def position(text: str, offset: int) -> str:
    """A place in a text as people find it: line and column, from 1."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n").removeprefix(BOM)
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"
