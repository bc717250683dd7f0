"""Session prompts that stand in the status file itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gitlayer.legacy.entries import Kind, Remark
from gitlayer.legacy.headings import read_heading
from gitlayer.legacy.pieces import Piece, Shape
from gitlayer.legacy.prompts import BadPrompt, Prompt, read_prompt
from localstore.values import to_json

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of one prompt; `heading` and `matter` are their first lines, `stop` ends it."""

    heading: int | None
    matter: int
    body: int
    stop: int

    @property
    def start(self) -> int:
        """The first line of the prompt."""
        return self.matter if self.heading is None else self.heading


@dataclass(slots=True)
class Found:
    """A prompt in the file, or why it is none; `notes` are lines whose words are in no field."""

    region: Region
    prompt: Prompt | None
    problem: Remark | None
    notes: list[int]


def prompts_inside(pieces: Sequence[Piece], lines: Sequence[str], *, file: str) -> Iterator[Found]:
    """Each prompt of a status file, in order."""
    for region in _regions(pieces):
        matter = "".join(lines[region.matter + 1 : region.body - 1])
        body = "".join(lines[region.body : region.stop])
        name = pieces[region.heading].text if region.heading is not None else ""
        try:
            prompt = read_prompt(matter, body, file=file, line=region.matter + 1, name=name)
        except BadPrompt as problem:
            yield Found(region, None, Remark(problem.line, problem.reason), [])
            continue
        yield Found(region, prompt, None, _unread(region, prompt, lines, name))


def _unread(region: Region, prompt: Prompt, lines: Sequence[str], name: str) -> list[int]:
    """The lines before the body with a word, like a YAML comment, that no field holds."""
    known = set(_WORD.findall(to_json(prompt.frontmatter)))
    inside = range(region.matter + 1, region.body - 1)
    unread = [line for line in inside if not known.issuperset(_WORD.findall(lines[line]))]
    if region.heading is not None and " ".join(name.split()) != prompt.title:
        unread.insert(0, region.heading)
    return unread


def _regions(pieces: Sequence[Piece]) -> Iterator[Region]:
    blocks = list(_blocks(pieces))
    headings = [_heading_above(pieces, first) for first, _ in blocks]
    for index, (first, after) in enumerate(blocks):
        heading = headings[index]
        level = pieces[heading].depth if heading is not None else 6
        stop = after
        following = blocks[index + 1][0] if index + 1 < len(blocks) else len(pieces)
        next_heading = headings[index + 1] if index + 1 < len(blocks) else None
        end = following if next_heading is None else next_heading
        while stop < end and not _ends(pieces[stop], level):
            stop += 1
        yield Region(heading, first, after, stop)


def _ends(piece: Piece, level: int) -> bool:
    if piece.shape is not Shape.HEADING:
        return False
    return piece.depth <= level or read_heading(piece.text).pure


def _blocks(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """The first line of each block of frontmatter, and the line after its last."""
    start: int | None = None
    for piece in pieces:
        is_fence = piece.shape is Shape.MATTER and piece.text == "---"
        if start is None and is_fence:
            start = piece.line
        elif start is not None and is_fence:
            inside = pieces[start + 1 : piece.line]
            if start > 0 or any("token_budget" in each.text for each in inside):
                yield start, piece.line + 1
            start = None


def _heading_above(pieces: Sequence[Piece], line: int) -> int | None:
    above = line - 1
    while above >= 0 and pieces[above].shape is Shape.BLANK:
        above -= 1
    if above < 0 or pieces[above].shape is not Shape.HEADING:
        return None
    said = read_heading(pieces[above].text)
    return None if said.pure and said.kind is Kind.PROMPTS and pieces[above].depth <= 2 else above
