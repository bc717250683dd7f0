"""The scan for headings, beside a whole markdown parser."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitlayer.blocks import Scanner, lines_of

MARKDOWN = MarkdownIt("commonmark").disable(["reference", "inline", "text_join"])
LINE = st.sampled_from(
    [
        *("", "", " ", "word", "  word", "    code", "\tcode", "# One", "## Two", "### Three"),
        *(
            "  ## In",
            "   # In",
            "    ## Code",
            "##",
            "# ",
            "#no",
            "===",
            "---",
            "- - -",
            "  --",
            "==",
        ),
        *(
            "***",
            "_ _ _",
            "####### no",
            "##\tTab",
            "```",
            "```bash",
            "````",
            "~~~",
            "   ```",
            "~~~~ x",
        ),
        *(
            "``` `x`",
            "    ```",
            "<!--",
            "-->",
            "<!-- one -->",
            "<!-- two",
            "<div>",
            "</div>",
            "<b>",
        ),
        *("</b >", "<pre>", "</pre>", "<?", "?>", "<![CDATA[", "]]>", "<!X", "a > b", "<script>"),
        *(
            "</STYLE>",
            "text <!-- x",
            "<details open",
            "<https://a.b>",
            "<a b>c",
            "\\# no",
            "&#35; no",
        ),
    ]
)
END_OF_LINE = st.sampled_from(["\n", "\n", "\r\n", "\r"])
TEXT = st.lists(st.tuples(LINE, END_OF_LINE).map("".join), max_size=14).map("".join)
ITEM = st.sampled_from(
    ["- item", "1. one", "7) x", "> said", "- ```", "* ~~~ x", "  ```", "  more", "-", "-   deep"]
)


def headings(text: str) -> list[int]:
    """The lines where the scan sees a heading of level 1 or 2 begin."""
    scanner = Scanner()
    found = [scanner.heading(place, line) for place, line in enumerate(lines_of(text))]
    return [place for place in found if place is not None]


def parsed(text: str) -> list[int]:
    """The lines where the parser sees such a heading begin, outside lists and quotations."""
    return [
        token.map[0]
        for token in MARKDOWN.parse(text)
        if token.type == "heading_open" and token.tag in ("h1", "h2") and not token.level
        if token.map
    ]


@given(text=TEXT)
@example(text="```\n# a\n``\n```\n# b\n")
def test_a_scan_sees_what_a_parser_sees(text: str) -> None:
    """Without lists and quotations the scan finds exactly the headings of the document."""
    assert headings(text) == parsed(text)


@given(lines=st.lists(LINE | ITEM, max_size=14))
def test_lines_are_not_lost(lines: list[str]) -> None:
    """The lines of a text are the text."""
    text = "\r".join(lines) + "\x0b\u2028\n"
    assert "".join(lines_of(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "- ```\n  # code\n  ```\n# Real\n",
        "- ```\n  # code\n# Real\n",
        "1. Run:\n\n   ```bash\n   # code\n   ```\n2. Next\n# Real\n",
        "- - ~~~\n    # code\n    ~~~\n# Real\n",
        "> ```\n> # code\n# Real\n",
        "- item\nlazy\n---\n# Real\n",
        "- item\n\nOwn\n---\n# Real\n",
    ],
)
def test_code_in_lists(text: str) -> None:
    """Code in a list item or a quotation ends with it."""
    assert headings(text) == parsed(text)
