"""All history there is in the end, and who had seen what in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localstore.entities import Entity, Kind
from localstore.values import Row, Value, mapping_of

MACHINE = "tidelog"
"""Who merges and repairs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One history entry."""

    change_id: str
    entity: str
    row_id: str
    who: str
    parents: tuple[str, ...]
    changes: Mapping[str, tuple[Value, Value]]
    told: str
    """The whole entry in one spelling, to be compared with the same one elsewhere."""


class Lineage:
    """History as a graph."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {entry.change_id: entry for entry in entries}
        self.of_row: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            self.of_row.setdefault(entry.row_id, []).append(entry)
        self._seen: dict[str, frozenset[str]] = {}

    def seen_by(self, change_id: str) -> frozenset[str]:
        """The change, and all that it had seen."""
        known = self._seen.get(change_id)
        if known is not None:
            return known
        reached: set[str] = set()
        waiting = [change_id]
        while waiting:
            each = waiting.pop()
            if each in reached or each not in self.entries:
                continue
            older = self._seen.get(each)
            reached |= older or {each}
            waiting += () if older else self.entries[each].parents
        self._seen[change_id] = frozenset(reached)
        return self._seen[change_id]

    def replayed(self, entity: Entity, change_id: str) -> Row:
        """The fields of a row as that change left them, from its first parents' changes."""
        line: list[Entry] = []
        at: str | None = change_id
        while at is not None and at in self.entries:
            entry = self.entries[at]
            line.append(entry)
            at = entry.parents[0] if entry.parents else None
        row: Row = {}
        for entry in reversed(line):
            for name, (_, new) in entry.changes.items():
                field, dot, key = name.partition(".")
                if dot and entity.kind_of(field) is Kind.MAP:
                    row[field] = mapping_of(row, field) | {key: new}
                else:
                    row[name] = new
        return row

    def merges(self) -> list[Entry]:
        """The entries that grew from several."""
        return [entry for entry in self.entries.values() if len(entry.parents) > 1]
