"""Lines of text in columns: cut to a width, without trailing space, safe to print."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len
from rich.text import Text

from localstore.values import Row, parse_moment, text_of

FULL_WIDTH = 80
_GAP = 2
_NARROWEST = 8
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")

STATUS_STYLES = {
    "active": "cyan",
    "planned": "",
    "blocked": "yellow",
    "completed": "green",
    "cancelled": "dim",
    "operational": "green",
    "broken": "red",
}
PRIORITY_STYLES = {"P0": "bold red", "P1": "yellow", "P2": "", "P3": "dim"}


def clean(text: str) -> str:
    """Text as one line that cannot steer a terminal: no control, direction or invisible marks."""
    return " ".join(_INVISIBLE.sub("", _CONTROL.sub(" ", text)).split())


def said(text: str, style: str = "") -> Text:
    """A piece of a line from text of any origin."""
    return Text(clean(text), style=style, no_wrap=True, end="")


def of(row: Row, field: str, style: str = "") -> Text:
    """A piece of a line from a text field of a row; empty when it is absent."""
    return said(text_of(row, field), style)


def heading(name: str, total: int | None = None, note: str = "") -> Text:
    """The line above a block, with how many there are."""
    line = Text(name, style="bold")
    if total is not None:
        line.append(f" ({total:,})", style="not bold dim")
    if note:
        line.append(f"  {note}", style="not bold dim")
    return line


def more(rest: int, note: str = "") -> list[Text]:
    """The line below a list that says how many it leaves out; none when that is none."""
    return [Text(f"  … and {rest:,} more{note}", style="dim")] if rest > 0 else []


def grid(
    rows: Sequence[Sequence[Text]],
    *,
    width: int,
    flexible: int,
    indent: int = 2,
    right: Sequence[int] = (),
) -> list[Text]:
    """Lay rows of pieces out in columns, those in `right` right-aligned, empty ones left out.

    The column `flexible` gives way when `width` is short.
    """
    if not rows:
        return []
    widths = [max(cell_len(row[i].plain) for row in rows) for i in range(len(rows[0]))]
    shown = [i for i, each in enumerate(widths) if each]
    spare = width - indent - sum(widths[i] for i in shown) - _GAP * (len(shown) - 1)
    widths[flexible] = max(min(widths[flexible], _NARROWEST), widths[flexible] + min(0, spare))
    return [
        _joined([_fitted(row[i], widths[i], to_right=i in right) for i in shown], indent)
        for row in rows
    ]


def _fitted(piece: Text, width: int, *, to_right: bool) -> Text:
    fitted = piece.copy()
    if to_right:
        fitted.pad_left(width - cell_len(fitted.plain))
    fitted.truncate(width, overflow="ellipsis", pad=True)
    return fitted


def _joined(pieces: Sequence[Text], indent: int) -> Text:
    line = Text(" " * indent, no_wrap=True)
    for piece in pieces:
        line.append_text(piece)
        line.append(" " * _GAP)
    line.rstrip()
    return line


def wrapped(text: str, *, width: int, indent: int, first: str = "", style: str = "") -> list[Text]:
    """A paragraph broken at words into lines of at most `width` cells; `first` begins the first."""
    lines: list[Text] = []
    current = first.ljust(indent) if first else " " * indent
    start = len(current)
    for word in clean(text).split(" "):
        for part in _parts(word, width - indent):
            separator = " " if len(current) > start else ""
            if cell_len(current) + len(separator) + cell_len(part) > width:
                lines.append(Text(current, style=style))
                current, separator = " " * indent, ""
                start = indent
            current += separator + part
    lines.append(Text(current, style=style))
    return lines


def _parts(word: str, width: int) -> list[str]:
    """A word in pieces that fit a line."""
    parts, current = [], ""
    for character in word:
        if cell_len(current + character) > width:
            parts.append(current)
            current = ""
        current += character
    return [*parts, current]


def age(moment: str, now: datetime) -> str:
    """How long ago a stored moment is; beyond two weeks its date."""
    if not moment:
        return ""
    then = parse_moment(moment)
    past = now - then
    if past < timedelta(seconds=45):
        return "just now"
    for size, unit, limit in ((60, "min", 60), (3600, "h", 48), (86400, "days", 14)):
        count = max(1, round(past.total_seconds() / size))
        if count < limit:
            return f"{count} {'day' if unit == 'days' and count == 1 else unit} ago"
    return f"{then:%Y-%m-%d}"


def clock(moment: str) -> str:
    """A stored moment to the minute, in UTC."""
    return f"{parse_moment(moment):%Y-%m-%d %H:%M}" if moment else ""


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 item`, `2 items`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
