"""Which work somebody wants to see, as it stands in an address: pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode

from localstore.fields import ItemType, Priority
from localstore.models import WorkItemFilter
from localstore.values import Row, texts_of

TYPES: tuple[ItemType, ...] = get_args(ItemType)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
NOBODY = "none"
"""The assignee of what nobody has."""

_LONGEST = {"q": 500, "assignee": 100, "label": 100}
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters of one view; what is empty filters nothing."""

    q: str = ""
    assignee: str = ""
    label: str = ""
    type: str = ""
    priority: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Choice":
        """The choice in an address; what no filter can mean is left out, for an address is typed
        and kept by people."""
        texts = {
            name: " ".join("".join(c for c in given.get(name, "") if c.isprintable()).split())[
                :most
            ]
            for name, most in _LONGEST.items()
        }
        if not _WORD.search(texts["q"]):
            texts["q"] = ""
        item_type, priority = given.get("type", "").lower(), given.get("priority", "").upper()
        return cls(
            **texts,
            type=item_type if item_type in TYPES else "",
            priority=priority if priority in PRIORITIES else "",
        )

    def given(self) -> Row:
        """The filters that filter, by name."""
        every = {
            name: getattr(self, name) for name in ("q", "assignee", "label", "type", "priority")
        }
        return {name: value for name, value in every.items() if value}

    def query(self, **more: str) -> str:
        """The same as the end of an address, `?` included; empty when there is nothing to say."""
        told = {**self.given(), **{name: value for name, value in more.items() if value}}
        return "?" + urlencode(told) if told else ""

    def filters(self) -> WorkItemFilter:
        """The same as the store is asked."""
        return WorkItemFilter(
            query=self.q or None,
            assignee=self.assignee or None,
            labels=[self.label] if self.label else None,
            item_type=[each for each in TYPES if each == self.type] or None,
            priority=[each for each in PRIORITIES if each == self.priority] or None,
        )


@dataclass(frozen=True, slots=True)
class Select:
    """One filter that is chosen from a list: each value with the text that stands for it."""

    name: str
    label: str
    anything: str
    chosen: str
    options: Sequence[tuple[str, str]]


def selects(choice: Choice, known: Row, me: str) -> list[Select]:
    """The filters to choose from, in their order; what is chosen is among them in any case."""
    people = {name: name for name in texts_of(known, "assignees")}
    own = {me: f"Me ({me})"} if me else {}
    people = own | {NOBODY: "Nobody"} | {name: own.get(name, text) for name, text in people.items()}
    labels = {name: name for name in texts_of(known, "labels")}
    types: Mapping[str, str] = {each: each.capitalize() for each in TYPES}
    return [
        _select("assignee", "Anyone", choice.assignee, people),
        _select("label", "Any label", choice.label, labels),
        _select("type", "Any type", choice.type, types),
        _select("priority", "Any priority", choice.priority, {each: each for each in PRIORITIES}),
    ]


def _select(name: str, anything: str, chosen: str, options: Mapping[str, str]) -> Select:
    known = {**options}
    if chosen:
        known.setdefault(chosen, chosen)
    return Select(name, name.capitalize(), anything, chosen, [*known.items()])
