"""Escaping: whatever a title says, markdown shows it and does nothing with it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gitlayer.markdown import EMPTY, escape, inert_block, unescape
from gitlayer.wording import one_line

HOSTILE = st.lists(
    st.sampled_from(
        [
            *"#*_-+=>|`~[]()<>!&\\\"'.:;@$^{}/ \t\n\r\x0b\x85\u2028\u2029",
            *("```", "~~~", "---", "===", "1.", "12)", "](http://x.y)", "![a](b)", "<b>", "&#35;"),
            *("http://a.b", "www.a.b", "word", "ünï", "日本", "    ", "\n\n", "\n# ", "\n- ", "x"),
            *("<!--", "-->", "[a]: http://x.y", "\\", "\\\\", "| a | b |", "|---|---|", "a@b.c"),
        ]
    ),
    max_size=12,
).map("".join)
TEXT = HOSTILE | st.text(max_size=60)
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def structure(markdown: str) -> list[str]:
    """The kinds of tokens a document parses into, block and inline, in order."""
    return [kind for token in MARKDOWN.parse(markdown) for kind in _kinds(token)]


def _kinds(token: Token) -> list[str]:
    inline = [child.type for child in token.children or () if child.type != "text_special"]
    return [token.type, *(kind for kind in inline if kind != "text")]


@pytest.mark.parametrize("around", ["{}", "- {}", "- **{}** (task) T-1", "# A: {}", "x: {}, {} y"])
@given(text=TEXT)
@example(text="# heading")
@example(text="1. one")
@example(text="[click](https://bad.example)")
@example(text="https://bad.example")
@example(text="<img src=x>")
@example(text="a_b_c __d__ _e_")
@example(text="")
def test_text_changes_nothing_around_it(around: str, text: str) -> None:
    """A document with escaped text in it has the structure it has with a plain word there."""
    assert structure(around.format(*[escape(text)] * 2)) == structure(around.format("word", "word"))


@given(text=TEXT)
def test_text_stays_one_line(text: str) -> None:
    """Escaped text never holds a line break of any kind."""
    assert len(escape(text).splitlines()) == 1


@given(text=TEXT)
def test_a_reader_sees_the_text(text: str) -> None:
    """What markdown shows of escaped text is the text itself, with its spaces collapsed."""
    shown = "".join(child.content for child in MARKDOWN.parseInline(escape(text))[0].children or ())
    visible = " ".join(shown.split())
    assert visible == EMPTY or set(visible) <= set(text) | {" ", "…"}


@pytest.mark.parametrize(
    "text",
    ["Fix date parser", "claude-code", "PR #142 - dates", "snake_case_name", "C++ & D", "v1.2"],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """Text that needs no escape is written as it is."""
    assert escape(text) == text


@pytest.mark.parametrize("text", ["http://a.b", "see https://a.b/c", "www.a.b", "FTP://a.b"])
def test_bare_addresses_are_broken(text: str) -> None:
    """No address is left that GitHub would turn into a link by itself."""
    assert "p://" not in escape(text).lower()
    assert "s://" not in escape(text).lower()
    assert "www." not in escape(text)


@given(text=TEXT)
@example(text="1. one")
@example(text="a #")
@example(text="http://a.b")
def test_what_was_escaped_comes_back(text: str) -> None:
    """Unescaped, the line is the text again, but for what cannot be seen."""
    assert unescape(escape(text)) == (one_line(text, 500) or EMPTY)


@pytest.mark.parametrize(
    ("line", "text"),
    [("C:\\new", "C:\\new"), ("a\\_b", "a_b"), ("\\\\", "\\"), ("\\# x \\\\#", "# x \\#")],
)
def test_escapes_by_hand(line: str, text: str) -> None:
    """A backslash before a mark makes it text, and before a letter it is one."""
    assert unescape(line) == text


@given(text=TEXT)
def test_a_block_is_one_block(text: str) -> None:
    """Text of any number of lines is one block of code, and nothing in it ends that."""
    around = f"Before:\n\n{inert_block(text)}\nAfter\n"
    assert structure(around) == structure("Before:\n\n    word\n\nAfter\n")


def test_a_block_keeps_its_lines() -> None:
    """Lines stay lines with their indentation, and what cannot be seen is left out."""
    assert inert_block("a\r\n  b\u202e\n\n```\n") == "    a\n      b\n\n    ```\n"
