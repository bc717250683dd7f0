"""The log: what happened, newest first, under the day it happened on."""

from itertools import groupby

from rich.cells import cell_len
from rich.text import Text

from gitlayer.subject import is_merge, joined, named, subject, what_changed
from gitlayer.wording import one_line
from localstore.values import Row, number_of, rows_of, text_of
from tidelog.views.lines import clean, count, heading, said, wrapped

_WHO_CELLS = 16
_REF_CELLS = 7
_LONGEST = 160
"""Characters of what one change did; `--json` has the rest."""


def log_lines(history: Row, *, width: int, of_one: bool = False) -> list[Text]:
    """Lay out a history listing: time (UTC), who, ref, what.

    `of_one`: all entries are of one row, whose name then stands above them once.
    """
    entries = rows_of(history, "items")
    if not entries:
        return [said("Nothing has been changed yet.")]
    who_cells = min(_WHO_CELLS, max(cell_len(clean(_who(entry))) for entry in entries))
    lines = _name(entries[0], width) if of_one else []
    for day, changes in groupby(entries, key=lambda entry: text_of(entry, "changed_at")[:10]):
        lines += [*([Text("")] if lines else []), heading(day)]
        for entry in changes:
            lines += _entry(entry, who_cells, width, of_one=of_one)
    rest = number_of(history, "total") - len(entries)
    more = [Text(""), said(f"… and {count(rest, 'earlier change')}; --limit shows more", "dim")]
    return lines + (more if rest > 0 else [])


def _name(entry: Row, width: int) -> list[Text]:
    ref = text_of(entry, "ref")
    return wrapped(named(entry), width=width, indent=len(ref) + 2, first=ref, style="bold")


def _entry(entry: Row, who_cells: int, width: int, *, of_one: bool) -> list[Text]:
    time = text_of(entry, "changed_at")[11:16]
    who = said(_who(entry))
    who.truncate(who_cells, overflow="ellipsis", pad=True)
    ref = "" if of_one else text_of(entry, "ref").ljust(_REF_CELLS) + "  "
    first = f"  {time}  {who.plain}  {ref}"
    text = one_line(_what(entry), _LONGEST) if of_one else subject(entry)
    if text_of(entry, "on") and not is_merge(entry):
        text += f" · {text_of(entry, 'on')}"
    lines = wrapped(text, width=width, indent=cell_len(first), first=first)
    lines[0].stylize("dim", 0, 7)
    lines[0].stylize("green", 9, 9 + len(who.plain))
    lines[0].stylize("cyan", 11 + len(who.plain), len(first))
    return lines


def _what(entry: Row) -> str:
    """What an entry did, where its row is named already."""
    told = what_changed(entry)
    return f"merged {joined(entry)}: {told}" if is_merge(entry) else told


def _who(entry: Row) -> str:
    return text_of(entry, "changed_by")
