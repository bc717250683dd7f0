"""A file of the snapshot back into the row it stands for, also after a person edited it."""

import re
from dataclasses import dataclass

from gitlayer.below import split, take
from gitlayer.handwritten import Malformed, Mapping, read
from gitlayer.paths import path_of, row_at_path
from gitlayer.render import BODY_FIELDS, SHOWN_FIELDS, STAMP_SHOWN, TITLE_FIELDS, is_empty
from localstore.entities import Entity, Kind, letter_of
from localstore.errors import InvalidArguments
from localstore.ids import full_ref
from localstore.text import check_text, check_value
from localstore.values import Row, Value, text_of

_FENCED = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FIRST_LINE = 2
"""The first line of the frontmatter, behind the fence."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a file says: the entity and the row with id, fields and stamp, without nulls."""

    entity: Entity
    row: Row


class BadFile(Exception):
    """A file cannot be taken as it stands; nothing was made of it.

    `line` counts from 1 and is None where no single line is to blame; `reason` is a sentence that
    says what is wrong and the way out.
    """

    def __init__(self, path: str, line: int | None, reason: str) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


def parse(path: str, text: str, *, base: Row | None = None) -> FileRow:
    """Read the file at `path`; `base` is the row it was made from, where that is known.

    A file as `render` wrote it gives its row exactly. In an edited one, line ends that an editor
    changed throughout and a last one that it added are no change, and a new heading is a new title.
    Whether the values keep the rules of their fields is for the store to say.

    Raises:
        BadFile: what is wrong, where, and the way out.
    """
    named = row_at_path(path)
    if named is None:
        reason = "no row has a file of this name; give the file its old name back"
        raise BadFile(path, None, reason)
    entity, row_id = named
    body_before = text_of(base or {}, BODY_FIELDS.get(entity.name, ""))
    text = _without_marks_of_editors(text, body_before)
    found = _FENCED.match(text)
    if found is None:
        reason = "the file must begin with its fields between two lines `---`; put them back"
        raise BadFile(path, 1, reason)
    first_line = text.count("\n", 0, found.end()) + 1
    try:
        row = _Fields(path, entity, read(found[1], _FIRST_LINE)).checked(row_id)
        below = split(entity, text[found.end() :], base=base, first_line=first_line)
        take(entity, row, below, base=base)
    except Malformed as failure:
        raise BadFile(path, failure.line, failure.reason) from None
    return FileRow(entity, row)


def _without_marks_of_editors(text: str, base_body: str) -> str:
    text = text.removeprefix("\ufeff")
    ends = text.count("\r\n")
    if ends and ends == text.count("\n") and "\r" not in base_body:
        return text.replace("\r\n", "\n")
    return text


@dataclass(frozen=True, slots=True)
class _Fields:
    """The frontmatter of a file, on its way to a row."""

    path: str
    entity: Entity
    written: Mapping

    def checked(self, row_id: str) -> Row:
        """The row without what the body holds, once everything local to the file is right."""
        values = self.written.values
        known = SHOWN_FIELDS[self.entity.name]
        for name in values:
            if name not in known and name not in ("id", "ref"):
                raise self._bad(name, self._unknown(name))
        title = TITLE_FIELDS.get(self.entity.name)
        for name in filter(None, ("id", title, *STAMP_SHOWN)):
            if is_empty(values.get(name)):
                raise self._bad("", f"the field {name} is missing; put its line back")
        if values["id"] != row_id:
            raise self._bad("id", f"the file's name stands for the id {row_id}; put that back")
        row: Row = {"id": row_id}
        for name in known:
            value = values.get(name)
            if not is_empty(value):
                self._check(name, value)
                row[name] = value
        self._check_identity(row)
        return row

    def _check(self, name: str, value: Value) -> None:
        try:
            if self.entity.kind_of(name) is Kind.MAP and isinstance(value, dict):
                for key, member in value.items():
                    check_text(name, key)
                    check_value(f"{name}.{key[:40]}", member, depth=1)
            else:
                check_value(name, value)
        except InvalidArguments as failure:
            raise self._bad(name, f"{failure.message}; correct the value") from None
        is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if name == "version" and not is_number:
            raise self._bad(name, "version must be a number from 1; put the old one back")
        must_be_text = (*STAMP_SHOWN[1:], TITLE_FIELDS.get(self.entity.name))
        if name in must_be_text and not isinstance(value, str):
            raise self._bad(name, f"{name} must be text; put it in double quotes")

    def _check_identity(self, row: Row) -> None:
        if path_of(self.entity, row) != self.path:
            reason = "the type of an item never changes; put the old item_type back"
            raise self._bad("item_type", reason)
        ref = self.written.values.get("ref")
        derived = full_ref(letter_of(self.entity, row), text_of(row, "id"))
        if ref is not None and ref != derived:
            raise self._bad("ref", f"the ref follows from the id and is {derived}; put that back")

    def _unknown(self, name: str) -> str:
        if name == BODY_FIELDS.get(self.entity.name):
            return f"the {name} is the text below the heading; write it there"
        shown = f"{name[:60]!r} is no field of a {self.entity.name.replace('_', ' ')}"
        if self.entity.kind_of("metadata") is Kind.MAP:
            return f"{shown}; keep what is your own below metadata"
        return f"{shown}; take the line out"

    def _bad(self, name: str, reason: str) -> Malformed:
        return Malformed(self.written.lines.get(name, 1), reason)
