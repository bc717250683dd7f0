"""A whole hand-kept status file: what it says, and what becomes of each of its lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from gitlayer.blocks import lines_of
from gitlayer.layout import fill, layout_of
from gitlayer.legacy.entries import Entry, Kind, Remark
from gitlayer.legacy.headings import is_ours
from gitlayer.legacy.inside import Found, prompts_inside
from gitlayer.legacy.pieces import Piece, Shape, pieces_of
from gitlayer.legacy.prompts import Prompt
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.sections import Section, sections_of
from gitlayer.legacy.sorting import Sorted, sort_section
from gitlayer.legacy.spellings import merge_spellings
from gitlayer.legacy.wording import take_when
from gitlayer.pieces import ORDER, TITLE, end_of

LONGEST_NOTES = 8_000
"""Characters of notes that one entry takes; further lines stay where they are."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TITLE = re.compile(r"project status\b", re.IGNORECASE)
_MARKER = re.compile(rf"(<!-- tidelog:)(~*(?:{'|'.join(ORDER)}) -->[\r\n]*)")
_PROMPT_NAME = re.compile(r"session\b|prompt\b|\d{4}-\d\d-\d\d", re.IGNORECASE)
_SAMPLES = {
    TITLE: "# Project Status - 2025-01-01T00:00:00\n",
    Kind.VENDORS.value: "## Operational Vendors (0/0)\n",
    Kind.WORK_ITEMS.value: "## Active Work Items\n",
    Kind.DEPLOYMENTS.value: "## Recent Deployments\n",
    Kind.ENHANCEMENTS.value: "## Future Enhancements\n",
}
"""Stand for the generated sections while a layout is settled."""

NEWLINE = "\n"


class Fate(Enum):
    """What became of a line."""

    MAPPED = "mapped"
    """All it says is in fields, or it only separates what is."""
    SECTION = "section"
    """It stays, byte for byte, as text by hand."""
    NOTE = "note"
    """It is kept verbatim with its entry."""


@dataclass(slots=True)
class Legacy:
    """A status file, read. `layout` is its text by hand, with a marker line where entries stood."""

    file: str
    lines: list[str]
    fates: list[Fate]
    entries: list[Entry] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    notes_of_prompts: dict[int, list[int]] = field(default_factory=dict)
    skipped: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    layout: str = ""
    titled: bool = False
    as_of: str | None = None

    def of(self, kind: Kind) -> list[Entry]:
        """The entries of one kind, in their order."""
        return [entry for entry in self.entries if entry.kind is kind]

    def verbatim(self, lines: Sequence[int]) -> list[str]:
        """Lines (0-based) as they stand, without their line ends."""
        return [self.lines[line].rstrip("\r\n") for line in lines]


def read_status(text: str, file: str = "") -> Legacy:
    """Read a status file in whatever dialect: every line has exactly one fate. Raises nothing."""
    shown, remarks = _visible(text.removeprefix("\ufeff"))
    pieces = pieces_of(shown)
    lines = lines_of(shown)
    legacy = Legacy(file, lines, [Fate.SECTION] * len(lines), remarks=remarks)
    taken = _take_title(pieces, legacy)
    found = list(prompts_inside(pieces, lines, file=file))
    for each in found:
        _take_prompt(each, legacy)
        taken.update(range(each.region.start, each.region.stop))
    claimed: list[tuple[Section, list[Entry]]] = []
    sections = sections_of([piece for piece in pieces if piece.line not in taken])
    for place, section in enumerate(sections):
        if section.kind is Kind.PROMPTS:
            stop = next((each.heading.line for each in sections[place + 1 :]), len(lines))
            _settle_prompts(section, found, stop, legacy)
        else:
            outcome = sort_section(section)
            _take_section(outcome, legacy)
            claimed.append((section, outcome.entries))
    merge_spellings(legacy.of(Kind.VENDORS))
    for section, entries in claimed:
        count = sum(entry.kind is not Kind.VENDORS or entry.above is None for entry in entries)
        _compare_claim(section, count, legacy, section.kind.value.replace("-", " "))
    for entry in legacy.entries:
        _take_notes(entry, legacy)
    _settle_blanks(pieces, legacy.fates)
    holding = {id(section) for section, entries in claimed if entries}
    legacy.layout = _layout(pieces, sections, holding, legacy)
    return legacy


def _visible(text: str) -> tuple[str, list[Remark]]:
    """Characters that no layer can hold become the symbols Unicode has for them, and are told."""
    if _UNFIT.search(text) is None:
        return text, []
    remarks: list[Remark] = []
    shown: list[str] = []
    for number, line in enumerate(lines_of(text), 1):
        if _UNFIT.search(line):
            remarks.append(Remark(number, "a control character is kept as its visible symbol"))
        shown.append(_UNFIT.sub(_symbol, line))
    return "".join(shown), remarks


def _symbol(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code >= 0xD800:
        return "\ufffd"
    return "\u2421" if code == 0x7F else chr(0x2400 + code)


def _take_title(pieces: Sequence[Piece], legacy: Legacy) -> set[int]:
    """The line `# Project Status - TIME`, which the report writes anew."""
    first = next((piece for piece in pieces if piece.shape is not Shape.BLANK), None)
    if first is None or first.shape is not Shape.HEADING or first.depth != 1:
        return set()
    scan = Scan(first.text)
    if scan.take(_TITLE) is None:
        return set()
    when = take_when(scan)
    if scan.rest:
        return set()
    legacy.titled = True
    legacy.as_of = when.moment if when is not None else None
    taken = {first.line}
    if first.line + 1 < len(pieces) and pieces[first.line + 1].shape is Shape.RULE:
        taken.add(first.line + 1)
    for line in taken:
        legacy.fates[line] = Fate.MAPPED
    return taken


def _take_prompt(found: Found, legacy: Legacy) -> None:
    if found.prompt is None:
        if found.problem is not None:
            legacy.skipped.append(found.problem)
        return
    for line in range(found.region.start, found.region.stop):
        legacy.fates[line] = Fate.MAPPED
    for line in found.notes:
        legacy.fates[line] = Fate.NOTE
    legacy.notes_of_prompts[len(legacy.prompts)] = found.notes
    legacy.prompts.append(found.prompt)
    legacy.remarks += found.prompt.remarks


def _settle_prompts(section: Section, found: Sequence[Found], stop: int, legacy: Legacy) -> None:
    """The lines of a section of prompts between them; its heading stays if anything else does."""
    for piece in section.pieces:
        if piece.shape is Shape.HEADING and _PROMPT_NAME.match(piece.text):
            legacy.skipped.append(Remark(piece.line + 1, "has no frontmatter"))
    inside = [each for each in found if section.heading.line < each.region.start < stop]
    good = sum(each.prompt is not None for each in inside)
    quiet = (Shape.BLANK, Shape.RULE)
    if good and good == len(inside) and all(piece.shape in quiet for piece in section.pieces):
        legacy.fates[section.heading.line] = Fate.MAPPED
        for piece in section.pieces:
            legacy.fates[piece.line] = Fate.MAPPED
    _compare_claim(section, good, legacy, "session prompts that can be read")


def _take_section(outcome: Sorted, legacy: Legacy) -> None:
    for line in outcome.mapped:
        legacy.fates[line] = Fate.MAPPED
    legacy.entries += outcome.entries


def _take_notes(entry: Entry, legacy: Legacy) -> None:
    room = LONGEST_NOTES
    for line in list(entry.notes):
        room -= len(legacy.lines[line])
        legacy.fates[line] = Fate.SECTION if room < 0 else Fate.NOTE
        if room < 0:
            entry.notes.remove(line)


def _compare_claim(section: Section, count: int, legacy: Legacy, what: str) -> None:
    claim = section.said.claim
    if claim is not None and claim != count:
        reason = f"the heading says {claim}, and there are {count} {what}"
        legacy.remarks.append(Remark(section.heading.line + 1, reason))


def _settle_blanks(pieces: Sequence[Piece], fates: list[Fate]) -> None:
    """Blank lines that only part what was mapped are mapped."""
    run: list[int] = []
    after_mapped = True
    for piece in [*pieces, None]:
        if piece is not None and piece.shape is Shape.BLANK:
            run.append(piece.line)
            continue
        mapped = piece is None or fates[piece.line] is not Fate.SECTION
        if after_mapped and mapped and len(run) < len(pieces):
            for line in run:
                fates[line] = Fate.MAPPED
        run, after_mapped = [], mapped


def _layout(
    pieces: Sequence[Piece], sections: Sequence[Section], holding: set[int], legacy: Legacy
) -> str:
    """The lines that stay, with a marker where entries stood, settled as the report needs it."""
    begins: dict[int, str] = {}
    for section in sections:
        name = section.kind.value
        filled = id(section) in holding or is_ours(legacy.lines[section.heading.line])
        if section.kind is not Kind.PROMPTS and filled and name not in begins.values():
            begins[section.heading.line] = name
    title = next((piece for piece in pieces if piece.shape is Shape.HEADING), None)
    if title is not None and legacy.titled:
        begins[title.line] = TITLE
    text: list[str] = []
    for piece, line, fate in zip(pieces, legacy.lines, legacy.fates, strict=True):
        if piece.line in begins:
            text.append(f"<!-- tidelog:{begins[piece.line]} -->{end_of(line) or NEWLINE}")
        if fate is Fate.SECTION:
            marker = _MARKER.fullmatch(line)
            text.append(f"{marker[1]}~{marker[2]}" if marker else line)
    return layout_of(fill("".join(text), _SAMPLES))
