"""What the report's template prints: its entries, worded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from gitlayer.markdown import escape
from localstore.values import Row, mapping_of, number_of, rows_of, text_of, texts_of

_USUAL_PRIORITY = "P2"
_PRIORITIES = {1: "Critical", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}
_COUNTS_FIRST = ("passed", "failed", "skipped")
_COMMIT_SHOWN = 12


class Inert(str):
    """Text that is markdown already; the template prints it as it is."""

    __slots__ = ()


def inert(text: str) -> Inert:
    """Text of any origin as markdown that does nothing; what is that already stays as it is."""
    return text if type(text) is Inert else _escaped(text)


@lru_cache(maxsize=8192)
def _escaped(text: str) -> Inert:
    return Inert(escape(text))  # most of what a report says, the last one said too


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one section, and how many more there are."""

    total: int
    shown: list["Vendor"] | list["Item"] | list["Deployment"] | list["Wish"]

    @property
    def more(self) -> int:
        """How many entries are not shown."""
        return max(0, self.total - len(self.shown))


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor, and what is known of its extractor, a line each."""

    name: str
    status: str
    lines: list[Inert]


@dataclass(frozen=True, slots=True)
class Item:
    """An open work item with its bullets."""

    title: str
    kind: str
    bullets: Inert


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment with its bullets."""

    moment: str
    headline: Inert
    bullets: Inert


@dataclass(frozen=True, slots=True)
class Wish:
    """A future enhancement, and the remarks in parentheses behind it."""

    title: str
    remarks: Inert


def view_of(facts: Row) -> dict[str, object]:
    """What the template prints for the facts of a report."""
    vendors, items = mapping_of(facts, "vendors"), mapping_of(facts, "work_items")
    deployments, wishes = mapping_of(facts, "deployments"), mapping_of(facts, "enhancements")
    return {
        "as_of": text_of(facts, "as_of")[:19],
        "tally": Inert(f"{number_of(vendors, 'operational')}/{number_of(vendors, 'total')}"),
        "vendors": _section(vendors, [_vendor(row) for row in rows_of(vendors, "items")]),
        "items": _section(items, [_item(row) for row in rows_of(items, "items")]),
        "deployments": _section(
            deployments, [_deployment(row) for row in rows_of(deployments, "items")]
        ),
        "enhancements": _section(wishes, [_wish(row) for row in rows_of(wishes, "items")]),
    }


def _section(
    told: Row, shown: list[Vendor] | list[Item] | list[Deployment] | list[Wish]
) -> Section:
    return Section(number_of(told, "total"), shown)


def _vendor(row: Row) -> Vendor:
    lines = []
    tests = mapping_of(row, "tests")
    if number_of(tests, "total"):
        counts = f"{number_of(tests, 'passing')}/{number_of(tests, 'total')} tests"
        skipped = number_of(tests, "skipped")
        lines.append(Inert(f"({counts}, {skipped} skipped)" if skipped else f"({counts})"))
    known = [
        *([f"[{_listed(texts_of(row, 'formats'))}]"] if row.get("formats") else []),
        *([_version(text_of(row, "extractor_version"))] if row.get("extractor_version") else []),
    ]
    if known:
        lines.append(Inert(" ".join(known)))
    return Vendor(text_of(row, "name"), text_of(row, "status"), lines)


def _version(text: str) -> str:
    if text[:1].isdigit():
        return inert(f"v{text}")
    return inert(text if text[:1] in "vV" and text[1:2].isdigit() else f"version {text}")


def _item(row: Row) -> Item:
    priority = row.get("priority")
    told = (
        ("Status", row.get("status")),
        ("Created", _moment(row, "created_at")),
        ("Parent", row.get("parent")),
        ("Priority", None if priority == _USUAL_PRIORITY else priority),
        ("Assignee", row.get("assignee")),
        ("Blocked by", _linked(mapping_of(row, "blocked_by")) if "blocked_by" in row else None),
        ("Blocked because", row.get("blocked_reason")),
        ("Ref", row.get("ref")),
    )
    lines = [
        f"- **{name}**: {inert(value)}" for name, value in told if value and isinstance(value, str)
    ]
    return Item(text_of(row, "title"), text_of(row, "item_type"), Inert("\n".join(lines)))


def _deployment(row: Row) -> Deployment:
    vendors = mapping_of(row, "vendors")
    bullets: list[tuple[str, str]] = [
        ("Vendors", _cut([*map(inert, texts_of(vendors, "items"))], vendors))
    ]
    items = mapping_of(row, "work_items")
    if number_of(items, "total"):
        bullets.append(("Work Items", _linked(items)))
    tests = mapping_of(row, "tests")
    if tests:
        bullets.append(("Tests", Inert(_tests(tests))))
    if "compliant" in row:
        bullets.append(("Constitutional Compliance", "✅" if row["compliant"] else "❌"))
    lines = [f"- {name}: {value}" for name, value in bullets]
    return Deployment(_moment(row, "deployed_at"), _headline(row), Inert("\n".join(lines)))


def _headline(row: Row) -> Inert:
    number, title = number_of(row, "pr_number"), text_of(row, "pr_title")
    commit = text_of(row, "commit_hash")[:_COMMIT_SHOWN]
    cause = f"PR #{number}" if number else f"commit {inert(commit)}" if commit else ""
    told = [part for part in (cause, inert(title) if title else "") if part]
    return Inert(" - ".join(told) or "deployed")


def _tests(tests: Row) -> str:
    names = [*(each for each in _COUNTS_FIRST if each in tests)]
    names += sorted(tests.keys() - set(names))
    return ", ".join(f"{number_of(tests, name)} {inert(name)}" for name in names)


def _wish(row: Row) -> Wish:
    priority = number_of(row, "priority")
    year, _, quarter = text_of(row, "target_quarter").partition("-")
    remarks = [
        f"Priority: {_PRIORITIES.get(priority, str(priority))}",
        *([inert(f"{quarter} {year}")] if quarter else []),
        inert(text_of(row, "status")),
        inert(text_of(row, "ref")),
    ]
    return Wish(text_of(row, "title"), Inert(", ".join(remarks)))


def _linked(links: Row) -> Inert:
    """The work items of a list by title and ref."""
    named = [
        f"{inert(text_of(item, 'title'))} ({text_of(item, 'ref')})"
        for item in rows_of(links, "items")
    ]
    return _cut(named, links)


def _cut(shown: Sequence[str], links: Row) -> Inert:
    more = number_of(links, "total") - len(shown)
    return Inert(", ".join([*shown, *([f"and {more:,} more"] if more > 0 else [])]) or "none")


def _listed(texts: list[str]) -> str:
    return ", ".join(map(inert, texts))


def _moment(row: Row, field: str) -> str:
    return text_of(row, field)[:19].replace("T", " ")
