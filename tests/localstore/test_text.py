"""What text and JSON may come in."""

import math
from itertools import repeat
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from localstore.text import (
    MAX_ARGUMENT_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    check_text,
    check_value,
    words_in,
)
from localstore.values import Value


def nested(depth: int, *, mapping: bool = False) -> Value:
    """An empty list or mapping inside `depth` others, built without recursion."""
    value: Value = {} if mapping else []
    for _ in repeat(None, depth):
        value = {"a": value} if mapping else [value]
    return value


def rule_broken_by(value: Value) -> str:
    """The rule that a value breaks, in words."""
    with pytest.raises(InvalidArguments) as caught:
        check_value("field", value)
    return caught.value.rule


@pytest.mark.parametrize(
    "text", ["\x00", "a\x1fb", "\x7f", "\x0b", "\ud800", "a\udfffb", "\udc00\ud800"]
)
def test_poisonous_text_is_refused(text: str) -> None:
    """NUL, the other control characters and half a surrogate pair are refused, naming the field."""
    with pytest.raises(InvalidArguments) as caught:
        check_text("title", text)
    assert caught.value.field == "title"


@given(text=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z", "M"))))
def test_ordinary_text_passes(text: str) -> None:
    """Letters, figures, signs and spaces of every script pass, and so do tabs and line breaks."""
    check_text("title", text + "\t\n\r")


@pytest.mark.parametrize("mapping", [False, True])
def test_depth_limit(mapping: bool) -> None:
    """The deepest value allowed passes and one level more is refused."""
    check_value("field", nested(MAX_DEPTH - 1, mapping=mapping))
    assert "nested deeper" in rule_broken_by(nested(MAX_DEPTH, mapping=mapping))


@pytest.mark.parametrize("mapping", [False, True])
def test_very_deep_json_is_refused(mapping: bool) -> None:
    """Ten thousand levels are refused, not a crash."""
    assert "nested deeper" in rule_broken_by(nested(10_000, mapping=mapping))


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER, 0, True, 1e300, -0.0])
def test_number_within_bounds(number: float) -> None:
    """Integers up to 2**53 - 1, truth values and finite floats pass."""
    check_value("field", number)


@pytest.mark.parametrize(
    "number", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 10**5000], ids=["above", "below", "5,000 digits"]
)
def test_huge_integer_is_refused(number: int) -> None:
    """An integer that some JSON reader would not keep exact is refused."""
    assert "between" in rule_broken_by(number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_number_that_json_lacks_is_refused(number: float) -> None:
    """NaN and the infinities are refused."""
    assert "finite" in rule_broken_by([number])


@pytest.mark.parametrize(
    "value",
    [
        "x" * (MAX_ARGUMENT_BYTES + 1),
        "x" * 10_000_000,
        ["x" * 1000] * 300,
        {str(n): "x" * 1000 for n in range(300)},
        {"x" * 300_000: 1},
        [0] * 100_000,
    ],
    ids=["text", "10 MB", "list", "mapping", "key", "numbers"],
)
def test_large_value_is_refused(value: Value) -> None:
    """More than 256 KiB is refused, in one piece or in many."""
    assert "KiB" in rule_broken_by(value)


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
def test_poison_is_found_anywhere(poison: str) -> None:
    """Poison is found in keys and in members at any depth."""
    assert rule_broken_by({"a": [{"b": poison}]})
    assert rule_broken_by({"a": [{poison: "b"}]})


def test_refusal_names_the_place() -> None:
    """The refusal names the way to the value that is wrong."""
    with pytest.raises(InvalidArguments) as caught:
        check_value("metadata", {"a": [{}, {"b": "\x00"}]})
    assert caught.value.field == "metadata.a[1].b"


def test_a_key_that_is_no_text_is_refused() -> None:
    """A mapping whose key is a number, as YAML allows, is refused and does not crash."""
    mapping = cast("Value", {1: "one"})
    with pytest.raises(InvalidArguments):
        check_value("metadata", {"a": mapping})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("plain", "plain"),
        ({"a": "one", "b": ["two", {"c": "three"}], "d": 4, "e": None, "f": ""}, "one two three"),
        (None, ""),
        ([], ""),
        (7, ""),
    ],
)
def test_words_are_gathered(value: Value, words: str) -> None:
    """The text inside a value is its strings in order; keys and numbers are not among it."""
    assert words_in(value) == words
