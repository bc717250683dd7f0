"""What must hold in the end: no acknowledged write is lost, and nobody quarrels with himself."""

from collections.abc import Iterator
from itertools import permutations
from uuid import UUID

from localstore.entities import CONFLICT, ENTITIES, Kind
from localstore.exchange import Name
from localstore.ids import named_id
from localstore.values import Row, Value, text_of, to_json
from tests.simulation.contents import Contents
from tests.simulation.lineage import MACHINE, Entry, Lineage
from tests.simulation.tokens import TOKEN, Author, Ledger

_SIDES = ("base", "local", "remote", "kept")
NAMED = 5
"""The version of an id that is made from a name."""
_UNSEEN = ("archived_at",)
"""Put away against edited, the item stays out: nothing is lost, and nobody is asked."""


def broken_promises(contents: Contents, ledger: Ledger) -> Iterator[str]:
    """Everything that was promised and is not so."""
    lineage = Lineage(contents.entries.values())
    conflicts = [row for name, row in contents.rows.items() if name.entity == "conflict"]
    yield from _lost_changes(lineage, ledger)
    yield from _lost_tokens(contents, lineage, ledger)
    yield from _lost_values(contents, lineage, conflicts, ledger.excused)
    yield from _needless_merges(lineage)
    yield from _quarrels(lineage, conflicts, ledger)
    yield from _overruled(lineage)
    yield from _misreplayed(contents, lineage)


def _lost_changes(lineage: Lineage, ledger: Ledger) -> Iterator[str]:
    for change_id in ledger.acknowledged:
        if change_id not in lineage.entries:
            yield f"the acknowledged change {change_id} is in nobody's history"


def _lost_tokens(contents: Contents, lineage: Lineage, ledger: Ledger) -> Iterator[str]:
    kept = set(TOKEN.findall("\n".join(to_json(row) for row in contents.rows.values())))
    for token, author in ledger.authors.items():
        if author.row_id in ledger.excused or token in kept:
            continue
        if not _was_removed(token, author, lineage):
            yield (
                f"{token}, written to {author.entity} {author.row_id} by {author.change_id}, is in "
                "no row and in no conflict, and nobody who had seen it took it away"
            )


def _was_removed(token: str, author: Author, lineage: Lineage) -> bool:
    return any(
        entry.who != MACHINE
        and author.change_id in lineage.seen_by(entry.change_id)
        and any(
            token in TOKEN.findall(to_json(old)) and token not in TOKEN.findall(to_json(new))
            for old, new in entry.changes.values()
        )
        for entry in lineage.of_row.get(author.row_id, ())
    )


def _lost_values(
    contents: Contents, lineage: Lineage, conflicts: list[Row], excused: set[str]
) -> Iterator[str]:
    """What has no token: states, places, marks."""
    in_conflict = {
        (text_of(row, "entity_id"), text_of(row, "field"), _said(row.get(side)))
        for row in conflicts
        for side in _SIDES
    }
    marks_in_conflict = {each[:2] for each in in_conflict if each[2] != "null"}
    for entry in lineage.entries.values():
        if entry.who == MACHINE or entry.entity == "conflict" or entry.row_id in excused:
            continue
        entity = ENTITIES[entry.entity]
        row = contents.rows[Name(entry.entity, entry.row_id)]
        for field, (_, new) in entry.changes.items():
            kind = entity.kind_of(field)
            if "." in field or kind not in (Kind.SCALAR, Kind.MARK) or field in _UNSEEN:
                continue
            is_mark = kind is Kind.MARK
            if _alike(is_mark, row.get(field), new):
                continue
            if (entry.row_id, field, _said(new)) in in_conflict:
                continue
            if is_mark and (entry.row_id, field) in marks_in_conflict:
                continue
            if not _is_overtaken(lineage, entry, field, is_mark):
                yield (
                    f"{field} {new!r} of {entry.entity} {entry.row_id}, written by "
                    f"{entry.change_id}, is neither there nor in a conflict, and nobody who had "
                    "seen it changed it"
                )


def _is_overtaken(lineage: Lineage, entry: Entry, field: str, is_mark: bool) -> bool:
    """Whether somebody who had seen the write changed the field, or one of equal worth.

    Two who write the same agree, and whoever changed the one had seen what the other wrote; and
    what only brings back what the field had been before cannot be told from leaving it alone.
    """
    new = entry.changes[field][1]
    before = lineage.seen_by(entry.change_id)
    for other in lineage.of_row[entry.row_id]:
        if other is entry or field not in other.changes:
            continue
        old, later = other.changes[field]
        if other.who != MACHINE and _alike(is_mark, old, new):
            return True
        if other.change_id in before and (_alike(is_mark, old, new) or _alike(is_mark, later, new)):
            return True
    return False


def _alike(is_mark: bool, one: Value, other: Value) -> bool:
    return (one is None) == (other is None) if is_mark else one == other


def _said(value: Value) -> str:
    return to_json(value)


def _needless_merges(lineage: Lineage) -> Iterator[str]:
    for entry in lineage.merges():
        first, second = entry.parents[0], entry.parents[1]
        if first in lineage.seen_by(second) or second in lineage.seen_by(first):
            yield f"the merge {entry.change_id} of {entry.parents}: one had seen the other"


def _quarrels(lineage: Lineage, conflicts: list[Row], ledger: Ledger) -> Iterator[str]:
    """Conflicts between two values of which one's writer had seen the other."""
    writers: dict[str, list[str]] = {}
    for entry in lineage.entries.values():
        if entry.entity == "conflict":
            continue
        for old, new in entry.changes.values():
            known = TOKEN.findall(to_json(old))
            for token in TOKEN.findall(to_json(new)):
                if token not in known:
                    writers.setdefault(token, []).append(entry.change_id)
    for row in conflicts:
        local, remote = (TOKEN.findall(to_json(row.get(side))) for side in ("local", "remote"))
        if not _is_of_a_merge(row) or len(local) != 1 or len(remote) != 1:
            continue
        if not {*local, *remote} <= ledger.authors.keys():
            continue  # its writer is gone with the only store there was of it
        here, there = writers.get(local[0], []), writers.get(remote[0], [])
        if (
            len(here) == len(there) == 1
            and _saw_either(lineage, here[0], there[0])
            and _is_of_standing_changes(lineage, row)
        ):
            yield f"conflict {row['id']} on {row['field']} between {local[0]} and {remote[0]}"


def _is_of_a_merge(conflict: Row) -> bool:
    """Whether a merge of two whole values left the conflict. One between an old file that a person
    edited and the row has an id of its own; and of a long text, an old line may be what is left."""
    kind = ENTITIES[text_of(conflict, "entity")].kind_of(text_of(conflict, "field"))
    return UUID(text_of(conflict, "id")).version == NAMED and kind is not Kind.TEXT


def _is_of_standing_changes(lineage: Lineage, conflict: Row) -> bool:
    """Whether the two changes whose merge left the conflict are in history. A conflict goes to the
    hub before its row: the store that had merged may be lost between the two, and what it had
    written with it."""
    changes = [entry.change_id for entry in lineage.of_row[text_of(conflict, "entity_id")]]
    return any(
        named_id("conflict", f"{there}:{here}:{text_of(conflict, 'field')}") == conflict["id"]
        for there, here in permutations(changes, 2)
    )


def _saw_either(lineage: Lineage, first: str, second: str) -> bool:
    return first in lineage.seen_by(second) or second in lineage.seen_by(first)


def _overruled(lineage: Lineage) -> Iterator[str]:
    """Merges of a conflict that put another decision in the place of the one the hub had taken."""
    for entry in lineage.merges():
        if entry.entity == CONFLICT.name:
            before = lineage.replayed(CONFLICT, entry.parents[0])
            if before.get("status") == "resolved" and entry.changes:
                yield f"the decision of conflict {entry.row_id} was overruled by {entry.change_id}"


def _misreplayed(contents: Contents, lineage: Lineage) -> Iterator[str]:
    """Rows that are not what their history leads to."""
    for name, row in contents.rows.items():
        entity = ENTITIES[name.entity]
        replayed = lineage.replayed(entity, text_of(row, "change_id"))
        for field in entity.fields:
            there, led_to = row.get(field.name), replayed.get(field.name)
            if isinstance(led_to, dict):
                led_to = {key: value for key, value in led_to.items() if value is not None} or None
            if field.kind is Kind.SET and isinstance(led_to, list):
                led_to = [*sorted(map(str, led_to))] or None
            alike = (
                (there is None) == (led_to is None)
                if field.kind is Kind.MARK
                else (there == led_to)
            )
            if not alike:
                yield f"{name.entity} {name.row_id}: {field.name} {there!r}, by history {led_to!r}"
