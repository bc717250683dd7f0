"""Identity: time-ordered ids, ids that two laptops agree on without talking, and short refs.

UUIDv7 is RFC 9562 section 5.7; name-based ids are UUIDv5, section 5.5.
"""

import re
import unicodedata
from typing import Protocol
from uuid import UUID, uuid5

NAMESPACE = UUID("6f0d9c52-6d3b-5c57-9a5e-0f3a1c1e7d10")
"""The fixed namespace of every name-based id. Never changes: rows meet on a hub by it."""

REF_SHOWN = 5
REF_STORED = 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REF = re.compile(rf"[A-Z]-[0-9A-HJKMNP-TV-Z]{{{REF_SHOWN},{REF_STORED}}}")


class IdSource(Protocol):
    """Where new ids come from; the composition root passes a real one, tests a counted one."""

    def __call__(self) -> str:
        """A new UUIDv7 in lower-case text, greater than every one this source gave before."""
        ...


def uuid7(unix_ms: int, random_bits: int) -> str:
    """Build a UUIDv7 from a Unix time in milliseconds and 74 random bits."""
    high = (unix_ms & (1 << 48) - 1) << 16 | 0x7000 | random_bits >> 62 & 0xFFF
    low = 0b10 << 62 | random_bits & (1 << 62) - 1
    return str(UUID(int=high << 64 | low))


def name_key(name: str) -> str:
    """The form under which two spellings are one name: NFKC, case-folded, spaces collapsed.

    Case folding follows the Unicode Standard, section 3.13: fold, then normalise again.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def named_id(entity: str, key: str) -> str:
    """The id every replica gives to the `entity` whose unique name key is `key`."""
    return str(uuid5(NAMESPACE, f"{entity}:{key}"))


CONFIGURATION_ID = named_id("configuration", "project")
"""The one configuration row's, on every replica."""


def full_ref(letter: str, row_id: str) -> str:
    """The row's whole ref: its type letter and ten characters of the id's random bits.

    Lists show the first five (`short_ref`); as with abbreviated git hashes, more of it tells apart
    the few rows that share those.

    Raises:
        ValueError: `row_id` is no UUID as tidelog writes it.
    """
    if not is_id(row_id):
        raise ValueError(f"{row_id!r} is no UUID")
    bits = int(row_id[19:23] + row_id[24:], 16)
    pairs = [_PAIRS[bits >> shift & 1023] for shift in range(5 * REF_STORED - 10, -10, -10)]
    return f"{letter}-{''.join(pairs)}"


def short_ref(ref: str) -> str:
    """The form of a whole ref that lists show, like `T-7F3KQ`."""
    return ref[: 2 + REF_SHOWN]


def is_id(text: str) -> bool:
    """Whether `text` is a UUID as tidelog writes it."""
    return _UUID.fullmatch(text) is not None


def is_ref(text: str) -> bool:
    """Whether `text`, in upper case, has the form of a ref."""
    return _REF.fullmatch(text) is not None
