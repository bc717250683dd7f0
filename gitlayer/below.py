"""The text below a file's frontmatter: a heading that shows the title, and what stands under it."""

import re
from dataclasses import dataclass

from gitlayer.handwritten import Malformed
from gitlayer.markdown import EMPTY, unescape
from gitlayer.render import BODY_FIELDS, TITLE_FIELDS, TITLE_LENGTH, generated_body, heading_of
from gitlayer.wording import one_line
from localstore.entities import Entity
from localstore.errors import InvalidArguments
from localstore.text import check_value
from localstore.values import Row, text_of

_HEADING = re.compile(r"((?:[ \t]*\r?\n)*)#(?:[ \t]+([^\n]*))?(?:\n|\Z)")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*\Z")
_LINE_END = re.compile(r"\r?\n")
_LAST_LINE_END = re.compile(r"\r?\n\Z")
_BLANK_ABOVE = re.compile(r"(?:\r?\n){0,2}")
_LONGEST_HEADING = 2_000


@dataclass(frozen=True, slots=True)
class Below:
    """What stands below the frontmatter; `heading` is None when it was removed.

    `heading_line` and `line` (of the body) count from 1 in the whole file.
    """

    heading: str | None
    heading_line: int
    body: str
    line: int


def split(entity: Entity, text: str, *, base: Row | None, first_line: int) -> Below:
    """Divide the text below the frontmatter, which begins at `first_line`, at its heading."""
    found = _HEADING.match(text)
    heading = (found[2] or "").strip() if found else ""
    if found is not None and not _is_of_the_body(entity, heading, base):
        separator = _LINE_END.match(text, found.end())
        start = separator.end() if separator else found.end()
        heading_line = first_line + found[1].count("\n")
        line = first_line + text.count("\n", 0, start)
        return Below(heading, heading_line, text[start:], line)
    blank = _BLANK_ABOVE.match(text)
    start = blank.end() if blank else 0
    return Below(None, first_line, text[start:], first_line + text.count("\n", 0, start))


def take(entity: Entity, row: Row, below: Below, *, base: Row | None) -> None:
    """Put into `row` what the text below says; `base` is the row that the file was made from.

    Raises:
        Malformed: the text cannot be what the person meant; with its line in the whole file.
    """
    field = BODY_FIELDS.get(entity.name)
    if entity.name in TITLE_FIELDS:
        _take_title(entity, row, below, base=base)
    elif field and below.heading not in (None, heading_of(entity, row)):
        reason = f"this heading is always `# {heading_of(entity, row)}`; write below it"
        raise Malformed(below.heading_line, reason)
    if field:
        _take_body(row, field, below, base=base)
    else:
        _expect_generated(entity, row, below, base=base)


def _is_of_the_body(entity: Entity, heading: str, base: Row | None) -> bool:
    """Whether ours was removed, so that the text's own first heading stands in its place."""
    if base is None or heading == heading_of(entity, base):
        return False
    first, *_ = text_of(base, BODY_FIELDS.get(entity.name, "")).lstrip().splitlines() or [""]
    return first.strip() == f"# {heading}"


def _take_title(entity: Entity, row: Row, below: Below, *, base: Row | None) -> None:
    """Settle which title holds: the frontmatter's, or, where only that changed, the heading's."""
    field = TITLE_FIELDS[entity.name]
    title = text_of(row, field)
    if below.heading is None:
        return
    if len(below.heading) > _LONGEST_HEADING:
        raise Malformed(below.heading_line, f"this is too long for a {field}; shorten it")
    shown = one_line(unescape(_CLOSING.sub("", below.heading)), _LONGEST_HEADING)
    before = title if base is None else text_of(base, field)
    if not shown or shown in (_shown(before), _shown(title)):
        return
    if base is None or title != before:
        reason = f"the heading and the {field} in the frontmatter differ; make them the same"
        raise Malformed(below.heading_line, reason)
    row[field] = shown


def _shown(title: str) -> str:
    return one_line(title, TITLE_LENGTH) or EMPTY


def _take_body(row: Row, field: str, below: Below, *, base: Row | None) -> None:
    body = below.body
    if base is not None:
        before = text_of(base, field)
        if "\r" in before and body == _LINE_END.sub("\r\n", before):
            body = before
        elif not before.endswith("\n") and body != before:
            body = _LAST_LINE_END.sub("", body)
    try:
        check_value(field, body)
    except InvalidArguments as failure:
        raise Malformed(below.line, f"{failure.message}; correct the text") from None
    if body:
        row[field] = body


def _expect_generated(entity: Entity, row: Row, below: Below, *, base: Row | None) -> None:
    """Refuse an edit of text that nobody reads back, before the next snapshot writes over it."""
    seen = _lines(entity, below.heading, below.body)
    written = [
        _lines(entity, heading_of(entity, each), generated_body(entity, each))
        for each in (base, row)
        if each is not None
    ]
    if seen not in written:
        reason = "the text below the fields is made from them; put it back and edit the fields"
        raise Malformed(below.heading_line, reason)


def _lines(entity: Entity, heading: str | None, body: str) -> list[str]:
    lines = [line.rstrip() for line in body.strip().splitlines()]
    return lines if entity.name in TITLE_FIELDS else [heading or "", *lines]
