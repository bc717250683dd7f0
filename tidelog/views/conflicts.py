"""Conflicts as a person meets them: what happened, whose values these are, and the ways out."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from localstore.disputes import added, difference
from localstore.entities import ENTITIES, Kind
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, to_json
from tidelog.views.lines import age, clean, clock, count, heading, more, said, wrapped

_REF_CELLS = 9
_LABEL_CELLS = 11
_LINES_SHOWN = 16
_SHORT = 60
_MARKS = {
    "work_item": ("deleted", "not deleted"),
    "dependency": ("withdrawn", "drawn"),
}
"""How the presence and the absence of a `deleted_at` are called."""


def list_lines(listing: Row, *, now: datetime, width: int) -> list[Text]:
    """One sentence for each conflict, and how to look closer."""
    conflicts = rows_of(listing, "items")
    if not conflicts:
        return [said("There is nothing to settle.")]
    total = number_of(listing, "total")
    lines = [heading(count(total, "conflict"))]
    for conflict in conflicts:
        ref, settled = text_of(conflict, "ref"), conflict.get("status") != "open"
        told = wrapped(text_of(conflict, "summary"), width=width, indent=_REF_CELLS, first=ref)
        told[0].stylize("dim" if settled else "cyan", 0, len(ref))
        noticed = f"noticed {age(text_of(conflict, 'noticed_at'), now)}"
        lines += [Text(""), *told, _indented(said(noticed, "dim"), _REF_CELLS)]
    first = text_of(conflicts[0], "ref")
    lines += [*more(total - len(conflicts), "; --limit shows more"), Text("")]
    return [
        *lines,
        said(f"tidelog conflicts show {first}: the values, and how to settle it", "dim"),
    ]


def conflict_lines(conflict: Row, *, now: datetime, width: int, full: bool = False) -> list[Text]:
    """Everything about one conflict; long texts as what each side changed, unless `full`."""
    about = mapping_of(conflict, "about")
    ref, settled = text_of(conflict, "ref"), conflict.get("status") != "open"
    state = "settled" if settled else "open"
    noticed = f"{state}, noticed {age(text_of(conflict, 'noticed_at'), now)}"
    lines = [Text.assemble((ref, "bold"), "  ", said(noticed, "dim"))]
    lines += wrapped(text_of(conflict, "summary"), width=width, indent=0)
    if text_of(about, "path"):
        lines += wrapped(f"It is in {text_of(about, 'path')}.", width=width, indent=0, style="dim")
    for name in ("deleted", "archived", "missing"):
        if about.get(name) is True:
            words = "not here yet" if name == "missing" else name
            lines.append(said(f"{text_of(about, 'ref')} is {words}.", "yellow"))
    lines += [Text(""), *_values(conflict, width, full=full)]
    if settled:
        at, who = clock(text_of(conflict, "resolved_at")), text_of(conflict, "resolved_by")
        lines += [Text(""), said(f"Settled by {who} at {at}: kept {conflict['resolution']}.")]
        return lines + _elsewhere(about)
    return [*lines, Text(""), *_ways(conflict, width)]


def settled_lines(conflict: Row, left: int, *, width: int) -> list[Text]:
    """What a decision did, and where to find what was not kept."""
    lines = wrapped(text_of(conflict, "summary"), width=width, indent=0)
    lines += _elsewhere(mapping_of(conflict, "about"))
    rest = f"{count(left, 'conflict')} left: tidelog conflicts" if left else "No conflict is left."
    return [*lines, said(rest, "dim")]


def _elsewhere(about: Row) -> list[Text]:
    ref = text_of(about, "ref")
    return [said(f"Every value it had: tidelog log {ref}", "dim")] if ref else []


def _values(conflict: Row, width: int, *, full: bool) -> list[Text]:
    """The value before, the two values with who wrote them, and what holds."""
    name = text_of(mapping_of(conflict, "about"), "entity")
    field, base = text_of(conflict, "field"), text_of(conflict, "base")
    is_text = name in ENTITIES and ENTITIES[name].kind_of(field) is Kind.TEXT
    kept_from = text_of(conflict, "kept_from")
    lines: list[Text] = []
    sides = ("local", "remote") if is_text and not full else ("base", "local", "remote")
    for side in sides:
        value = conflict.get(side)
        pieces = [_signed(conflict, side), said("kept" if side == kept_from else "", "green")]
        label = said("before" if side == "base" else side, "bold")
        label.pad_right(_LABEL_CELLS - len(label))
        told = Text("  ").join(piece for piece in pieces if piece.plain)
        lines.append(Text.assemble(label, told))
        lines[-1].rstrip()
        if is_text and not full and isinstance(value, str):
            changes = difference(base, value)
            if changes.count("\n") >= _LINES_SHOWN:
                changes = added(changes)
            lines += _block(changes.splitlines(), width, full=full)
        else:
            lines += _value(conflict, value, width, full=full)
    for extra in ("kept", "now"):
        if extra in conflict and (extra == "now" or not kept_from):
            lines.append(said(extra, "bold"))
            lines += _value(conflict, conflict[extra], width, full=full)
    return lines


def _signed(conflict: Row, side: str) -> Text:
    """Who wrote a value, where and when."""
    if side == "remote" and "remote_by" not in conflict and "local_by" in conflict:
        return said("tidelog, so that the rules hold", "cyan")
    who, on = text_of(conflict, f"{side}_by"), text_of(conflict, f"{side}_on")
    at = clock(text_of(conflict, f"{side}_at"))
    return said(f"{who}{f' on {on}' if on else ''}{f', {at}' if at else ''}", "cyan")


def _value(conflict: Row, value: Value, width: int, *, full: bool) -> list[Text]:
    if conflict.get("field") == "deleted_at":
        words = _MARKS.get(text_of(mapping_of(conflict, "about"), "entity"), _MARKS["work_item"])
        return [_indented(said(words[value is None]), 2)]
    if value is None:
        return [_indented(said("(nothing)", "dim"), 2)]
    if isinstance(value, str) and ("\n" in value or len(value) > _SHORT):
        return _block(value.splitlines(), width, full=full)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = clean(value) if isinstance(value, str) else to_json(value)
    return wrapped(shown, width=width, indent=2)


def _block(lines: Sequence[str], width: int, *, full: bool) -> list[Text]:
    """Lines of a text, cut at the width unless `full`, when they are wrapped."""
    told: list[Text] = []
    for line in lines if full else lines[:_LINES_SHOWN]:
        spaces = len(line) - len(line.lstrip(" "))
        piece = Text(" " * (2 + min(spaces, 20)) + clean(line), no_wrap=True, end="")
        style = {"+": "green", "-": "red", "…": "dim"}.get(line[:1], "")
        if full and cell_len(piece.plain) > width:
            told += wrapped(line, width=width, indent=2, style=style)
            continue
        piece.truncate(width, overflow="ellipsis")
        piece.stylize(style)
        piece.rstrip()
        told.append(piece)
    rest = 0 if full else len(lines) - _LINES_SHOWN
    return told + ([said(f"  … {rest:,} more lines; --full shows them", "dim")] if rest > 0 else [])


def _ways(conflict: Row, width: int) -> list[Text]:
    """One command for each way out."""
    ref = text_of(conflict, "ref")
    lines = [heading("Settle it with one of")]
    ways = mapping_of(conflict, "ways")
    given = {keep: "--value TEXT" if keep == "value" else f"--keep {keep}" for keep in ways}
    longest = max((len(words) for words in given.values()), default=0)
    for keep, words in given.items():
        first = f"  tidelog conflicts resolve {ref} {words.ljust(longest)}  "
        told = wrapped(str(ways[keep]), width=width, indent=len(first), first=first)
        for line in told:
            line.stylize("dim", len(first))
        lines += told
    return lines


def _indented(line: Text, cells: int) -> Text:
    return Text.assemble(" " * cells, line)
