"""Identity: ids that rise, names that meet, refs that people can say."""

import re
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localstore.ids import (
    full_ref,
    is_id,
    is_ref,
    name_key,
    named_id,
    short_ref,
    uuid7,
)

MS = st.integers(0, 2**48 - 1)
BITS = st.integers(0, 2**74 - 1)


@given(ms=MS, bits=BITS)
def test_uuid7_has_its_version_and_variant(ms: int, bits: int) -> None:
    """An id is a UUID of version 7 and the RFC's variant, with its time in front."""
    made = UUID(uuid7(ms, bits))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == ms


@given(one=st.tuples(MS, BITS), other=st.tuples(MS, BITS))
def test_uuid7_keeps_order(one: tuple[int, int], other: tuple[int, int]) -> None:
    """Ids are ordered as their times, then their random bits; so two different ones never meet."""
    assert (uuid7(*one) < uuid7(*other)) == (one < other)
    assert (uuid7(*one) == uuid7(*other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Acme", "ACME"),
        ("Acme  Logistics ", "acme logistics"),
        ("\ufb01le", "FILE"),  # the ligature fi
        ("\u212bngstrom", "\u00e5ngstrom"),  # the angstrom sign, and a with a ring
        ("Cafe\u0301", "caf\u00e9"),  # a letter and its accent, and both in one
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    """Case, compatibility forms, accents' forms and spaces make no other name, nor another id."""
    assert name_key(one) == name_key(other)
    assert named_id("vendor", name_key(one)) == named_id("vendor", name_key(other))


@given(name=st.text(max_size=30))
def test_name_key_is_its_own_key(name: str) -> None:
    """The key of a key is that key."""
    assert name_key(name_key(name)) == name_key(name)


def test_named_ids_never_change() -> None:
    """The id of a name is fixed for ever: replicas of other versions meet by it."""
    assert named_id("vendor", "acme") == "d0cb5e86-fd6d-5bb9-aedf-e7bba0807a5b"


def test_named_ids_differ_by_entity() -> None:
    """The same name in another entity has another id."""
    assert named_id("vendor", "acme") != named_id("configuration", "acme")


@given(ms=MS, bits=BITS)
def test_ref_has_its_form(ms: int, bits: int) -> None:
    """A ref is a letter and characters that nobody misreads; whole and short ones are both refs."""
    ref = full_ref("T", uuid7(ms, bits))
    assert re.fullmatch("T-[0-9A-HJKMNP-TV-Z]{10}", ref)
    assert is_ref(ref)
    assert is_ref(short_ref(ref))
    assert ref.startswith(short_ref(ref))


@given(ms=MS, bits=BITS, other=BITS)
def test_ref_comes_from_random_bits(ms: int, bits: int, other: int) -> None:
    """Two ids of one millisecond have two refs as soon as their last fifty bits differ."""
    assume(bits % 2**50 != other % 2**50)
    assert full_ref("T", uuid7(ms, bits)) != full_ref("T", uuid7(ms, other))


@pytest.mark.parametrize(
    "text", ["T-7F3K", "T-7F3KU", "7F3KQ", "t-7f3kq", "T-" + "0" * 11, "", "T-"]
)
def test_no_ref(text: str) -> None:
    """What is too short, too long, in lower case or holds a letter left out is no ref."""
    assert not is_ref(text)


@pytest.mark.parametrize(
    "text", ["018BCFE5-6802-7000-8000-F1BBCDCBFA52", "018bcfe568027000", "", "{018bcfe5-6802}"]
)
def test_no_id(text: str) -> None:
    """Only a whole UUID with its hyphens, in lower case, is an id."""
    assert not is_id(text)
    assert is_id("018bcfe5-6802-7000-8000-f1bbcdcbfa52")
