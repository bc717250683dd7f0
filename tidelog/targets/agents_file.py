"""The block in a project's AGENTS.md that tells any assistant how to work with tidelog."""

import re
from collections.abc import Sequence
from pathlib import Path

from localstore.errors import InvalidArguments
from tidelog.packaged import packaged_text
from tidelog.targets.target import Asked, Machine, Scope
from tidelog.targets.wholly import expect_plain

BEGIN, END = "<!-- BEGIN tidelog -->", "<!-- END tidelog -->"
_MARKS = re.compile(rf"^(?:{BEGIN}|{END})(?=\r?$)", re.MULTILINE)


class AgentsFile:
    """AGENTS.md, as a target. Everything outside of the two marks stays as it is, byte for byte."""

    name = "agents-md"
    summary = "AGENTS.md"
    private = False

    def file(self, machine: Machine, scope: Scope) -> Path | None:
        """The file at the top of the project; a user has none."""
        return machine.project / "AGENTS.md" if scope is Scope.PROJECT else None

    def stands(self, text: str) -> bool:
        """Whether the block is there."""
        return _block(text) is not None

    def shown(self, asked: Asked) -> str:
        """The block with its marks."""
        return self.installed(None, asked)

    def installed(self, before: str | None, asked: Asked) -> str:
        """The text with the block at its end, or brought up to date where it stands.

        A text that does not end its last line does not end it afterwards either.
        """
        expect_plain(asked, self.name)
        text = before or ""
        if there := _block(text):
            begin, end, newline = there
            return text[:begin] + _written(newline) + text[end:]
        newline = "\r\n" if "\r\n" in text else "\n"
        if not text:
            return _written(newline) + newline
        if text.endswith("\n"):
            return text + newline + _written(newline) + newline
        return text + newline + newline + _written(newline)

    def removed(self, before: str, asked: Asked) -> str | None:
        """The text without the block and the empty line before it."""
        expect_plain(asked, self.name)
        there = _block(before)
        if there is None:
            return before
        begin, end, newline = there
        head, tail = before[:begin], before[end:]
        if tail:
            tail = tail.removeprefix(newline)
        else:  # the file did not end its last line
            head = head.removesuffix(newline)
        return head.removesuffix(newline) + tail or None

    def next_steps(self, asked: Asked) -> Sequence[str]:
        """How others get it, and Claude Code."""
        del asked  # a project's file is for everybody, whoever asks
        return (
            "Commit it: every assistant that reads AGENTS.md works that way.",
            "Claude Code reads CLAUDE.md: a line `@AGENTS.md` there takes it in.",
        )

    def last_steps(self, asked: Asked) -> Sequence[str]:
        """Nothing more."""
        del asked
        return ()


def _written(newline: str) -> str:
    """The block as this version has it, without an end of its last line."""
    return newline.join((BEGIN, *packaged_text("agents/AGENTS.md").splitlines(), END))


def _block(text: str) -> tuple[int, int, str] | None:
    """Where the block begins and ends, its marks included, and how it ends its lines; None where
    there is none.

    Raises:
        InvalidArguments: the marks are not one pair.
    """
    marks = [*_MARKS.finditer(text)]
    if not marks:
        return None
    if [mark.group() for mark in marks] != [BEGIN, END]:
        raise InvalidArguments(
            "AGENTS.md",
            f"holds {len(marks)} marks of tidelog, not one {BEGIN} and one {END} after it",
            hint="put that right and try again; nothing was changed",
        )
    begin, end = marks
    newline = "\r\n" if text.startswith("\r", begin.end()) else "\n"
    return begin.start(), end.end(), newline
