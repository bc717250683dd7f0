"""Bringing the pieces of a report into the form in which they can be told apart again."""

from collections.abc import Sequence
from dataclasses import replace

from gitlayer.blocks import Scanner, is_blank, lines_of
from gitlayer.pieces import END, HAND, ORDER, TITLE, Piece, bare, cuts_of


def settled(pieces: Sequence[Piece], usual: str) -> list[Piece]:
    """Pieces with each kind of section once, that can be told apart again when they are filled."""
    once = _completed(_once(pieces), usual)
    settled: list[Piece] = []
    for place, piece in enumerate(once):
        before = once[place - 1].name if place else HAND
        last = place == len(once) - 1
        if piece.name:
            settled.append(piece if last or piece.end else replace(piece, end=usual))
            continue
        text = piece.text if before in (HAND, TITLE) else _opened(piece.text, usual)
        if text:
            settled.append(Piece(HAND, text if last else _closed(text, usual)))
    return settled


def _once(pieces: Sequence[Piece]) -> list[Piece]:
    """Each section once, and before any hand-written heading of its kind: the first one is ours."""
    once = _joined(pieces)
    for _ in ORDER:
        once = _joined(_before_a_namesake(once))
    return once


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The first section of each kind, with the text between them in one piece."""
    joined: list[Piece] = []
    seen: set[str] = set()
    for piece in pieces:
        if piece.name and piece.name not in seen:
            seen.add(piece.name)
            joined.append(piece)
        elif piece.text and joined and not joined[-1].name:
            joined[-1] = Piece(HAND, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


def _before_a_namesake(pieces: Sequence[Piece]) -> list[Piece]:
    """Put the first section whose kind has a hand-written heading above it before that heading."""
    seen: set[str] = set()
    for place, piece in enumerate(pieces):
        seen.add(piece.name)
        lines = [] if piece.name else lines_of(piece.text)
        for begin, name in cuts_of(lines, len(lines))[0]:
            if name and name not in seen:
                above = Piece(HAND, "".join(lines[:begin]))
                below = Piece(HAND, "".join(lines[begin:]))
                return [*pieces[:place], above, Piece(name), below, *pieces[place + 1 :]]
    return list(pieces)


def _completed(pieces: Sequence[Piece], usual: str) -> list[Piece]:
    whole = list(pieces)
    for rank, name in enumerate(ORDER):
        if all(piece.name != name for piece in whole):
            later = (at for at, piece in enumerate(whole) if piece.name in ORDER[rank + 1 :])
            whole.insert(next(later, len(whole)), Piece(name, end=usual))
    return whole


def _opened(text: str, usual: str) -> str:
    """Text that follows a generated section, so that it is seen where it begins."""
    lines = lines_of(text)
    first = next((at for at, line in enumerate(lines) if not is_blank(line)), len(lines))
    lines = lines[first:]
    begins = any(begin == 0 for begin, _ in cuts_of(lines, len(lines))[0][1:])
    if not lines or begins or bare(lines[0]) == END:
        return "".join(lines)
    return f"{END}{usual}{''.join(lines)}"


def _closed(text: str, usual: str) -> str:
    """Text that a generated section follows, with nothing left open that would swallow it."""
    if text[-1] not in "\r\n":
        text += usual
    while (closer := _closer(text)) is not None:
        text += closer + usual
    return text


def _closer(text: str) -> str | None:
    scanner = Scanner()
    for place, line in enumerate(lines_of(text)):
        scanner.heading(place, line)
    return scanner.closer
