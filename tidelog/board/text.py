"""Text of any origin as HTML that does nothing: markdown without raw HTML, scripts or images."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)
_LEVELS_ABOVE = 2
"""Above a heading of the text stand the page's own title and the section's."""


def rendered(text: str) -> str:
    """Markdown as HTML. What stands there as HTML is shown, not obeyed; only links that lead to the
    web or to a letter are links, and an image is one too, for the page asks nobody for anything."""
    reader = _reader()
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + _LEVELS_ABOVE, 6)}"
        # A table's columns are aligned by it, and the page allows no style of an element's own.
        token.attrs.pop("style", None)
        if token.children:
            token.children = [*_harmless(token.children)]
    return str(reader.renderer.render(tokens, reader.options, {}))


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False})
    return reader.enable(["table", "strikethrough"]).disable("image")


def _harmless(tokens: Iterable[Token]) -> Iterator[Token]:
    """Without the links that lead elsewhere; their text stays. Links do not nest."""
    kept = False
    for token in tokens:
        if token.type == "link_open":
            kept = bool(_LINK.match(str(token.attrGet("href") or "")))
            token.attrSet("rel", "noopener noreferrer nofollow")
        if kept or token.type not in ("link_open", "link_close"):
            yield token
