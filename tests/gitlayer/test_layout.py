"""Hand-written sections: they stay byte for byte, in place and in order, whatever they hold."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlayer.layout import fill, generated_of, layout_of, settle
from gitlayer.pieces import END, ORDER

SECTIONS = {
    "title": "# Project Status - 2026-03-14T16:42:07\n",
    "vendors": "## Operational Vendors (1/1)\n- **Opal**: operational\n(3/4 tests)\n",
    "work-items": "## Active Work Items\n### Dates (task)\n- **Status**: active\n",
    "deployments": "## Recent Deployments\n- **2026-03-14 09:30:00**: PR #142 - Dates\n",
    "enhancements": "## Future Enhancements\n- OCR (Priority: High)\n\nAnd 3 more.\n",
}
MARKERS = "".join(f"<!-- tidelog:{name} -->\n" for name in ORDER)
LINE = st.sampled_from(
    [
        *(
            "",
            " ",
            "\t",
            "word",
            "  word",
            "    code",
            "\tcode",
            "- item",
            "1. one",
            "7) x",
            "> said",
        ),
        *(
            "```",
            "```bash",
            "````",
            "~~~",
            "   ```",
            "- ```",
            "- ~~~ x",
            "  ```",
            "``` `x`",
            "> ```",
        ),
        *("<!--", "-->", "<!-- one -->", "<!-- two", "<div>", "</div>", "<b>", "<pre>", "</pre>"),
        *("<?", "?>", "<![CDATA[", "]]>", "<!X", "<script>", "</style>", "text <!-- x"),
        *(
            "# One",
            "## Two",
            "### Three",
            "  ## In",
            "    ## Code",
            "##",
            "#no",
            "===",
            "---",
            "- - -",
        ),
        *(
            "# Project Status",
            "# Project Status - Team",
            "## Operational Vendors",
            "\x0b",
            "\u2028",
        ),
        *(line for section in SECTIONS.values() for line in section.splitlines()),
        *(f"<!-- tidelog:{name} -->" for name in (*ORDER, "~title", "~~vendors", "nothing")),
        *(END, "<!-- tidelog:title --> ", " <!-- tidelog:vendors -->", "## Recent Deployments #"),
    ]
)
END_OF_LINE = st.sampled_from(["\n", "\n", "\r\n", "\r"])
TEXT = st.tuples(
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(st.tuples(LINE, END_OF_LINE).map("".join), max_size=14).map("".join),
    st.sampled_from(["", "", "last", "```", "<!-- tidelog:enhancements -->"]),
).map("".join)
UNIFORM = TEXT.map(lambda text: re.sub(r"\r\n?", "\n", text))


def hand_written(text: str) -> str:
    """What remains of a text without white space and what settling may add."""
    return re.sub(r"\s", "", text)


def is_within(part: str, whole: str) -> bool:
    """Whether the characters of `part` come in `whole` in their order."""
    rest = iter(whole)
    return all(character in rest for character in part)


@given(text=TEXT)
@example(text="\ufeff")
@example(text="```\nnever closed")
@example(text="<div>\r")
@example(text="# Project Status - 2026-03-14T16:42:07\r\r\n\nfirst")
def test_a_layout_comes_back(text: str) -> None:
    """What a report was made of is found again in it, for every layout that is ever found."""
    layout = layout_of(text)
    assert layout_of(fill(layout, SECTIONS)) == layout
    assert settle(layout) == layout


@given(layout=TEXT)
@example(layout="<!-- tidelog:deployments -->\nno heading\n")
@example(layout="## Recent Deployments\nby hand\n<!-- tidelog:deployments -->\n")
@example(layout="<!-- tidelog:title --><!-- tidelog:vendors -->")
def test_any_layout_settles(layout: str) -> None:
    """A layout somebody wrote is, from the first report on, one that comes back."""
    assert layout_of(fill(layout, SECTIONS)) == settle(layout)
    assert settle(settle(layout)) == settle(layout)


@given(text=TEXT)
def test_what_is_found_can_be_put_back(text: str) -> None:
    """A report taken apart and put together is the report but for space and what was missing."""
    whole = fill(layout_of(text), SECTIONS | generated_of(text))
    assert is_within(hand_written(text), hand_written(whole))


@given(layout=TEXT)
def test_hand_written_text_survives(layout: str) -> None:
    """Each hand-written line of a layout stands in the report, in its order."""
    markers = {f"<!-- tidelog:{name} -->" for name in ORDER}
    lines = re.split(r"\r\n|\r|\n", layout.removeprefix("\ufeff"))
    expected = "".join(line for line in lines if line not in markers).replace(":~", ":")
    assert is_within(hand_written(expected), hand_written(fill(layout, {})))
    assert is_within(hand_written(fill(layout, {})), hand_written(fill(layout, SECTIONS)))


@given(text=UNIFORM)
def test_generated_sections_are_found(text: str) -> None:
    """The generated sections of a report are those it was filled with, to the byte."""
    assert generated_of(fill(layout_of(text), SECTIONS)) == SECTIONS


@given(text=UNIFORM, other=UNIFORM)
def test_hand_written_bytes_do_not_follow_the_store(text: str, other: str) -> None:
    """Between two reports of one layout only generated sections differ."""
    layout = layout_of(text + other)
    newer = SECTIONS | {"vendors": "## Operational Vendors (0/0)\nNone.\n"}
    assert layout_of(fill(layout, newer)) == layout_of(fill(layout, SECTIONS))


def test_no_layout_is_the_standard_order() -> None:
    """Without a layout the sections follow each other, an empty line between them."""
    assert fill("", SECTIONS) == "\n".join(SECTIONS.values())
    assert layout_of("") == layout_of(fill("", SECTIONS)) == MARKERS


def test_text_stays_where_it_stood() -> None:
    """A preamble, a section in the middle and one at the end stay there, to the byte."""
    preamble, middle = "Kept by *hand*.\r\n\n", "## OPERATIONAL  PROCEDURES\n\n1. `a`  \n\n\n"
    last = "## HISTORICAL REFERENCE\n\n| a | b |\n|---|---|\n| 1 | 2 | "
    report = (
        f"{SECTIONS['title']}\n{preamble}{SECTIONS['vendors']}\n{SECTIONS['work-items']}\n"
        f"{middle}{SECTIONS['deployments']}\n{SECTIONS['enhancements']}\n{last}"
    )
    assert fill(layout_of(report), SECTIONS) == report


def test_line_ends_are_those_of_the_file() -> None:
    """In a file of Windows line ends the generated sections have them too."""
    report = fill("", SECTIONS).replace("\n", "\r\n")
    assert fill(layout_of(report), SECTIONS) == report
    assert generated_of(report) == SECTIONS


def test_a_missing_section_comes_in_its_order() -> None:
    """A section that was not there stands before the one it comes before, or at the end."""
    layout = layout_of("notes\n\n## Recent Deployments\n- x\n\n# Mine\nlast")
    assert re.findall("tidelog:(.*) -->", layout) == list(ORDER)
    assert layout.startswith("notes\n\n<!-- tidelog:title -->\n")
    assert layout.endswith("# Mine\nlast\n<!-- tidelog:enhancements -->\n")


def test_the_first_of_two_is_generated() -> None:
    """A second section under the same heading is hand-written."""
    layout = layout_of("## Recent Deployments\nold\n\n## Recent Deployments\nmine\n")
    assert "<!-- tidelog:deployments -->\n## Recent Deployments\nmine\n" in layout
    assert "old" not in layout


@pytest.mark.parametrize(
    "around",
    [
        "```\n{}```\n",
        "~~~ text\n{}~~~~\n",
        "<!--\n{}-->\n",
        "<pre>\n{}</pre>\n",
        "- ```\n  {}  ```\n",
        "    {}",
        "\t{}",
        "> {}",
        "````\n```\n{}````\n",
    ],
)
def test_what_is_no_heading_is_text(around: str) -> None:
    """In code, comments and quotations our own heading is a line of text."""
    text = f"# Mine\n\n{around.format('## Recent Deployments' + chr(10))}\n## More\n"
    assert layout_of(text).startswith(text)


def test_underlined_headings_end_a_section() -> None:
    """A hand-written section whose heading is underlined is not taken for generated text."""
    mine = "Our procedures\nand more\n--------------\ntext\n"
    report = fill("", SECTIONS) + "\n" + mine
    assert layout_of(report) == MARKERS + mine
    assert fill(layout_of(report), SECTIONS) == report


def test_code_left_open_in_a_generated_section_loses_nothing() -> None:
    """Somebody's unclosed fence inside a generated section does not swallow what follows."""
    torn = fill("", SECTIONS).replace("(3/4 tests)\n", "(3/4 tests)\n```\n") + "\n## Mine\ntext\n"
    assert layout_of(torn) == MARKERS + "## Mine\ntext\n"


def test_an_edit_inside_a_section_can_be_seen() -> None:
    """A generated section that somebody edited differs from what it was made of."""
    edited = fill("", SECTIONS).replace("active", "done")
    found = generated_of(edited)
    assert [name for name in ORDER if found[name] != SECTIONS[name]] == ["work-items"]


def test_a_marker_line_written_by_hand_is_text() -> None:
    """Somebody who explains markers keeps his explanation."""
    text = "# How to\n```\n<!-- tidelog:vendors -->\n<!-- tidelog:~title -->\n```\n"
    report = fill(layout_of(text), SECTIONS)
    assert report.startswith(text)
    assert report == text + fill("", SECTIONS)
