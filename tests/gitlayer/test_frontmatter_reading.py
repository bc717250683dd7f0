"""YAML by hand: read as people mean it; what could be lost or misread is refused with its line."""

import math

import pytest

from gitlayer.handwritten import Malformed, read
from localstore.values import Value, to_json


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[("true", True), ("False", False), ("yes", "yes"), ("No", "No"), ("on", "on")],
        *[("", None), ("~", None), ("null", None), ("None", "None"), ("''", "")],
        *[("1", 1), ("-7", -7), ("+3", 3), ("0", 0), ("017", "017"), ("0x1F", "0x1F")],
        *[("1_000", "1_000"), ("12:30:45", "12:30:45"), ("1.5", 1.5), ("2.", 2.0), (".5", 0.5)],
        *[("1.0e3", 1000.0), ("1e3", "1e3"), ("12345e6", "12345e6"), ("-0.0", -0.0)],
        *[("2026-03-14", "2026-03-14"), ("2026-03-14T09:30:00Z", "2026-03-14T09:30:00Z")],
        *[("'it''s # fine'", "it's # fine"), ('"a\\nb"', "a\nb"), ("a#b", "a#b"), ("<<", "<<")],
        *[
            ('"a\n  # b"', "a # b"),
            ("'x\n\n # y'", "x\n# y"),
            ("|\n  # a\n\n  # b\n", "# a\n\n# b\n"),
        ],
        *[("[a, 1, {b: no}]", ["a", 1, {"b": "no"}]), ("|\n  a # b\n  c\n", "a # b\nc\n")],
        *[(">-\n  a\n  b", "a b"), ("!!str x", "x"), ("a b\n  c", "a b c")],
    ],
)
def test_plain_words(written: str, value: Value) -> None:
    """Only true and false are booleans, and dates and odd numbers are text."""
    assert to_json(read(f"a: {written}\n").values) == to_json({"a": value})


@pytest.mark.parametrize(("written", "sign"), [(".inf", 1), ("-.INF", -1)])
def test_infinity_is_read_to_be_refused(written: str, sign: int) -> None:
    """An infinity comes through as one, so that the store's own rule refuses it."""
    assert read(f"a: {written}").values["a"] == sign * math.inf


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\na: 2\n", 2, "second time"),
        ("a:\n  b: 1\n  'b': 2\n", 3, "second time"),
        ("a: &x 1\nb: *x\n", 1, "aliases"),
        ("a: &x [1]\nb:\n  - *x\n", 1, "aliases"),
        ("a: &x [*x]\n", 1, "aliases"),
        ("b: &a [1,2]\nc: &b [*a,*a]\nd: [*b,*b]\n", 1, "aliases"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "tags"),
        ("a: !!python/name:os.system ''\n", 1, "tags"),
        ("a: !!binary aGk=\n", 1, "tags"),
        ("a: !!int '3'\n", 1, "tags"),
        ("a: !mine {b: 1}\n", 1, "tags"),
        ("!mine\na: 1\n", 1, "tags"),
        ("a: 1\n1: b\n", 2, "key"),
        ("a:\n  true: b\n", 2, "key"),
        ("a: 1\n? [x]\n: y\n", 2, "key"),
        ("# said\na: 1\n", 1, "comments"),
        ("a: 1 # said\n", 1, "comments"),
        ("a: 'x'\nb:\n  - y\n  # said\n  - z\n", 4, "comments"),
        ("a: | # said\n  x\nb: '#'\n", 1, "comments"),
        ('a: "x # y"\nb: z # said\n', 2, "comments"),
        ("a: |\n  x\n# said\nb: y\n", 3, "comments"),
        ("a: >-\n  x\n\n# said\n", 4, "comments"),
        ("a: x\n  y\n# said\nb: z\n", 3, "comments"),
        ("a: [x, # said\n  y]\n", 1, "comments"),
        ("a: 1\nb: [1\n", 3, "no YAML"),
        ("a: 1\nb: x: y\n", 2, "no YAML"),
        ("a: 1\n\tb: 2\n", 2, "no YAML"),
        ("a: 'x\n", 2, "no YAML"),
        ("a: 1\n...\nb: 2\n", 3, "no YAML"),
        ("- a\n- b\n", 1, "no fields"),
        ("only text\n", 1, "no fields"),
        ("", 1, "no fields"),
        (f"a: {'9' * 5000}\n", 1, "too large"),
        ("a: x\x00y\n", None, "character"),
        ("a: \ud800\n", None, "character"),
        (f"a: {'[' * 300}{']' * 300}\n", 1, "nested"),
    ],
)
def test_refusals(text: str, line: int | None, reason: str) -> None:
    """What would be lost, misread or run is refused, with its line."""
    with pytest.raises(Malformed) as refused:
        read(text)
    assert reason in refused.value.reason
    assert refused.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        *("a: " + "[" * 100_000, "a: " + "{b: " * 100_000, "- " * 100_000, "? " * 100_000),
        *("a:\n" + "- " * 100_000, "a: " + "[{b: " * 100_000, "a:\n  - " + "-\t" * 100_000),
        *("a:\r" + "- " * 100_000, "a:\x85" + "- " * 100_000, "a:\u2028" + "- " * 100_000),
        "".join(f"{' ' * level}a:\n" for level in range(3_000)),
        "".join(f"{' ' * level}-\n" for level in range(3_000)),
    ],
)
def test_depth_does_not_crash(text: str) -> None:
    """YAML nested a hundred thousand deep is refused like any other mistake."""
    with pytest.raises(Malformed):
        read(text)


def test_lines_of_fields() -> None:
    """Each field knows its line in the file that the text was cut from."""
    assert read("a: 1\nb:\n  c: 2\nd: 3\n", 2).lines == {"a": 2, "b": 3, "d": 5}
