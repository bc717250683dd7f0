"""The three-way merge of a text by its lines."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_EQUAL_PAIRS = 200_000
_PAIRS = 16_000_000
"""How many pairs of equal lines, and of lines at all, between the first and the last change are
worth looking at to find the smallest difference (a second or two at worst, under the write lock):
a text of mostly the same line would take minutes. Beyond, all between is one change."""


class _Change(NamedTuple):
    """The base's lines from `start` to `end` became `lines` on one side."""

    start: int
    end: int
    lines: Sequence[str]


def merged_lines(base: str, local: str, remote: str) -> str | None:
    """The text with the changes of both sides; None where they overlap or touch and differ.

    A line keeps its own ending, whichever it is, and a last line without one stays without.
    """
    return _merged(base, local, remote, both=False)


def joined_lines(base: str, local: str, remote: str) -> str:
    """As `merged_lines`, but where the changes differ the remote's lines stand before the local's,
    and lines that both have stand once; texts without a line in common stand apart."""
    if not {*_LINE.findall(local)} & {*_LINE.findall(remote)}:
        return "\n\n".join(side for side in (remote, local) if side)
    return _merged(base, local, remote, both=True) or ""


def _merged(base: str, local: str, remote: str, *, both: bool) -> str | None:
    old = _LINE.findall(base)
    here, there = (_changes(old, _LINE.findall(side)) for side in (local, remote))
    merged: list[str] = []
    done = 0
    while here or there:
        mine, theirs, end = _next_group(here, there)
        start = min(change.start for change in (*mine, *theirs))
        outcomes = [_replaced(old, start, end, changes) for changes in (mine, theirs) if changes]
        if len(outcomes) == 2 and outcomes[0] != outcomes[1]:
            if not both:
                return None
            outcomes = [_one_after_the_other(outcomes[1], outcomes[0])]
        merged += [*old[done:start], *outcomes[0]]
        done = end
    return "".join([*merged, *old[done:]])


def _one_after_the_other(first: list[str], second: list[str]) -> list[str]:
    """The lines of both, those in common once; a line without an end gets one before the next."""
    joined: list[str] = []
    matcher = SequenceMatcher(None, first, second)
    for tag, start, end, other, other_end in matcher.get_opcodes():
        joined += first[start:end] if tag != "insert" else []
        joined += second[other:other_end] if tag != "equal" else []
    ended = [line if line.endswith(("\n", "\r")) else line + "\n" for line in joined[:-1]]
    return [*ended, *joined[-1:]]


def _next_group(
    here: list[_Change], there: list[_Change]
) -> tuple[list[_Change], list[_Change], int]:
    """Take the first changes off both lists that overlap or touch each other, and where they end.

    Changes of one side never touch: there are unchanged lines between them.
    """
    first = min((side[0] for side in (here, there) if side), key=lambda change: change.start)
    end = first.end
    groups: tuple[list[_Change], list[_Change]] = ([], [])
    grown = True
    while grown:
        grown = False
        for side, group in zip((here, there), groups, strict=True):
            while side and side[0].start <= end:
                group.append(side.pop(0))
                end = max(end, group[-1].end)
                grown = True
    return (*groups, end)


def _replaced(old: Sequence[str], start: int, end: int, changes: Iterable[_Change]) -> list[str]:
    """The base's lines from `start` to `end` as one side has them."""
    lines: list[str] = []
    for change in changes:
        lines += [*old[start : change.start], *change.lines]
        start = change.end
    return [*lines, *old[start:end]]


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    """How one side differs from the base, in order."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if not before and not after:
        return []
    counted = Counter(after)
    equal = sum(counted[line] for line in before)
    if equal > _EQUAL_PAIRS or len(before) * len(after) > _PAIRS:
        return [_Change(head, head + len(before), after)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        _Change(head + start, head + end, after[new_start:new_end])
        for tag, start, end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]
