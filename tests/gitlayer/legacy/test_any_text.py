"""Whatever a file holds, each of its lines is found again."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitlayer.legacy.reading import read_status
from tests.gitlayer.legacy.checking import DIALECTS, FIXTURES, complaints, planned

_LINES = sorted(
    {
        line
        for path in [*DIALECTS.glob("*.md"), *FIXTURES.glob("*.md")]
        for line in path.read_bytes().decode().splitlines()
    }
)
_ODD = [
    "",
    "   ",
    "---",
    "===",
    "```",
    "<!--",
    "-->",
    "> - ALDER: operational",
    "- - - ALDER",
    "- ALDER: operational (9999999999999/1 tests)",
    "| ALDER |",
    "|---|",
    "\t- Status: active",
    "# Project Status - 2025-13-40",
    "<!-- tidelog:title -->",
    "<!-- tidelog:~vendors -->",
    "token_budget: 5",
    "[ALDER]: https://alder.example",
    "- ALDER\x0c: operational\x00",
    "- \u202eALDER\u2028: 100% passing",
    "- **: operational**",
    "## Vendors (٣ total)",
]
LINE = st.one_of(
    st.sampled_from(_LINES),
    st.sampled_from(_ODD),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.tuples(st.sampled_from(_LINES), st.sampled_from(_LINES)).map("".join),
)
TEXT = st.builds(
    lambda lines, end, last: end.join(lines) + (end if last else ""),
    st.lists(LINE, max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
FILES = [*sorted(DIALECTS.glob("*.md")), *sorted(FIXTURES.glob("*.md"))]


@given(TEXT)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_lines_are_never_lost(text: str) -> None:
    """In any text each line is a field, text by hand, or a note, and is found there."""
    assert complaints(text) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("variant", ["as it is", "windows", "mark", "cut"])
def test_dialects_lose_nothing(path: Path, variant: str) -> None:
    """Each dialect is accounted for line by line, also with CRLF, a BOM, or no last line end."""
    text = path.read_bytes().decode()
    changed = {
        "as it is": text,
        "windows": text.replace("\n", "\r\n"),
        "mark": "\ufeff" + text,
        "cut": text.rstrip("\n"),
    }[variant]
    assert complaints(changed) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path) -> None:
    """A file with Windows line ends holds the same entries."""
    text = path.read_bytes().decode()
    rows = [row.fields for row in planned(text)[1].rows]
    assert [row.fields for row in planned(text.replace("\n", "\r\n"))[1].rows] == rows


def test_quick_on_a_large_file() -> None:
    """A file of four megabytes of one odd line is read without going over it again and again."""
    assert len(read_status("- " + "[(" * 2_000_000).lines) == 1
