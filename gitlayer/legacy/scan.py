"""A piece of text from which what is understood is taken away, until nothing or a rest is left."""

import re

_DECORATION = re.compile(r"[\s\-\u2013—:;,.()\[\]{}|/•·#'\"*→]+")
_LEADING = " \t([)]-\u2013—:;,|=→"
GAP = "\x1f"
"""Stands where something was taken; no text that may be stored holds one."""


class Scan:
    """Text being read; what was taken leaves a gap, so that its neighbours never grow together."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take away the first match of `pattern` and return it; None when there is none."""
        found = pattern.search(self.text)
        if found is not None:
            self.text = self.text[: found.start()] + GAP + self.text[found.end() :]
        return found

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Take away every match of `pattern`."""
        found = []
        while (match := self.take(pattern)) is not None and match.group():
            found.append(match)
        return found

    def first_part(self) -> str:
        """What is left up to the first gap, bracket or comma, without decoration."""
        left = self.text.lstrip(GAP + _LEADING)
        return trimmed(re.split(r"[\x1f()\[\],;|]| [-\u2013—] ", left)[0])

    @property
    def rest(self) -> str:
        """What is left, without decoration; empty when all was understood."""
        return " ".join(filter(None, map(trimmed, self.text.split(GAP))))


def trimmed(text: str) -> str:
    """Text without separators at its ends, and empty when it is nothing but separators."""
    if not _DECORATION.sub("", text.replace(GAP, "")):
        return ""
    return text.strip(" \t\x1f-\u2013—:;,|•·→").strip()
