"""Markdown of any origin on a page."""

import pytest
from html5lib import HTMLParser
from hypothesis import given
from hypothesis import strategies as st

from tests.tidelog.board.browsing import Element, elements_of
from tidelog.board.text import rendered

HARMLESS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "ul",
}
HEADINGS = {"h3", "h4", "h5", "h6"}
TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
MARKUP = [
    "<script>",
    "</script>",
    "<img src=x onerror=y>",
    "<!--",
    "-->",
    "<style>",
    "&lt;",
    "&#x6a;",
]
LINKS = ["[a](", "![b](", ")", "[c]: ", "<https://e.example>", "https://e.example/", "javascript:"]
MARKS = [
    "# ",
    "```",
    "- ",
    "1. ",
    "> ",
    "*",
    "_",
    "~~",
    "`",
    '"',
    "'",
    "\\",
    "|",
    "    ",
    "\n",
    "\n\n",
]
TABLE = "\n\n| a | b |\n|:--|--:|\n| c | d |\n"
PIECES = [*MARKUP, *LINKS, *MARKS, TABLE, "x"]


def read(text: str) -> list[Element]:
    """The elements that a text becomes."""
    parser = HTMLParser(strict=True, namespaceHTMLElements=False)
    return [*elements_of(parser.parseFragment(rendered(text)))][1:]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_text_becomes_more_than_text(text: str) -> None:
    """Whatever a text holds, its page holds harmless elements only, and links to the web only."""
    for element in read(text):
        assert element.name in HARMLESS | HEADINGS | TABLES
        assert element.attributes.keys() <= {"href", "rel", "title", "class", "start"}
        assert element.attributes.get("href", "https:").startswith("https:")


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("# Why", "h3", "Why"),
        ("###### Deep", "h6", "Deep"),
        ("| a | b |\n|:--|--:|\n| c | d |", "td", "c"),
        ("~~gone~~", "s", "gone"),
        ("```python\nx = 1\n```", "pre", "x = 1"),
        ("[a](mailto:ada@example.org)", "a", "a"),
    ],
)
def test_markdown(text: str, name: str, words: str) -> None:
    """Markdown is shown; its headings begin below those of the page."""
    assert words in [each.words() for each in read(text) if each.name == name]


def test_links_that_lead_elsewhere_are_text() -> None:
    """A link within this machine or into a script is no link; its text stays."""
    for address in ("javascript:alert(1)", "/items/x", "file:///etc/passwd", "//evil.example"):
        assert "<a" not in rendered(f"[read]({address})")
        assert "read" in rendered(f"[read]({address})")
