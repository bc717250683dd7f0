"""A markdown text as one piece for each of its lines, by the tokens of a CommonMark parser."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from gitlayer.blocks import lines_of

_KEY = re.compile(r"[A-Za-z_][\w-]*\s*:(\s|$)")
_PROMPT_KEY = re.compile(r"(schema_version|session_id|token_budget|prompts_count)\s*:")
_SPACES = re.compile(r"\s{2,}")
_YAML = re.compile(r"\s*ya?ml\s*$", re.IGNORECASE)
_FENCE = "---"
LONGEST_LINE = 4_000
"""Characters; a longer line is no entry, whatever it looks like, and is kept as it is."""


class Shape(Enum):
    """What a line is in its document."""

    HEADING = "heading"
    ITEM = "item"
    """The first line of a list item."""
    TEXT = "text"
    """A line of a paragraph, or a further line of a list item."""
    HEADER = "header"
    ROW = "row"
    RULE = "rule"
    """A line that only draws: below a heading or a table's header, or across the page."""
    MATTER = "matter"
    """A line of YAML between two fences, or in a block of code; the text of both ends is ---."""
    RAW = "raw"
    """A line of code, of HTML, of a quotation."""
    BLANK = "blank"


@dataclass(slots=True)
class Piece:
    """One line: what it is, its text without markers, and how deep it stands (for a heading its
    level, else the number of lists it is in)."""

    line: int
    shape: Shape
    text: str = ""
    depth: int = 0
    cells: list[str] = field(default_factory=list)


def pieces_of(text: str) -> list[Piece]:
    """One piece for each line of `text`, in order."""
    pieces = [
        Piece(number, Shape.RAW if line.strip() else Shape.BLANK, line.strip())
        for number, line in enumerate(lines_of(text))
    ]
    _Marking(pieces).mark(_parser().parse(text))
    for piece in pieces:
        if len(piece.text) > LONGEST_LINE or any(len(cell) > LONGEST_LINE for cell in piece.cells):
            piece.shape = Shape.RAW
    return pieces


class _Marking:
    """One walk over the tokens of a document."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._lists = 0
        self._quoted = 0
        self._row: Piece | None = None
        self._table_head = False

    def mark(self, tokens: Sequence[Token]) -> None:
        """Say of each line what the tokens make of it."""
        for token in tokens:
            if token.type in ("blockquote_open", "blockquote_close"):
                self._quoted += token.nesting
            elif self._quoted == 0:
                self._mark(token)

    def _mark(self, token: Token) -> None:
        lines = self._lines(token)
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._lists += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists -= 1
        elif token.type == "list_item_open":
            self._begin_item(lines)
        elif token.type == "heading_open":
            self._begin_heading(token, lines)
        elif token.type in ("hr", "front_matter", "fence"):
            self._mark_block(token, lines)
        elif token.type == "table_open":
            lines[1].shape = Shape.RULE
        elif token.type in ("thead_open", "tbody_open"):
            self._table_head = token.type == "thead_open"
        elif token.type == "tr_open":
            self._row = lines[0]
            self._row.shape = Shape.HEADER if self._table_head else Shape.ROW
            self._row.depth = self._lists
        elif token.type == "tr_close":
            self._row = None
        elif token.type == "inline":
            self._fill(token, lines)

    def _lines(self, token: Token) -> list[Piece]:
        return self._pieces[token.map[0] : token.map[1]] if token.map else []

    def _mark_block(self, token: Token, lines: list[Piece]) -> None:
        if token.type == "fence":
            if not _YAML.match(token.info) or not _is_prompt(token.content) or self._lists:
                return
            lines[0].text = lines[-1].text = _FENCE
        for piece in lines:
            piece.shape = Shape.RULE if token.type == "hr" else Shape.MATTER

    def _begin_item(self, lines: list[Piece]) -> None:
        if lines and lines[0].shape is not Shape.ITEM:
            lines[0].shape, lines[0].depth, lines[0].text = Shape.ITEM, self._lists, ""

    def _begin_heading(self, token: Token, lines: list[Piece]) -> None:
        shape = Shape.HEADING if token.level == 0 else Shape.TEXT
        if lines[0].shape is not Shape.ITEM:
            lines[0].shape, lines[0].depth = shape, int(token.tag[1:])
        if len(lines) > 1:
            lines[-1].shape = Shape.RULE

    def _fill(self, token: Token, lines: list[Piece]) -> None:
        if self._row is not None:
            self._row.cells.append(token.content.strip())
            return
        for piece, text in zip(lines, token.content.split("\n"), strict=False):
            piece.text = text.strip()
            if piece.shape is Shape.RAW:
                piece.shape, piece.depth = Shape.TEXT, self._lists


def _front_matter(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """YAML between fences: at the very top, or where its keys are those of a session prompt."""
    if silent or state.blkIndent or _line(state, start).rstrip() != _FENCE:
        return False
    inside: list[str] = []
    for number in range(start + 1, end):
        line = _line(state, number).rstrip()
        if line == _FENCE:
            break
        if line.startswith("##"):
            return False
        inside.append(line)
    else:
        return False
    if not _is_matter(inside, at_top=start == 0):
        return False
    token = state.push("front_matter", "", 0)
    token.map = [start, start + len(inside) + 2]
    state.line = start + len(inside) + 2
    return True


def _is_matter(inside: list[str], *, at_top: bool) -> bool:
    keys = [line for line in inside if _KEY.match(line)]
    return bool(keys) and (at_top or _is_prompt("\n".join(keys)))


def _is_prompt(matter: str) -> bool:
    """Whether a line of YAML begins with a key of session prompts."""
    return any(_PROMPT_KEY.match(line) for line in matter.split("\n"))


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")
    parser.disable(["inline", "reference"])
    parser.block.ruler.before("hr", "front_matter", _front_matter)
    return parser


_INLINE = MarkdownIt("zero").enable(["escape", "emphasis", "entity", "backticks", "link"])


@dataclass(frozen=True, slots=True)
class Plain:
    """A line's text without its emphasis, what it begins with in bold or as code, and whether it
    holds links, whose addresses are not in `text`."""

    text: str
    lead: str
    linked: bool = False


def plain(text: str) -> Plain:
    """Read a line's inline markdown: bold marks and backslashes go, all else stays as written, but
    that several spaces are one."""
    text = _SPACES.sub(" ", text)
    children = _children(text)
    shown = "".join(_shown(children))
    lead = ""
    for mark in ("**", "__", "`"):
        if text.startswith(mark) and text.find(mark, len(mark)) > len(mark):
            inner = text[len(mark) : text.index(mark, len(mark))]
            lead = inner if mark == "`" else "".join(_shown(_children(inner)))
    linked = any(token.type == "link_open" for token in children)
    return Plain(shown.strip(), lead.strip().rstrip(":").strip(), linked)


def _children(text: str) -> list[Token]:
    return _INLINE.parseInline(text)[0].children or []


def _shown(children: Sequence[Token]) -> Iterator[str]:
    for token in children:
        if token.type == "code_inline":
            yield f"{token.markup}{token.content}{token.markup}"
        elif token.type in ("em_open", "em_close"):
            yield token.markup
        elif not token.type.startswith("strong"):
            yield token.content
