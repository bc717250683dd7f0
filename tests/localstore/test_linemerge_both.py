"""Keeping both sides of a text that was edited apart."""

from hypothesis import given
from hypothesis import strategies as st

from localstore.linemerge import joined_lines, merged_lines

LINES = st.lists(st.sampled_from(["one\n", "two\n", "three\n", "four\n"]), max_size=6).map("".join)
ENDS = st.sampled_from(["", "no end", "another"])
TEXTS = st.builds(lambda lines, last: lines + last, LINES, ENDS)


@given(base=TEXTS, local=TEXTS, remote=TEXTS)
def test_what_can_be_merged_is(base: str, local: str, remote: str) -> None:
    """Where the edits lie apart, and the texts have a line in common, both are what a merge is."""
    merged = merged_lines(base, local, remote)
    shared = {*local.splitlines(keepends=True)} & {*remote.splitlines(keepends=True)}
    if merged is not None and shared:
        assert joined_lines(base, local, remote) == merged


@given(base=TEXTS, local=TEXTS, remote=TEXTS)
def test_no_new_line_is_lost(base: str, local: str, remote: str) -> None:
    """Every line that a side has and the base has not is there afterwards."""
    joined = joined_lines(base, local, remote).splitlines()
    for side in (local, remote):
        assert {*side.splitlines()} - {*base.splitlines()} <= {*joined}


@given(text=TEXTS, other=TEXTS)
def test_what_both_have_stands_once(text: str, other: str) -> None:
    """A text with itself is that text, with nothing it is the other one."""
    if text:
        assert joined_lines(other, text, text) == text
    assert joined_lines("", text, "") == text


def test_common_lines_stand_once() -> None:
    """Between lines that both have, the remote's stand before the local's, each on its own line."""
    assert joined_lines("a\nb\nc", "a\nB here\nc\nhere", "a\nB there\nc\nthere") == (
        "a\nB there\nB here\nc\nthere\nhere"
    )


def test_texts_with_nothing_in_common_stand_apart() -> None:
    """Two texts without a common line are two paragraphs."""
    assert joined_lines("Old", "Mine", "Theirs") == "Theirs\n\nMine"
