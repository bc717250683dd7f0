"""A report in pieces: what people wrote by hand, and the sections that are generated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gitlayer.blocks import Scanner, is_blank, lines_of

TITLE, VENDORS, WORK_ITEMS = "title", "vendors", "work-items"
DEPLOYMENTS, ENHANCEMENTS = "deployments", "enhancements"
ORDER = (TITLE, VENDORS, WORK_ITEMS, DEPLOYMENTS, ENHANCEMENTS)
"""The generated sections in their standard order."""

END = "<!-- tidelog:end -->"
"""Ends a generated section before text that has no heading of its own."""

HAND = ""
_OWN = (
    (TITLE, re.compile(r"# Project Status - \d{4}-\d\d-\d\d[\dT:.Z+ -]*")),
    (VENDORS, re.compile(r"## Operational Vendors \(\d+/\d+\)\s*")),
    (WORK_ITEMS, re.compile(r"## Active Work Items\s*")),
    (DEPLOYMENTS, re.compile(r"## Recent Deployments\s*")),
    (ENHANCEMENTS, re.compile(r"## Future Enhancements\s*")),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of hand-written text, or the place of a generated section and its line ends."""

    name: str
    text: str = ""
    end: str = "\n"


def split(body: str) -> list[Piece]:
    """A report as its pieces, in order; together they are the report."""
    lines = lines_of(body)
    cuts, opened_at = cuts_of(lines, len(lines))
    if opened_at is not None and _section_at(cuts, opened_at):
        # Somebody opened code or a comment in a generated section and never closed it: what
        # follows is not lost for that.
        cuts, _ = cuts_of(lines, opened_at)
    ends = [*(place for place, _ in cuts[1:]), len(lines)]
    return [
        Piece(name, "".join(lines[begin:end]), _end_of_section(lines[begin:end]))
        for (begin, name), end in zip(cuts, ends, strict=True)
        if begin < end
    ]


def cuts_of(lines: Sequence[str], plain_from: int) -> tuple[list[tuple[int, str]], int | None]:
    """Where each piece begins and what it is, and where something was opened and not closed.

    From `plain_from` on nothing opens code or HTML inside a generated section.
    """
    scanner = Scanner()
    cuts, seen = [(0, HAND)], {HAND}
    for place, line in enumerate(lines):
        inside = cuts[-1][1] != HAND
        was_open = scanner.opened_at is not None
        scanner.plain = inside and place >= plain_from
        begins = scanner.heading(place, line)
        if begins is not None:
            name = own_heading(line) if begins == place else HAND
            cuts.append((begins, HAND if name in seen else name))
            seen.add(name)
            if cuts[-1][1] == TITLE:
                # The title is a line and an empty one; what follows it is written by hand.
                spaced = place + 1 < len(lines) and is_blank(lines[place + 1])
                cuts.append((place + 1 + spaced, HAND))
        elif inside and not was_open and bare(line) == END:
            cuts.append((place, HAND))
    return cuts, scanner.opened_at


def own_heading(line: str) -> str:
    """Which generated section a line is the heading of; empty for any other line."""
    content = bare(line)
    if content[:1] != "#":
        return HAND
    return next((name for name, pattern in _OWN if pattern.fullmatch(content)), HAND)


def _section_at(cuts: Sequence[tuple[int, str]], place: int) -> str:
    return next(name for begin, name in reversed(cuts) if begin <= place)


def line_end(text: str) -> str:
    """How the text ends its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def end_of(line: str) -> str:
    """How a line ends, as a marker line may end; empty when nothing ends it."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith(("\r", "\n")) else ""


def _end_of_section(lines: Sequence[str]) -> str:
    return end_of(lines[0]) if end_of(lines[-1]) else ""


def bare(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")
