"""One work item or vendor, with what is around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of
from tidelog.views.lines import (
    PRIORITY_STYLES,
    STATUS_STYLES,
    age,
    clean,
    clock,
    grid,
    heading,
    of,
    said,
    wrapped,
)

_LABEL_CELLS = 24
_CLOSED = ("completed", "cancelled")
Field = tuple[str, Value]
_DEPENDENCIES = {"depends_on": "waits for", "blocks": "holds back", "related": "related to"}


@dataclass(frozen=True, slots=True)
class _Branch:
    item: Row
    name: Text
    stem: str
    """What stands before a second line, so that the lines of the tree go on."""
    waits_for: list[str]


def item_lines(item: Row, *, now: datetime, width: int) -> list[Text]:
    """Lay out a work item as `work_item` answers it."""
    lines = [*_above(item, width), *_title(item, "title", width), _standing(item, now)]
    blocks = (
        _description(item, width),
        _labelled(_fields(item), width),
        _dependencies(rows_of(item, "dependencies"), width),
        _below(item, width),
    )
    for block in blocks:
        if block:
            lines += [Text(""), *block]
    cut = texts_of(item, "truncated")
    return lines + ([Text(""), said(f"cut short: {', '.join(cut)}", "yellow")] if cut else [])


def vendor_lines(vendor: Row, *, now: datetime, width: int) -> list[Text]:
    """Lay out a vendor as `vendor` answers it."""
    lines = [*_title(vendor, "name", width), _standing(vendor, now)]
    fields = _labelled([("extractor", vendor.get("extractor_version")), *_metadata(vendor)], width)
    return lines + ([Text(""), *fields] if fields else [])


def _above(item: Row, width: int) -> list[Text]:
    ancestors = rows_of(item, "ancestors")
    if not ancestors:
        return []
    way = " / ".join(f"{text_of(each, 'ref')} {text_of(each, 'title')}" for each in ancestors)
    return wrapped(way, width=width, indent=0, style="dim")


def _title(row: Row, field: str, width: int) -> list[Text]:
    ref = text_of(row, "ref")
    lines = wrapped(text_of(row, field), width=width, indent=len(ref) + 2, first=ref)
    for line in lines:
        line.stylize("bold", len(ref) + 2)
    lines[0].stylize("cyan", 0, len(ref))
    return lines


def _standing(row: Row, now: datetime) -> Text:
    status, priority = text_of(row, "status"), text_of(row, "priority")
    parts = [
        said(text_of(row, "item_type")),
        said(status, STATUS_STYLES.get(status, "")),
        said(priority, PRIORITY_STYLES.get(priority, "")),
        said(text_of(row, "assignee") and f"with {text_of(row, 'assignee')}"),
        said(f"version {number_of(row, 'version')}", "dim"),
        said(_changed(row, now), "dim"),
        said("deleted" if row.get("deleted_at") else "", "red"),
    ]
    return Text(" · ").join([part for part in parts if part.plain])


def _changed(row: Row, now: datetime) -> str:
    who = text_of(row, "updated_by")
    return f"changed {age(text_of(row, 'updated_at'), now)}" + (f" by {who}" if who else "")


def _description(item: Row, width: int) -> list[Text]:
    lines: list[Text] = []
    for paragraph in text_of(item, "description").splitlines():
        text = paragraph.rstrip()
        margin = len(text) - len(text.lstrip(" "))
        lines += wrapped(text, width=width, indent=min(margin, 20)) if text else [Text("")]
    return lines


def _fields(item: Row) -> list[Field]:
    number = item.get("pr_number")
    created = f"{clock(text_of(item, 'created_at'))} UTC by {text_of(item, 'created_by')}"
    return [
        ("labels", ", ".join(texts_of(item, "labels")) or None),
        ("branch", item.get("branch_name")),
        ("pull request", f"#{number}" if number else None),
        ("commits", ", ".join(commit[:10] for commit in texts_of(item, "commit_hashes")) or None),
        *_metadata(item),
        ("problem", item.get("metadata_problem")),
        ("created", created),
    ]


def _metadata(row: Row) -> list[Field]:
    metadata = mapping_of(row, "metadata")
    return [
        (name.replace("_", " "), value)
        for name, value in metadata.items()
        if not name.startswith("_")
    ]


def _labelled(fields: Sequence[Field], width: int) -> list[Text]:
    """Fields that have a value, one below the other, their values in line."""
    present = [(clean(label), value) for label, value in fields if value is not None]
    cells = min(_LABEL_CELLS, max((len(label) for label, _ in present), default=0)) + 4
    lines: list[Text] = []
    for label, value in present:
        first = f"  {label}  ".ljust(cells)
        shown = wrapped(_shown(value), width=width, indent=cells, first=first)
        shown[0].stylize("dim", 0, len(first))
        lines += shown
    return lines


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_shown(member) for member in value)
    if isinstance(value, dict) and all(isinstance(member, bool) for member in value.values()):
        return _yes_and_no(value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(member)}" for name, member in value.items())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _yes_and_no(flags: Row) -> str:
    yes = ", ".join(name for name, flag in flags.items() if flag)
    no = ", ".join(name for name, flag in flags.items() if not flag)
    return "; ".join([*([yes] if yes else []), *([f"not {no}"] if no else [])])


def _dependencies(dependencies: list[Row], width: int) -> list[Text]:
    rows = [
        [
            said(_DEPENDENCIES.get(text_of(each, "dependency_type"), "linked to"), "dim"),
            of(each, "ref", "cyan"),
            of(each, "title"),
            of(each, "status", STATUS_STYLES.get(text_of(each, "status"), "")),
        ]
        for each in dependencies
    ]
    return [heading("Dependencies"), *grid(rows, width=width, flexible=2)] if rows else []


def _below(item: Row, width: int) -> list[Text]:
    children = rows_of(item, "children")
    near = [*rows_of(item, "ancestors"), *rows_of(item, "dependencies"), item]
    done = {text_of(each, "ref") for each in [*near, *_all(children)] if _is_done(each)}
    branches = _branches(children, "", done)
    rows = [
        [
            branch.name,
            of(branch.item, "status", STATUS_STYLES.get(text_of(branch.item, "status"), "")),
        ]
        for branch in branches
    ]
    lines: list[Text] = []
    for branch, line in zip(branches, grid(rows, width=width, flexible=0, indent=0), strict=True):
        lines.append(line)
        if branch.waits_for:
            text = f"waits for {', '.join(branch.waits_for)}"
            lines += wrapped(text, width=width, indent=len(branch.stem), first=branch.stem)
            lines[-1].stylize("dim")
    return [heading("Below"), *lines] if lines else []


def _all(children: list[Row]) -> list[Row]:
    return [each for child in children for each in (child, *_all(rows_of(child, "children")))]


def _is_done(item: Row) -> bool:
    return text_of(item, "status") == "completed"


def _branches(children: list[Row], stem: str, done: set[str]) -> list[_Branch]:
    """The items of a tree in print order, each with the lines of the tree before it."""
    branches: list[_Branch] = []
    for child in children:
        last = child is children[-1]
        fork, below = ("└ ", "  ") if last else ("├ ", "│ ")
        name = Text.assemble(
            (f"  {stem}{fork}", "dim"), (text_of(child, "ref"), "cyan"), "  ", of(child, "title")
        )
        deeper = rows_of(child, "children")
        waits = [ref for ref in texts_of(child, "depends_on") if ref not in done]
        waits = [] if text_of(child, "status") in _CLOSED else waits
        margin = f"  {stem}{below}{'│ ' if deeper else '  '}".ljust(len(stem) + 13)
        branches.append(_Branch(child, name, margin, waits))
        branches += _branches(deeper, stem + below, done)
    return branches
