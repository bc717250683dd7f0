"""The status of a project as a person likes to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.text import Text

from localstore.values import Row, mapping_of, number_of, rows_of, text_of, texts_of
from tidelog.views.lines import (
    PRIORITY_STYLES,
    STATUS_STYLES,
    age,
    count,
    grid,
    heading,
    more,
    of,
    said,
    wrapped,
)

_TYPES = ("project", "session", "task", "research")
_WORK = ("task", "research")
_STATUSES = ("completed", "active", "planned", "blocked", "cancelled")
_BAR_CELLS = 20
_LABEL_CELLS = 9
_BRANCHES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a status row leaves out and a person asks next.

    Listings of the tasks and research that somebody works on, and of those that anybody can start;
    why items are blocked, by ref; the open roots with what is below them, each with its `progress`;
    and the last change, if there was one.
    """

    in_progress: Row = field(default_factory=dict)
    ready: Row = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    trees: Sequence[Row] = ()
    last_change: Row = field(default_factory=dict)


def status_lines(status: Row, around: Surroundings, *, now: datetime, width: int) -> list[Text]:
    """Lay out a status row, in the order in which one asks."""
    head = _head(status, around.last_change, now)
    lines = [*head, Text(""), *_vendors(status, width), *_counts(status, width)]
    blocks = (
        _items(around.in_progress, "In progress", now, width),
        _items(around.ready, "Ready to start", now, width),
        _blocked(mapping_of(status, "blocked"), around.reasons, width),
        _trees(around.trees, width),
        _deployments(rows_of(status, "recent_deployments"), now, width),
        _enhancements(rows_of(status, "enhancements"), width),
    )
    for block in blocks:
        if block:
            lines += [Text(""), *block]
    return lines + _conflicts(status)


def item_rows(items: list[Row], now: datetime) -> list[list[Text]]:
    """Work items as rows for a grid: ref, priority, title, who, how long ago."""
    return [
        [
            of(item, "ref", "cyan"),
            of(item, "priority", PRIORITY_STYLES.get(text_of(item, "priority"), "")),
            of(item, "title"),
            of(item, "assignee", "dim"),
            said(age(text_of(item, "updated_at"), now), "dim"),
        ]
        for item in items
    ]


def _head(status: Row, last_change: Row, now: datetime) -> list[Text]:
    as_of = text_of(status, "as_of")
    told = [f"{as_of[:10]} {as_of[11:16]} UTC"]
    if last_change:
        when = age(text_of(last_change, "changed_at"), now)
        told.append(f"last change {when} by {text_of(last_change, 'changed_by')}")
    name = text_of(status, "project") or "A project without a name"
    return [said(name, "bold"), said(", ".join(told), "dim")]


def _labelled(label: str, text: str, width: int, style: str = "") -> list[Text]:
    lines = wrapped(text, width=width, indent=_LABEL_CELLS, first=label)
    for line in lines:
        line.stylize(style, _LABEL_CELLS)
    lines[0].stylize("bold", 0, len(label))
    return lines


def _vendors(status: Row, width: int) -> list[Text]:
    vendors = mapping_of(status, "vendors")
    total, working = number_of(vendors, "total"), number_of(vendors, "operational")
    if not total:
        return []
    lines = _labelled("Vendors", f"{working:,} of {total:,} operational", width)
    broken = texts_of(vendors, "broken")
    if broken:
        more = total - working - len(broken)
        names = ", ".join(broken) + (f" and {more:,} more" if more else "")
        lines += _labelled("", f"broken: {names}", width, "red")
    return lines


def _counts(status: Row, width: int) -> list[Text]:
    counts = mapping_of(status, "counts")
    by_type = {kind: _sum(mapping_of(counts, kind)) for kind in _TYPES}
    total = sum(by_type.values())
    if not total:
        return _labelled("Work", "nothing yet: an assistant adds it, or you ask one to", width)
    kinds = ", ".join(
        count(n, kind, kind if kind == "research" else "") for kind, n in by_type.items() if n
    )
    by_status = {
        each: sum(number_of(mapping_of(counts, kind), each) for kind in _TYPES)
        for each in _STATUSES
    }
    states = " · ".join(f"{n:,} {each}" for each, n in by_status.items() if n)
    items = f"{count(total, 'item')}: {kinds}"
    return _labelled("Work", items, width) + _labelled("", states, width, "dim")


def _sum(by_status: Row) -> int:
    return sum(number_of(by_status, status) for status in by_status)


def _items(part: Row, name: str, now: datetime, width: int) -> list[Text]:
    items = rows_of(part, "items")
    if not items:
        return []
    shown = grid(item_rows(items, now), width=width, flexible=2)
    total = number_of(part, "total")
    return [heading(name, total), *shown, *more(total - len(items))]


def _blocked(part: Row, reasons: Mapping[str, str], width: int) -> list[Text]:
    items = rows_of(part, "items")
    if not items:
        return []
    lines = [heading("Blocked", number_of(part, "total"))]
    rows = [
        [
            of(item, "ref", "cyan"),
            of(item, "priority", PRIORITY_STYLES.get(text_of(item, "priority"), "")),
            of(item, "title"),
            of(item, "assignee", "dim"),
        ]
        for item in items
    ]
    for item, line in zip(items, grid(rows, width=width, flexible=2), strict=True):
        lines.append(line)
        reason = reasons.get(text_of(item, "ref"), "")
        if reason:
            lines += wrapped(reason, width=width, indent=11, style="yellow")
    return lines + more(number_of(part, "total") - len(items))


def with_progress(item: Row) -> Row:
    """An item of a tree, and each below it, with how many tasks and research below it are done.

    Cancelled ones do not count. An item without any gets no `progress`.
    """
    children = [with_progress(child) for child in rows_of(item, "children")]
    done = total = 0
    for child in children:
        progress = mapping_of(child, "progress")
        counts = child.get("item_type") in _WORK and child.get("status") != "cancelled"
        done += number_of(progress, "completed") + (counts and child.get("status") == "completed")
        total += number_of(progress, "total") + counts
    told: Row = {"progress": {"completed": done, "total": total}} if total else {}
    return item | {"children": [*children]} | told


def _trees(trees: Sequence[Row], width: int) -> list[Text]:
    rows: list[list[Text]] = []
    for root in trees:
        rows.append(_progress(root, ""))
        branches = [branch for branch in rows_of(root, "children") if "progress" in branch]
        rows += [_progress(branch, "  ") for branch in branches[:_BRANCHES_SHOWN]]
        if len(branches) > _BRANCHES_SHOWN:
            rest = said(f"… and {len(branches) - _BRANCHES_SHOWN:,} more", "dim")
            rows.append([Text.assemble("    ", rest), Text(""), Text("")])
    return [heading("Progress"), *grid(rows, width=width, flexible=0, right=(2,))] if rows else []


def _progress(item: Row, stem: str) -> list[Text]:
    progress = mapping_of(item, "progress")
    done, total = number_of(progress, "completed"), number_of(progress, "total")
    name = Text.assemble(stem, (text_of(item, "ref"), "cyan"), "  ", of(item, "title"))
    return [name, bar(done, total), said(f"{done:,}/{total:,}" if total else "", "dim")]


def bar(done: int, total: int) -> Text:
    """How far something is, drawn; empty when it has no parts."""
    if not total:
        return Text("")
    full = _BAR_CELLS * done // total
    return Text.assemble(("█" * full, "green"), ("░" * (_BAR_CELLS - full), "dim"))


def _deployments(deployments: list[Row], now: datetime, width: int) -> list[Text]:
    rows = [
        [
            said(age(text_of(each, "deployed_at"), now), "dim"),
            said(_deployment_name(each)),
            said(_reach(texts_of(each, "affected_vendors")), "dim"),
        ]
        for each in deployments
    ]
    return [heading("Recent deployments"), *grid(rows, width=width, flexible=1)] if rows else []


def _deployment_name(deployment: Row) -> str:
    number, title = number_of(deployment, "pr_number"), text_of(deployment, "pr_title")
    words = ([f"PR #{number}"] if number else []) + ([title] if title else [])
    commit = text_of(deployment, "commit")
    return " ".join(words) or (f"commit {commit}" if commit else "no commit told")


def _reach(vendors: list[str]) -> str:
    if len(vendors) > 1:
        return f"{vendors[0]} and {len(vendors) - 1} more"
    return vendors[0] if vendors else ""


def _enhancements(enhancements: list[Row], width: int) -> list[Text]:
    rows: list[list[Text]] = [
        [
            said(text_of(each, "target_quarter") or "some day", "dim"),
            of(each, "title"),
            of(each, "status", STATUS_STYLES.get(text_of(each, "status"), "")),
            said(f"priority {number_of(each, 'priority')}", "dim"),
        ]
        for each in enhancements
    ]
    return [heading("Coming up"), *grid(rows, width=width, flexible=1)] if rows else []


def _conflicts(status: Row) -> list[Text]:
    conflicts = number_of(status, "open_conflicts")
    if not conflicts:
        return []
    told = f"{count(conflicts, 'conflict')} to settle: tidelog conflicts"
    return [Text(""), said(told, "yellow")]
