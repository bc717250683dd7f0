"""The YAML we write: every reader sees the same values, and a person sees all of them."""

import re
import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitlayer import handwritten
from gitlayer.frontmatter import write
from localstore.values import Row, Value, to_json
from tests.gitlayer.any_rows import NUMBER, TEXT, VALUE

LOADERS = [yaml.SafeLoader, *filter(None, [getattr(yaml, "CSafeLoader", None)])]
SCALAR = re.compile(
    r"""(?:[A-Za-z_\u00c0-\u024f0-9][^"\\]*|"(?:[^"\\\n]|\\["\\nrt]|\\u[0-9A-F]{4}|\\U[0-9A-F]{8})*")"""
)


def written(value: Value) -> str:
    """What stands behind the name of a field with this value."""
    return write([("field", value)]).removeprefix("field:").strip()


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@given(value=VALUE)
def test_libraries_read_what_was_meant(loader: type[yaml.SafeLoader], value: Value) -> None:
    """A YAML 1.1 library reads every value back, numbers of the same kind and text as text."""
    seen = loader(write([("field", value)])).get_single_data()
    assert to_json(seen) == to_json({"field": value})


@given(value=VALUE)
def test_the_core_schema_reads_what_was_meant(value: Value) -> None:
    """Read by the words and numbers of YAML 1.2, every value comes back too."""
    assert to_json(handwritten.read(write([("field", value)])).values) == to_json({"field": value})


@given(text=TEXT)
def test_a_text_is_one_line(text: str) -> None:
    """No text breaks its line, and no line of the frontmatter can be taken for a fence."""
    lines = write([("field", {text: [text, {text: text}]})])
    assert len(lines.splitlines()) == lines.count("\n")
    assert not re.search(r"^-{3,}\s*$", lines, re.MULTILINE)
    assert SCALAR.fullmatch(written(text))


@given(text=TEXT)
def test_what_one_sees_is_what_there_is(text: str) -> None:
    """No control, direction mark or invisible character stands in the frontmatter itself."""
    kinds = {character: unicodedata.category(character) for character in write([("field", text)])}
    kinds.pop("\n", None)
    assert not {"Cc", "Zl", "Zp", "Cs"} & set(kinds.values())
    hidden = "\u200b\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\xa0\xad"
    assert not set(hidden) & set(kinds)


@pytest.mark.parametrize(
    "text",
    [
        *("active", "Fix the date parser", "claude-code", "fix/date-parser", "v1.2.3", "Über uns"),
        *(
            "T-7F3KQ",
            "019c1c38-a400-7d8e-91b7-584a2265b1f5",
            "wait (see below)",
            "_key",
            "a, b & c",
        ),
    ],
)
def test_ordinary_text_stands_plain(text: str) -> None:
    """Text that no reader can take for anything else has no quotes."""
    assert written(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " a", "a ", "yes", "No", "ON", "off", "y", "N", "true", "FALSE", "null", "~"),
        *("1", "-1", "1.5", "1e3", "0x1F", "017", "1_000", "12:30", ".inf", "nan", "2026-03-14"),
        *("2026-03-14T09:30:00Z", "<<", "=", "- a", "? a", "a: b", "a:", "a #b", "#a", "*a", "&a"),
        *("!a", "%a", "@a", "`a", "|", ">", "{a", "[a", "'a", "---", "...", "3f786850e38755"),
    ],
)
def test_text_with_another_reading_is_quoted(text: str) -> None:
    """Text that some YAML reader takes for something else stands in double quotes."""
    assert written(text) == f'"{text}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('say "a\\b"', r'"say \"a\\b\""'),
        ("a\nb\r\tc", r'"a\nb\r\tc"'),
        ("\u202eevil\u200b", r'"\u202Eevil\u200B"'),
        ("\x00\x85\u2028", r'"\u0000\u0085\u2028"'),
        ("\ufeff\ufffe\U000e0041", r'"\uFEFF\uFFFE\U000E0041"'),
        ("schön 😀 日本", '"schön 😀 日本"'),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    """Line breaks and what cannot be seen are escaped; letters of any script and emoji are not."""
    assert written(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *[(True, "true"), (False, "false"), (None, "null"), ([], "[]"), ({}, "{}")],
        *[(1, "1"), (1.0, "1.0"), (-0.0, "-0.0"), (1e22, "1.0e+22"), (1e-7, "1.0e-07")],
        *[(10**22, "10000000000000000000000"), (1.5e300, "1.5e+300"), (5e-324, "5.0e-324")],
    ],
)
def test_numbers_keep_their_kind(value: Value, shown: str) -> None:
    """A float has a point also where it is whole, and an integer has none."""
    assert written(value) == shown


@given(number=NUMBER)
def test_integers_are_plain_digits(number: int) -> None:
    """An integer is written as Python writes it."""
    assert written(number) == str(number)


def test_lists_and_mappings_stand_line_by_line() -> None:
    """Each member has its own line, and the keys of mappings are in order."""
    value: Row = {
        "b": ["x", {"k": [1, [2, 3]], "a": {}}, []],
        "a": {"z": None, "y": {"deep": "text"}},
    }
    assert write([("labels", ["a", "b c"]), ("metadata", value)]) == (
        "labels:\n  - a\n  - b c\n"
        'metadata:\n  a:\n    "y":\n      deep: text\n    z: null\n'
        "  b:\n    - x\n    - a: {}\n      k:\n"
        "        - 1\n        - - 2\n          - 3\n    - []\n"
    )


@given(names=st.lists(st.text("abc_", min_size=1), unique=True, min_size=1))
def test_fields_keep_their_order(names: list[str]) -> None:
    """Fields stand in the order they were given in."""
    assert list(handwritten.read(write((name, 1) for name in names)).values) == names
