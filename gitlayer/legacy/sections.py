"""Which parts of a status file hold entries, and which headings in them are entries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from gitlayer.legacy.deployments import Deployments
from gitlayer.legacy.enhancements import Enhancements
from gitlayer.legacy.entries import Entry, Grammar, Kind, label_of, labelled
from gitlayer.legacy.headings import Heading, read_heading
from gitlayer.legacy.pieces import Piece, Shape, plain
from gitlayer.legacy.vendors import Vendors
from gitlayer.legacy.wording import NOTHING
from gitlayer.legacy.work_items import WorkItems

GRAMMARS: dict[Kind, Grammar] = {
    grammar.kind: grammar for grammar in (Vendors(), WorkItems(), Deployments(), Enhancements())
}


class Role(Enum):
    """What a heading inside a section is."""

    ENTRY = "entry"
    GROUP = "group"
    FOREIGN = "foreign"
    """The beginning of text by hand that has nothing to do with the section's entries."""


@dataclass(slots=True)
class Section:
    """A heading that announces entries, the pieces below it, and the roles of their headings."""

    kind: Kind
    heading: Piece
    said: Heading
    pieces: list[Piece] = field(default_factory=list)
    roles: dict[int, Role] = field(default_factory=dict)


def sections_of(pieces: Sequence[Piece]) -> list[Section]:
    """The sections that hold entries, in order; `pieces` are those that are nothing else yet."""
    found: list[Section] = []
    current: Section | None = None
    for piece in pieces:
        if piece.shape is Shape.HEADING:
            said = read_heading(piece.text)
            inside = current is not None and piece.depth > current.heading.depth
            if current is not None and inside and not _opens(said, piece, current):
                current.pieces.append(piece)
                continue
            current = Section(said.kind, piece, said) if said.kind else None
            if current is not None:
                found.append(current)
        elif current is not None:
            current.pieces.append(piece)
    for section in found:
        section.roles = _roles(section)
    return [section for section in found if _holds_entries(section)]


def _opens(said: Heading, piece: Piece, current: Section) -> bool:
    """Whether a heading below that of `current` begins a section of another kind."""
    return (
        said.pure
        and said.kind is not current.kind
        and current.kind is not Kind.PROMPTS
        and piece.depth == current.heading.depth + 1
    )


def _roles(section: Section) -> dict[int, Role]:
    """The role of each heading that is an entry, a group or foreign; deeper ones have none."""
    grammar = GRAMMARS.get(section.kind)
    headings = [piece for piece in section.pieces if piece.shape is Shape.HEADING]
    if grammar is None or not headings:
        return {}
    top = min(piece.depth for piece in headings)
    roles: dict[int, Role] = {}
    weak: list[Piece] = []
    for piece in headings:
        if piece.depth > top and section.kind is not Kind.WORK_ITEMS:
            continue
        role = _role(piece, section, grammar)
        if role is None:
            weak.append(piece)
        else:
            roles[piece.line] = role
    strong = sum(role is Role.ENTRY for role in roles.values())
    for piece in weak:
        roles[piece.line] = _weak_role(piece, section, mostly=strong >= len(weak) and strong > 0)
    return roles


def _role(piece: Piece, section: Section, grammar: Grammar) -> Role | None:
    said = read_heading(piece.text)
    line = plain(piece.text)
    whole_status = said.status and said.status == " ".join(line.text.casefold().split())
    if whole_status or (said.pure and said.kind is section.kind):
        return Role.GROUP
    strong = grammar.is_strong(line)
    if strong and section.kind is Kind.WORK_ITEMS:
        return Role.ENTRY
    below = chunk(section.pieces, piece)
    if any(is_start(each, grammar) for each in below if each.depth == 1) or _has_table(
        below, grammar
    ):
        return Role.GROUP
    told = any(_tells(each, grammar) for each in below)
    if strong or told:
        return Role.ENTRY
    return Role.FOREIGN if said.other else None


def _weak_role(piece: Piece, section: Section, *, mostly: bool) -> Role:
    short = len(piece.text.split()) <= 4 and section.kind is Kind.VENDORS
    usual = section.kind in (Kind.WORK_ITEMS, Kind.ENHANCEMENTS)
    takes = section.said.pure and (short or usual)
    return Role.ENTRY if mostly or takes else Role.FOREIGN


def chunk(pieces: Sequence[Piece], heading: Piece) -> list[Piece]:
    """The pieces below a heading, up to the next one."""
    below: list[Piece] = []
    for piece in pieces:
        if piece.line > heading.line:
            if piece.shape is Shape.HEADING:
                break
            below.append(piece)
    return below


def _tells(piece: Piece, grammar: Grammar) -> bool:
    if piece.shape not in (Shape.ITEM, Shape.TEXT):
        return False
    line = plain(piece.text)
    if labelled(line.text, grammar.labels):
        return True
    return bool(line.text) and grammar.add(Entry(grammar.kind, 0), line.text) == ""


def is_start(piece: Piece, grammar: Grammar) -> bool:
    """Whether a list item surely begins an entry."""
    line = plain(piece.text)
    return (
        piece.shape is Shape.ITEM
        and not labelled(line.text, grammar.labels)
        and grammar.is_strong(line)
    )


def columns_of(piece: Piece, grammar: Grammar) -> list[str | None]:
    """The fields of a table's columns by its header; empty when it is no table of entries.

    Exactly one column is the title, the first one when none is called so.
    """
    columns = [label_of(plain(cell).text, grammar.labels) for cell in piece.cells]
    if not any(columns) and "" not in columns:
        return []
    if "" not in columns and grammar.kind is not Kind.DEPLOYMENTS:
        columns[0] = ""
    return columns


def says_nothing(section: Section) -> bool:
    """Whether nothing but words like "none" stands below the heading."""
    return all(
        piece.shape in (Shape.BLANK, Shape.RULE)
        or plain(piece.text).text.strip(" .*_()").casefold() in NOTHING
        for piece in section.pieces
    )


def _has_table(pieces: Sequence[Piece], grammar: Grammar) -> bool:
    headers = [piece for piece in pieces if piece.shape is Shape.HEADER]
    return any(columns_of(piece, grammar) for piece in headers)


def _holds_entries(section: Section) -> bool:
    """A heading of just the known words is believed; another must be borne out by what is below."""
    grammar = GRAMMARS.get(section.kind)
    if section.said.pure or grammar is None:
        return True
    starts = [piece for piece in section.pieces if piece.shape is Shape.ITEM and piece.depth == 1]
    strong = sum(is_start(piece, grammar) for piece in starts)
    if _has_table(section.pieces, grammar) or (strong and strong * 2 >= len(starts)):
        return True
    return any(
        role is Role.ENTRY and grammar.is_strong(plain(piece.text))
        for piece in section.pieces
        if (role := section.roles.get(piece.line)) is not None
    )
