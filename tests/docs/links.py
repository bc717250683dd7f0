"""The links of markdown pages, and the anchors they may point to."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.story import ROOT

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def pages() -> list[Path]:
    """Every page for readers: those at the top, and all below docs/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def links(text: str) -> Iterator[str]:
    """Where a page points to, outside of code."""
    yield from _LINK.findall(_INLINE.sub("", _CODE.sub("", text)))


def anchors(text: str) -> set[str]:
    """What can be pointed to in a page, as GitHub names its headings."""
    found: set[str] = set()
    for heading in _HEADING.findall(_CODE.sub("", text)):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(words if words not in found else f"{words}-1")
    return found


def broken(page: Path, text: str) -> list[str]:
    """The links of a page that lead nowhere; addresses of other machines are not asked."""
    wrong = []
    for link in links(text):
        path, _, anchor = link.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            wrong.append(link)
        elif anchor and target.suffix == ".md":
            there = text if target == page else target.read_text(encoding="utf-8")
            wrong += [] if anchor in anchors(there) else [link]
    return wrong
