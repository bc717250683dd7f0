"""Where the generated sections of a report stand among what people wrote by hand.

A layout is the text of a report with one marker line for each generated section; what is written by
hand stands in it byte for byte. Only a line of hand-written text that looks like a marker is
told apart by a tilde more.

The law: `layout_of(fill(layout, sections)) == settle(layout)`; what `layout_of` returns is settled
already. Settling loses nothing that is written: it adds markers that are missing, closes code or
comments that would swallow a section, and marks the end of one where no heading does.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from gitlayer.blocks import lines_of
from gitlayer.pieces import HAND, ORDER, Piece, bare, end_of, line_end, split
from gitlayer.settling import settled

_BOM = "\ufeff"
_MARKER = re.compile(rf"<!-- tidelog:(~*)({'|'.join(ORDER)}) -->")


def layout_of(text: str) -> str:
    """The report with each generated section replaced by its marker line.

    The first section of a kind is the generated one, a further one is hand-written. Kinds that are
    missing get their marker too.
    """
    mark, body = _without_mark(text)
    return mark + "".join(map(_as_layout, settled(split(body), line_end(body))))


def settle(layout: str) -> str:
    """The layout as `layout_of` gives it back from a report that was filled with all sections."""
    mark, body = _without_mark(layout)
    return mark + "".join(map(_as_layout, _arranged(body)))


def generated_of(text: str) -> dict[str, str]:
    """The generated sections of a report by marker name, as `fill` takes them."""
    pieces = split(_without_mark(text)[1])
    return {piece.name: _unspaced(piece.text) for piece in pieces if piece.name}


def fill(layout: str, sections: Mapping[str, str]) -> str:
    """The report of a layout: each section of `sections` stands where its marker does.

    A section without a marker stands before the one that follows it in the standard order, or at
    the end. A section has the line ends of its marker, and an empty line after it.
    """
    mark, body = _without_mark(layout)
    pieces = [each for each in _arranged(body) if not each.name or sections.get(each.name)]
    text = [
        _filled(piece, sections[piece.name], last=piece is pieces[-1], usual=line_end(body))
        if piece.name
        else piece.text
        for piece in pieces
    ]
    return mark + "".join(text)


def _filled(piece: Piece, section: str, *, last: bool, usual: str) -> str:
    text = section.rstrip("\n")
    if not last:
        text += "\n\n"
    elif piece.end:
        text += "\n"
    return text.replace("\n", piece.end or usual)


@lru_cache(maxsize=4)
def _arranged(body: str) -> tuple[Piece, ...]:
    """The pieces of a layout, settled."""
    pieces: list[Piece] = []
    hand: list[str] = []
    for line in lines_of(body):
        content = bare(line)
        marker = _MARKER.fullmatch(content)
        if marker and not marker[1]:
            pieces += [Piece(HAND, "".join(hand)), Piece(marker[2], end=end_of(line))]
            hand = []
        else:
            hand.append(line.replace(":~", ":", 1) if marker else line)
    return tuple(settled([*pieces, Piece(HAND, "".join(hand))], line_end(body)))


def _as_layout(piece: Piece) -> str:
    if piece.name:
        return f"<!-- tidelog:{piece.name} -->{piece.end}"
    return "".join(
        line.replace("tidelog:", "tidelog:~", 1) if _MARKER.fullmatch(bare(line)) else line
        for line in lines_of(piece.text)
    )


def _without_mark(text: str) -> tuple[str, str]:
    """A byte order mark, if the text begins with one, and the rest."""
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def _unspaced(section: str) -> str:
    return "".join(f"{bare(line)}\n" for line in lines_of(section)).rstrip("\n") + "\n"
