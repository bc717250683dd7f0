"""Rows and pages as the hub's functions take and give them: one array a column, JSON as text."""

from collections.abc import Iterator, Mapping, Sequence

import pydantic_core

from localstore.exchange import EXTRA, Commit, HubPage, HubRow, PushedRow, Receipt, Verdict
from localstore.exchange import VerdictKind as Kind
from localstore.values import Row, Value, from_json, text_of, without_nulls

_KINDS: Mapping[str, Kind] = {
    "accepted": "accepted",
    "already": "already",
    "moved_on": "moved_on",
    "rejected": "rejected",
}
ROW_COLUMNS = ("version", "created_at", "created_by", "updated_at", "updated_by")
_ENTRY_ARRAYS = {
    "entity": "entry_entities",
    "id": "entry_ids",
    "change_id": "entry_changes",
    "version": "entry_versions",
    "changed_at": "entry_at",
    "changed_by": "entry_by",
    "replica_id": "entry_replicas",
    "parents": "entry_parents",
    "changes": "entry_bodies",
}
"""The fields of an entry, and the columns of a page that hold them."""
ENTRY_COLUMNS = ("change_id", "version", "changed_at", "changed_by", "replica_id")


def batch_columns(rows: Sequence[PushedRow]) -> list[list[object]]:
    """The arrays that describe a batch, in the order in which the hub's `push` takes them.

    Raises:
        ValueError: a value is none that JSON has.
    """
    stamped = [[row.stamp.get(name) for row in rows] for name in ROW_COLUMNS]
    entries = [(place, entry) for place, row in enumerate(rows, 1) for entry in row.entries]
    told = [[entry.get(name) for _, entry in entries] for name in ENTRY_COLUMNS]
    return [
        [row.name.entity for row in rows],
        [row.name.row_id for row in rows],
        [row.change_id for row in rows],
        [row.base_change_id for row in rows],
        *map(list[object], stamped),
        [pydantic_core.to_json(row.fields).decode() for row in rows],
        [place for place, _ in entries],
        *map(list[object], told),
        [_braced(entry.get("parents")) for _, entry in entries],
        [entry.get("changes") for _, entry in entries],
    ]


def receipt(answer: Mapping[str, object]) -> Receipt:
    """What a push was answered, from the columns of the one row that `push` returns."""
    head, stamp = _number(answer["head"]), answer["stamp"]
    verdicts = zip(
        _texts(answer["kinds"]), _texts(answer["reasons"]), _texts(answer["currents"]), strict=True
    )
    return Receipt(
        tuple(
            Verdict(_KINDS[str(kind)], reason or "", current) for kind, reason, current in verdicts
        ),
        _number(answer["previous_head"]),
        head,
        None if stamp is None else Commit(head, str(stamp)),
    )


def page(answer: Mapping[str, object]) -> HubPage:
    """A page, from the columns of the one row that `pull` returns."""
    seq, stamp = answer["commit_seq"], answer["commit_stamp"]
    rows = _list(answer["rows"])
    return HubPage(
        tuple(HubRow(str(pair[0]), _flat(pair[1])) for pair in rows if isinstance(pair, list)),
        tuple(_entries(answer)),
        _number(answer["upto"]),
        _number(answer["head"]),
        None if seq is None else Commit(_number(seq), str(stamp)),
        _number(answer["purged"]),
    )


def _entries(answer: Mapping[str, object]) -> Iterator[Row]:
    """The history entries of a page, from an array for each of their fields."""
    columns = [_members(answer[column]) for column in _ENTRY_ARRAYS.values()]
    for values in zip(*columns, strict=True):
        entry: Row = dict(zip(_ENTRY_ARRAYS, values, strict=True))
        parents = text_of(entry, "parents")
        entry["parents"] = from_json(parents) if parents else []
        yield entry


def _flat(row: Value) -> Row:
    """A row without what is empty; fields that the hub does not know stand beside the others."""
    told = without_nulls(row) if isinstance(row, dict) else {}
    strange = told.pop(EXTRA, None)
    return strange | told if isinstance(strange, dict) else told


def _list(told: object) -> list[Value]:
    value = from_json(told) if isinstance(told, str) else []
    return value if isinstance(value, list) else []


def _texts(column: object) -> list[str | None]:
    """An array of texts and nulls; none at all for an empty one, which SQL calls null."""
    return [None if member is None else str(member) for member in _members(column)]


def _members(column: object) -> list[Value]:
    return column if isinstance(column, list) else []


def _number(column: object) -> int:
    return int(str(column))


def _braced(parents: Value) -> str | None:
    """A list of ids as PostgreSQL writes an array of them."""
    return "{" + ",".join(map(str, parents)) + "}" if isinstance(parents, list) else None
