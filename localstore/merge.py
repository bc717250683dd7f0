"""The three-way merge of one row: field by field, nothing lost without a word.

Values are compared in a canonical form, so that a number or a mapping which only came back written
differently is no change. The line merge follows diff3: Khanna, Kunal and Pierce, "A Formal
Investigation of Diff3" (2007).
"""

from dataclasses import dataclass

from localstore.entities import CONFLICT, Entity, Kind
from localstore.linemerge import merged_lines
from localstore.values import Row, Value, mapping_of, to_json

_DELETED = "deleted_at"
_ARCHIVED = "archived_at"


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed one field, or one key of a mapping (`metadata.KEY`), and not to the same.

    `kept` is what the merged row holds.
    """

    field: str
    base: Value
    local: Value
    remote: Value
    kept: Value


def merge_rows(entity: Entity, base: Row, local: Row, remote: Row) -> tuple[Row, list[Clash]]:
    """Merge what two sides made of one row.

    What one side changed is taken; where both changed a field differently, sets take the additions
    and removals of both, long texts both sides' lines where they lie apart, and everything else
    keeps the remote value. A row deleted on one side and changed on the other lives; one put into
    the archive on one side and changed on the other stays out of it, which loses nothing.

    Returns:
        The entity's own fields, null-free (empty text, lists and mappings count as null), and a
        clash for each value that was not kept.
    """
    merged: Row = {}
    clashes: list[Clash] = []
    changed: tuple[set[str], set[str]] = (set(), set())
    for field in entity.fields:
        sides = [_full(row.get(field.name)) for row in (base, local, remote)]
        for seen, side in zip(changed, sides[1:], strict=True):
            if not _alike(field.kind, sides[0], side):
                seen.add(field.name)
        value, found = _merge(field.name, field.kind, (sides[0], sides[1], sides[2]))
        clashes += found
        if value is not None:
            merged[field.name] = value
    edited = (changed[0] - {_ARCHIVED}, changed[1] - {_ARCHIVED})
    if _removed_against_edit(_ARCHIVED, (base, local, remote), edited):
        merged.pop(_ARCHIVED, None)
    if _removed_against_edit(_DELETED, (base, local, remote), edited):
        merged.pop(_DELETED, None)
        clashes = [clash for clash in clashes if clash.field != _DELETED]
        before, here, there = (_full(row.get(_DELETED)) for row in (base, local, remote))
        clashes.append(Clash(_DELETED, before, here, there, kept=None))
    return merged, clashes


def merge_conflicts(local: Row, remote: Row) -> Row:
    """Merge what two sides made of one conflict: a decision the hub has stands, no decision gives
    way to one. What was decided is an edit of the row it is about, and merges there."""
    decided = remote if remote.get("status") == "resolved" else local
    return {name: decided.get(name) for name in (field.name for field in CONFLICT.fields)}


_Sides = tuple[Value, Value, Value]
"""A value in the base, here, and there."""


def _merge(name: str, kind: Kind, sides: _Sides) -> tuple[Value, list[Clash]]:
    taken = _taken(kind, sides)
    if taken is not None:
        return taken[0], []
    base, local, remote = sides
    if kind is Kind.MAP and all(isinstance(side, dict) for side in sides if side is not None):
        return _merge_maps(name, sides)
    if kind is Kind.SET and all(isinstance(side, list) for side in sides if side is not None):
        return _merge_sets(*(side if isinstance(side, list) else [] for side in sides)), []
    if kind is Kind.TEXT:
        texts = [side if isinstance(side, str) else "" for side in sides]
        text = merged_lines(*texts)
        if text is not None:
            return _full(text), []
    return remote, [Clash(name, base, local, remote, kept=remote)]


def _taken(kind: Kind, sides: _Sides) -> tuple[Value] | None:
    """The value when at most one side changed it, or both to the same.

    Two sides that say the same are the remote's, to the letter: a difference that counts for none
    would never be pushed. A side that is written exactly as the base has not touched it; after that
    the canonical form decides.
    """
    base, local, remote = sides
    if _alike(kind, local, remote):
        return (remote,)
    if to_json(remote) == to_json(base):
        return (local,)
    if to_json(local) == to_json(base) or _alike(kind, local, base):
        return (remote,)
    return (local,) if _alike(kind, remote, base) else None


def _merge_maps(name: str, sides: _Sides) -> tuple[Value, list[Clash]]:
    base, local, remote = (mapping_of({name: side}, name) for side in sides)
    merged: Row = {}
    clashes: list[Clash] = []
    for key in sorted(base.keys() | local.keys() | remote.keys()):
        values = base.get(key), local.get(key), remote.get(key)
        value, found = _merge(f"{name}.{key}", Kind.VALUE, values)
        clashes += found
        if value is not None:
            merged[key] = value
    return merged or None, clashes


def _merge_sets(base: list[Value], local: list[Value], remote: list[Value]) -> Value:
    """The remote's members without those removed here, then those added here, in their orders."""
    before, here, there = ({to_json(member) for member in side} for side in (base, local, remote))
    kept = [m for m in remote if to_json(m) in here or to_json(m) not in before]
    added = {to_json(m): m for m in local if to_json(m) not in before | there}
    return [*kept, *added.values()] or None


def _removed_against_edit(
    mark: str, sides: tuple[Row, Row, Row], edited: tuple[set[str], set[str]]
) -> bool:
    """Whether one side took the row away while the other changed something of it."""
    base, local, remote = sides
    if base.get(mark) is not None:
        return False
    here, there = local.get(mark) is not None, remote.get(mark) is not None
    edited_here, edited_there = edited
    return (here and not there and bool(edited_there)) or (there and not here and bool(edited_here))


def _full(value: Value) -> Value:
    """Empty text, lists and mappings are one and the same as absent ones."""
    return None if value in ("", [], {}) else value


def _alike(kind: Kind, first: Value, second: Value) -> bool:
    if kind is Kind.MARK:
        return (first is None) == (second is None)
    if kind is Kind.SET and isinstance(first, list) and isinstance(second, list):
        return sorted(map(_canonical, first)) == sorted(map(_canonical, second))
    return _canonical(first) == _canonical(second)


def _canonical(value: Value) -> str:
    """One spelling for values that JSON readers and Postgres hold for the same."""
    return to_json(_plain(value))


def _plain(value: Value) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value
