"""The words hand-kept files use for the same thing: ticks, statuses, priorities, times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from gitlayer.legacy.scan import Scan
from localstore.values import format_moment

YES = frozenset(
    ["✅", "✓", "✔", "☑", "🟢", "👍", "yes", "y", "true", "pass", "passed", "ok", "[x]"]
)
NO = frozenset(
    ["❌", "✗", "✘", "✖", "☒", "🔴", "👎", "no", "n", "false", "fail", "failed", "[", "]"]
) | {"[ ]"}
TICK = re.compile(r"[✅✓✔☑🟢👍❌✗✘✖☒🔴👎]\ufe0f?")
CHECKBOX = re.compile(r"^\[([ xX])\](?=\s|$)")
NOTHING = frozenset(
    ("", "none", "n/a", "na", "-", "\u2013", "—", "nil", "no", "(none)", "none yet")
)

VENDOR_STATUSES = {
    "operational": "operational",
    "working": "operational",
    "works": "operational",
    "live": "operational",
    "up": "operational",
    "ok": "operational",
    "okay": "operational",
    "green": "operational",
    "healthy": "operational",
    "ready": "operational",
    "done": "operational",
    "broken": "broken",
    "not operational": "broken",
    "not working": "broken",
    "failing": "broken",
    "failed": "broken",
    "down": "broken",
    "red": "broken",
}
ITEM_STATUSES = {
    "planned": "planned",
    "todo": "planned",
    "to do": "planned",
    "open": "planned",
    "not started": "planned",
    "backlog": "planned",
    "active": "active",
    "in progress": "active",
    "in-progress": "active",
    "wip": "active",
    "doing": "active",
    "started": "active",
    "blocked": "blocked",
    "on hold": "blocked",
    "stuck": "blocked",
    "waiting": "blocked",
    "completed": "completed",
    "complete": "completed",
    "done": "completed",
    "finished": "completed",
    "closed": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "dropped": "cancelled",
    "wontfix": "cancelled",
}
ENHANCEMENT_STATUSES = {
    "planned": "planned",
    "proposed": "planned",
    "idea": "planned",
    "approved": "approved",
    "accepted": "approved",
    "implementing": "implementing",
    "in progress": "implementing",
    "completed": "completed",
    "done": "completed",
    "shipped": "completed",
}
ITEM_TYPES = {
    "project": "project",
    "epic": "project",
    "session": "session",
    "task": "task",
    "bug": "task",
    "chore": "task",
    "research": "research",
    "spike": "research",
}
URGENCIES = {"critical": 1, "urgent": 1, "high": 2, "medium": 3, "normal": 3, "low": 4, "lowest": 5}

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month_name>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_TIME = (
    r"(?:(?:[ T]|,? at )(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?)?"
)
_DATES = tuple(
    re.compile(rf"(?<![\w.]){form}{_TIME}(?![\w/])", re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? {_MONTH},? (?P<year>\d{{4}})",
    )
)
_MONTHS_ONLY = tuple(
    re.compile(rf"(?<![\w.-]){form}(?![\w/-])", re.IGNORECASE)
    for form in (rf"{_MONTH} (?P<year>\d{{4}})", r"(?P<year>\d{4})-(?P<month>\d{2})")
)
_QUARTERS = (
    re.compile(r"\bQ(?P<quarter>[1-4])[ /-]*(?P<year>\d{4})\b", re.IGNORECASE),
    re.compile(r"\b(?P<year>\d{4})[ /-]*Q(?P<quarter>[1-4])\b", re.IGNORECASE),
)


def tick_of(text: str) -> bool | None:
    """What a tick or a short answer says; None when it is neither."""
    word = text.strip().strip(".").replace("\ufe0f", "").casefold()
    if word in YES:
        return True
    return False if word in NO else None


def status_in(text: str, known: Mapping[str, str]) -> str:
    """The word for a status that a text begins with, as it stands there; empty when it is none."""
    folded = text.casefold()
    for word in sorted(known, key=len, reverse=True):
        if folded.startswith(word) and not folded[len(word) : len(word) + 1].isalnum():
            return text[: len(word)]
    return ""


class When:
    """A point in time as a file gave it; `exact` is false when it named only a month."""

    __slots__ = ("exact", "moment", "written")

    def __init__(self, written: str, moment: str, *, exact: bool) -> None:
        self.written = written
        self.moment = moment
        self.exact = exact


def take_when(scan: Scan) -> When | None:
    """Take the first date or time out of `scan`; None, and nothing taken, when there is none."""
    for forms, exact in ((_DATES, True), (_MONTHS_ONLY, False)):
        for form in forms:
            found = form.search(scan.text)
            moment = _moment(found.groupdict()) if found else None
            if found is not None and moment is not None:
                scan.take(form)
                return When(found.group(), moment, exact=exact)
    return None


def take_quarter(scan: Scan) -> str | None:
    """Take the first quarter out of `scan`, as YYYY-Qn."""
    for form in _QUARTERS:
        found = scan.take(form)
        if found is not None:
            return f"{found['year']}-Q{found['quarter']}"
    return None


def _moment(parts: dict[str, str | None]) -> str | None:
    name = parts.get("month_name")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["month"] or 1)
    zone = (parts.get("zone") or "Z").upper()
    offset = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    try:
        moment = datetime(
            int(parts["year"] or 1),
            month,
            int(parts.get("day") or 1),
            int(parts.get("hour") or 0),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            tzinfo=datetime.strptime(offset.replace(":", ""), "%z").tzinfo,
        )
        return format_moment(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None
