"""Histories that branch and meet again, as replicas that exchange their changes leave them."""

import random
from dataclasses import dataclass, field

from localstore.differences import changes_between
from localstore.entities import (
    CONFIGURATION,
    DEPENDENCY,
    ENHANCEMENT,
    STAMP,
    VENDOR,
    WORK_ITEM,
    Entity,
    Kind,
)
from localstore.ids import CONFIGURATION_ID, name_key, named_id, uuid7
from localstore.values import Row, Value, number_of, text_of, texts_of, without_nulls

PEOPLE = ("ada", "bob", "claude-code")
MACHINES = ("replica-of-ada", "replica-of-bob")
_MOMENT = "2026-03-{:02}T09:30:{:02}.{:06}Z"
_FIRST: dict[str, Row] = {
    "work_item": {"item_type": "task", "title": "T", "status": "active", "priority": "P2"},
    "vendor": {"name": "V", "status": "broken"},
    "enhancement": {"title": "E", "status": "planned", "priority": 3},
    "configuration": {"active_context_type": "feature", "default_token_budget": 9_000},
}
_CHANGING: dict[str, tuple[str, ...]] = {
    "work_item": ("title", "description", "labels", "metadata", "assignee", "deleted_at"),
    "vendor": ("status", "metadata", "extractor_version"),
    "enhancement": ("title", "description", "required_principles", "target_quarter"),
    "configuration": ("git_branch", "report_layout"),
    "dependency": ("deleted_at",),
}


@dataclass(slots=True)
class Branches:
    """Rows and their histories, and for each change the whole row as it left it: the model."""

    dice: random.Random
    left: dict[str, Row] = field(default_factory=dict)
    entries: list[Row] = field(default_factory=list)
    rows: list[tuple[Entity, Row]] = field(default_factory=list)
    made: int = 0

    @classmethod
    def grown(cls, seed: int, rows: int = 6, changes: int = 12) -> "Branches":
        """Rows of every entity that people change, each with about so many changes."""
        branches = cls(random.Random(seed))
        histories = [branches._row(CONFIGURATION, changes)]
        items = []
        for number in range(rows):
            entity = branches.dice.choice([WORK_ITEM, WORK_ITEM, VENDOR, ENHANCEMENT])
            histories.append(branches._row(entity, changes, number))
            if entity is WORK_ITEM:
                items.append(text_of(histories[-1][0], "id"))
        if len(items) > 1:
            histories.append(branches._row(DEPENDENCY, 4, ends=(items[0], items[1])))
        while any(histories):
            history = branches.dice.choice([each for each in histories if each])
            branches.entries.append(history.pop(0))
        return branches

    def _row(
        self, entity: Entity, changes: int, number: int = 0, ends: tuple[str, str] = ("", "")
    ) -> list[Row]:
        """Grow one row; its entries in the order in which one replica had them."""
        fields = dict(_FIRST.get(entity.name, {}))
        row_id = self._new_id()
        if entity is CONFIGURATION:
            row_id = CONFIGURATION_ID
        elif entity is VENDOR:
            fields["name"] = f"V{number}"
            row_id = named_id("vendor", name_key(f"V{number}"))
        elif entity is DEPENDENCY:
            source, target = ends
            fields = {"source_id": source, "target_id": target, "dependency_type": "related"}
        fields["id"] = row_id
        first = self._entry(entity, fields, [])
        history, tips = [first], [text_of(first, "change_id")]
        for _ in range(self.dice.randrange(changes + 1)):
            entry = self._merge(entity, tips) if len(tips) > 1 and self.dice.random() < 0.4 else {}
            entry = entry or self._edit(entity, tips, history)
            tips = [tip for tip in tips if tip not in texts_of(entry, "parents")]
            tips.append(text_of(entry, "change_id"))
            history.append(entry)
        while len(tips) > 1:
            history.append(self._merge(entity, tips))
            tips = [*tips[2:], text_of(history[-1], "change_id")]
        self.rows.append((entity, self.left[tips[0]]))
        return history

    def _edit(self, entity: Entity, tips: list[str], history: list[Row]) -> Row:
        """Change a row as one of its tips, or an earlier change, left it."""
        base = self.dice.choice(tips)
        if len(tips) < 3 and self.dice.random() < 0.4:
            base = text_of(self.dice.choice(history), "change_id")
        changed: Row = {
            name: self._value(entity, name)
            for name in self.dice.sample(
                _CHANGING[entity.name], k=self.dice.randrange(1, len(_CHANGING[entity.name]) + 1)
            )
        }
        return self._entry(entity, self.left[base] | changed, [base])

    def _merge(self, entity: Entity, tips: list[str]) -> Row:
        """Join the two oldest tips: each field from one of them, perhaps none from the second."""
        hub, local = tips[:2]
        empty = self.dice.random() < 0.3
        taken: Row = {
            each.name: self.left[hub if empty or self.dice.random() < 0.5 else local].get(each.name)
            for each in entity.fields
        }
        return self._entry(entity, self.left[hub] | taken, [hub, local])

    def _value(self, entity: Entity, name: str) -> Value:
        kind = entity.kind_of(name)
        if kind is Kind.MARK:
            return self.dice.choice([None, _MOMENT.format(20, 0, self.made)])
        if kind is Kind.SET:
            return [*self.dice.sample(["a", "b", "c", "d"], k=self.dice.randrange(1, 4))]
        if kind is Kind.MAP:
            keys = self.dice.sample(["a", "b.c", "d"], k=self.dice.randrange(1, 4))
            values: list[Value] = [1, 1.5, "x", [1, None]]
            return {key: self.dice.choice(values) for key in keys}
        if name == "target_quarter":
            return self.dice.choice([None, "2027-Q1", "2027-Q2"])
        value = self.dice.choice([f"{name} {self.made}\n", f"{name}: one", "# two"])
        return value if kind is Kind.TEXT else value.strip()

    def _entry(self, entity: Entity, fields: Row, parents: list[str]) -> Row:
        """Write down one change, relative to what its first parent left."""
        before = self.left[parents[0]] if parents else {}
        change_id, merge = self._new_id(), len(parents) > 1
        at = _MOMENT.format(1 + self.made % 28, self.made % 60, self.made)
        who = "tidelog" if merge else self.dice.choice(PEOPLE)
        versions = [number_of(self.left[parent], "version") for parent in parents]
        stamp: Row = {
            "version": max([0, *versions]) + 1,
            "change_id": change_id,
            "created_at": before.get("created_at", at),
            "created_by": before.get("created_by", who),
            "updated_at": at,
            "updated_by": who,
        }
        row = without_nulls(_own(entity, fields)) | stamp
        changes = changes_between(entity, before, row)
        touched = {name.partition(".")[0] for name in changes}
        # Another order in a set, another moment of a mark: no change, so the value stays.
        same = {each.name: before.get(each.name) for each in entity.fields}
        row |= {name: value for name, value in same.items() if name not in touched}
        self.left[change_id] = without_nulls(row)
        told: Row = {name: [*pair] for name, pair in changes.items()}
        grown_from: list[Value] = [*parents]
        return {
            "change_id": change_id,
            "entity": entity.name,
            "id": row["id"],
            "version": row["version"],
            "changed_at": at,
            "changed_by": who,
            "replica_id": self.dice.choice(MACHINES),
            "parents": grown_from,
            "changes": told,
        }

    def _new_id(self) -> str:
        self.made += 1
        return uuid7(1_600_000_000_000 + self.made, self.made * 0x278DDE6E5FD29 % (1 << 50))


def _own(entity: Entity, fields: Row) -> Row:
    names = {"id", *(each.name for each in entity.fields)} - {*STAMP}
    return {name: value for name, value in fields.items() if name in names}
