"""No page sends its reader nowhere, and every page can be found."""

from pathlib import Path

import pytest

from tests.docs.links import anchors, broken, links, pages
from tests.docs.story import ROOT


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_resolve(page: Path) -> None:
    """Every relative link and anchor of a page leads to something."""
    assert broken(page, page.read_text(encoding="utf-8")) == []


def test_every_page_is_linked() -> None:
    """Each page below docs/ is linked from another page."""
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in pages()
        for link in links(page.read_text(encoding="utf-8"))
        if not link.startswith("#") and (page.parent / link.partition("#")[0]).resolve() != page
    }
    assert [page for page in (ROOT / "docs").rglob("*.md") if page not in linked] == []


def test_broken_links_are_found() -> None:
    """A file that is not there and a heading that is not there are found; code is no link."""
    text = "# A b: `c`\n[x](no.md) [y](#a-b-c) [z](#d) [w](README.md#tidelog)\n`[v](no2.md)`\n"
    assert anchors(text) == {"a-b-c"}
    assert broken(ROOT / "CHANGELOG.md", text) == ["no.md", "#d"]
