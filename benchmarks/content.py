"""What a benchmark's store is filled with: made up from a seed, the same on every run."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from localstore.fields import DependencyType
from localstore.values import Row, Value

VENDORS = 45
DEPLOYMENTS = 50
ENHANCEMENTS = 12
PROJECT_ITEMS = 120
"""How many items one project has with all below it; a larger store has more projects."""

_LEVELS = (1, 3, 12, 36, 48, 20)
"""How many items of a project stand at each depth."""
TASKS_TOGETHER = _LEVELS[3]
"""How many items of a project stand three levels below its root."""
_STATUSES = {"planned": 28, "active": 27, "blocked": 5, "completed": 35, "cancelled": 5}
_PRIORITIES = {"P0": 5, "P1": 20, "P2": 55, "P3": 20}
_KINDS = {"task": 9, "research": 1}
_EDGES: dict[DependencyType, int] = {"blocks": 85, "related": 15}

WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)

T = TypeVar("T")


class Dice(Random):
    """Chance from a seed."""

    def weighted(self, weights: dict[T, int]) -> T:
        """One of the keys, each as often as its weight says."""
        return self.choices([*weights], [*weights.values()])[0]

    def some(self, words: Sequence[str], most: int) -> list[Value]:
        """Up to `most` of the words."""
        return [*self.sample(words, self.randint(0, most))]

    def title(self) -> str:
        """A task in a few words."""
        verb, thing, form, place = (
            self.choice(WORDS[name]) for name in ("verbs", "things", "forms", "places")
        )
        return f"{verb.capitalize()} the {thing} {form} for {place}"

    def prose(self, sentences: int) -> str:
        """Some sentences about tasks."""
        return " ".join(f"{self.title()}, then {self.title().lower()}." for _ in range(sentences))


@dataclass(frozen=True, slots=True)
class Drafted:
    """A work item to be: its fields, and its parent as a place among the items drafted so far."""

    fields: Row
    parent: int | None
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency to be, between two places among the items; the first comes before the second."""

    source: int
    target: int
    kind: DependencyType


def items(count: int, seed: int = 1) -> Iterator[Drafted]:
    """`count` items, project after project; within one, level after level."""
    dice = Dice(seed)
    for first in range(0, count, PROJECT_ITEMS):
        above: list[int] = []
        level: list[int] = []
        depth, room = 0, _LEVELS[0]
        for place in range(first, min(first + PROJECT_ITEMS, count)):
            if room == 0:
                depth, above, level = depth + 1, level, []
                room = _LEVELS[depth]
            parent = above[len(level) % len(above)] if above else None
            yield Drafted(_item(dice, depth), parent, depth)
            level.append(place)
            room -= 1


def edges(count: int, seed: int = 2) -> Iterator[Edge]:
    """A quarter as many edges as items, each within one project, most of them blocking."""
    dice = Dice(seed)
    seen: set[tuple[int, int]] = set()
    for first in range(0, count, PROJECT_ITEMS):
        places = range(first, min(first + PROJECT_ITEMS, count))
        for _ in range(len(places) // 4):
            one, other = sorted(dice.sample(places, 2))
            if (one, other) not in seen:
                seen.add((one, other))
                yield Edge(one, other, dice.weighted(_EDGES))


def vendor_names() -> list[str]:
    """The names of the vendors."""
    return [f"{firm} {trade}" for trade in WORDS["trades"] for firm in WORDS["firms"]][:VENDORS]


def vendor(name: str) -> Row:
    """A vendor's fields; three of four work."""
    dice = Dice(name)
    total = dice.randint(20, 80)
    return {
        "name": name,
        "status": dice.weighted({"operational": 3, "broken": 1}),
        "extractor_version": f"{dice.randint(1, 4)}.{dice.randint(0, 9)}.0",
        "metadata": {
            "_schema_version": "1.0",
            "format_support": {"excel": True, "csv": dice.random() < 0.5, "pdf": True},
            "test_results": {"passing": dice.randint(10, total), "total": total, "skipped": 0},
            "manifest_compliant": dice.random() < 0.8,
        },
    }


def deployment(place: int) -> Row:
    """A deployment's fields but for its links."""
    dice = Dice(place)
    tests: Row = {"unit": dice.randint(100, 400), "integration": dice.randint(5, 40)}
    return {
        "commit_hash": f"{dice.getrandbits(160):040x}",
        "metadata": {
            "_schema_version": "1.0",
            "pr_number": 100 + place,
            "pr_title": dice.title(),
            "test_summary": tests,
            "constitutional_compliance": True,
        },
    }


def enhancement(place: int) -> Row:
    """An enhancement's fields."""
    dice = Dice(place)
    return {
        "title": dice.title(),
        "description": dice.prose(2),
        "priority": dice.randint(1, 5),
        "status": "planned",
        "target_quarter": f"2026-Q{dice.randint(1, 4)}",
        "required_principles": ["local first"],
    }


def _item(dice: Dice, depth: int) -> Row:
    kind = ("project", "session")[depth] if depth < 2 else dice.weighted(_KINDS)
    status = "active" if depth == 0 else dice.weighted(_STATUSES)
    metadata: Row = {"_schema_version": "1.0"}
    return {
        "item_type": kind,
        "title": dice.title(),
        "description": dice.prose(dice.randint(1, 5)),
        "status": status,
        "priority": dice.weighted(_PRIORITIES),
        "assignee": dice.choice(WORDS["people"]) if dice.random() < 0.5 else None,
        "labels": dice.some(WORDS["labels"], 3),
        "branch_name": f"work/{dice.getrandbits(32):08x}" if dice.random() < 0.3 else None,
        "metadata": metadata | _metadata(dice, kind, status),
    }


def _metadata(dice: Dice, kind: str, status: str) -> Row:
    if kind == "project":
        return {"description": dice.prose(1), "target_quarter": "2026-Q2"}
    if kind == "session":
        return {
            "token_budget": 200_000,
            "prompts_count": dice.randint(0, 40),
            "yaml_frontmatter": {"schema_version": "1.0", "session": dice.randint(1, 999)},
        }
    if kind == "research":
        return {"research_questions": [f"{dice.title()}?"], "references": ["RFC 9562"]}
    hours: Row = {"estimated_hours": dice.randint(1, 16)}
    return hours | ({"blocked_reason": dice.prose(1)} if status == "blocked" else {})
