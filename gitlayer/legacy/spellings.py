"""Names of vendors as the store may hold them, and entries that mean one vendor."""

import re
from collections.abc import Sequence

from gitlayer.legacy.entries import Entry
from localstore.ids import name_key

LONGEST_NAME = 100
_SEVERAL = re.compile(r"\s+")


def allowed_name(written: str) -> str:
    """A vendor's name of letters, digits, space, - and _ only, at most 100 characters."""
    kept = "".join(mark if mark.isalnum() or mark in "-_" else " " for mark in written)
    return _SEVERAL.sub(" ", kept).strip()[:LONGEST_NAME].strip() or "Unnamed vendor"


def written_name(entry: Entry) -> str:
    """A vendor's name as the file has it."""
    written = entry.legacy.get("name")
    return written if isinstance(written, str) else entry.title


def merge_spellings(entries: Sequence[Entry]) -> None:
    """Give each vendor an allowed name, and let entries that differ only in case be one.

    A further entry of a vendor becomes a note of the first: `above` names that one, and its lines
    go there.
    """
    first: dict[str, Entry] = {}
    taken: set[str] = set()
    for entry in entries:
        written = written_name(entry)
        known = first.get(name_key(written))
        if known is not None:
            _join(entry, known)
            continue
        first[name_key(written)] = entry
        name = allowed_name(entry.title)
        number = 1
        while name_key(name) in taken:
            number += 1
            suffix = f" {number}"
            name = allowed_name(entry.title)[: LONGEST_NAME - len(suffix)] + suffix
        taken.add(name_key(name))
        if name != entry.title:
            entry.keep("name", entry.title, f"is no name a vendor may have; stored as {name!r}")
        entry.title = name


def _join(entry: Entry, known: Entry) -> None:
    entry.above = known
    known.notes += sorted({*entry.lines, *entry.notes})
    entry.lines, entry.notes = [], []
    entry.remark(
        f"is the same vendor as {known.title!r} in line {known.line + 1}; kept as its note"
    )
