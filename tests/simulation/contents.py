"""What a replica and a hub hold in the end, in one form that can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localstore.entities import ENTITIES, VENDOR, WORK_ITEM, Entity, Kind, letter_of
from localstore.exchange import Name, off_the_wire
from localstore.ids import full_ref, name_key
from localstore.rows.lookup import ARCHIVE
from localstore.text import words_in
from localstore.values import Row, Value, from_json, text_of, to_json, without_nulls
from localstore.writing import columns_of
from tests.simulation.lineage import Entry, Lineage
from tests.simulation.network import SimulatedHub
from tests.simulation.replica import Replica

_ENTRY = (
    "change_id, entity, entity_id, version, changed_at, changed_by, replica_id, parents, changes"
)


@dataclass(frozen=True)
class Contents:
    """Rows by name, fields and stamp; and history by change id."""

    rows: dict[Name, Row]
    entries: dict[str, Entry]


def of_hub(hub: SimulatedHub, project_id: str) -> Contents:
    """All that a hub holds of a project, as a replica would keep it; of rows that it has purged,
    the tombstones to which their history leads."""
    rows = {
        Name(entity, row_id): _plain(
            ENTITIES[entity], off_the_wire(ENTITIES[entity], dict(held.row))
        )
        for entity, table in hub.tables(project_id).items()
        for row_id, held in table.items()
    }
    told = hub.entries(project_id)
    entries = {entry.change_id: entry for entry in map(_entry, told)}
    return Contents(_tombstones(told, entries) | rows, entries)


def _tombstones(told: Sequence[Row], entries: Mapping[str, Entry]) -> dict[Name, Row]:
    """Of the rows that history leaves deleted, what its last entry left; `told` is in the hub's
    order."""
    lineage = Lineage(entries.values())
    signed = {text_of(row, "change_id"): row for row in told}
    last = {Name(text_of(row, "entity"), text_of(row, "id")): row for row in told}
    found: dict[Name, Row] = {}
    for name, left in last.items():
        at = text_of(left, "change_id")
        row = _null_free(lineage.replayed(ENTITIES[name.entity], at))
        while entries[at].parents:
            at = entries[at].parents[0]
        if "deleted_at" in row:
            row |= {
                "id": name.row_id,
                "version": left["version"],
                "change_id": left["change_id"],
                "created_at": signed[at]["changed_at"],
                "created_by": signed[at]["changed_by"],
                "updated_at": left["changed_at"],
                "updated_by": left["changed_by"],
            }
            found[name] = _plain(ENTITIES[name.entity], row)
    return found


def of_replica(replica: Replica) -> Contents:
    """All that a replica holds."""
    rows: dict[Name, Row] = {}
    for entity in ENTITIES.values():
        tables = (entity.table, ARCHIVE) if entity is WORK_ITEM else (entity.table,)
        for table in tables:
            for row in _stored(replica, entity, table):
                row.pop("base_change_id", None)
                row.pop("ref")
                rows[Name(entity.name, text_of(row, "id"))] = _plain(entity, row)
    entries = [
        _stored_entry(s) for s in replica.connection.execute(f"SELECT {_ENTRY} FROM history")
    ]
    return Contents(rows, {entry.change_id: entry for entry in entries})


def differences(first: Contents, second: Contents) -> list[str]:
    """What the two do not have in common, in words."""
    found = []
    for name in sorted(first.rows.keys() | second.rows.keys()):
        one, other = first.rows.get(name, {}), second.rows.get(name, {})
        if one != other:
            fields = sorted(k for k in one.keys() | other.keys() if one.get(k) != other.get(k))
            told = ", ".join(f"{k} {one.get(k)!r} against {other.get(k)!r}" for k in fields)
            found.append(f"{name.entity} {name.row_id}: {told}")
    for change_id in sorted(first.entries.keys() | second.entries.keys()):
        ours, theirs = first.entries.get(change_id), second.entries.get(change_id)
        if ours is None or theirs is None:
            found.append(f"entry {change_id} only in the {'second' if ours is None else 'first'}")
        elif ours.told != theirs.told:
            found.append(f"entry {ours.told} against {theirs.told}")
    return found


def misderived(replica: Replica) -> list[str]:
    """The rows whose derived columns, or whose table, are not what they follow from."""
    found = []
    for entity in ENTITIES.values():
        for row in _stored(replica, entity, entity.table):
            if row["ref"] != full_ref(letter_of(entity, row), text_of(row, "id")):
                found.append(f"ref of {entity.name} {row['id']}")
            if row.get("archived_at") is not None:
                found.append(f"{row['id']} is archived, and not in the archive")
    found += [
        f"{row['id']} is in the archive, and not archived"
        for row in _stored(replica, WORK_ITEM, ARCHIVE)
        if row.get("archived_at") is None
    ]
    for table in (WORK_ITEM.table, ARCHIVE):
        for row_id, metadata, text in replica.connection.execute(
            f"SELECT id, metadata, search_text FROM {table}"
        ):
            words = words_in(from_json(metadata)) if metadata else ""
            if sorted(words.split()) != sorted((text or "").split()):
                found.append(f"search_text of {row_id}")
    for row_id, name, key in replica.connection.execute("SELECT id, name, name_key FROM vendors"):
        if name_key(name) != key:
            found.append(f"name_key of {VENDOR.name} {row_id}")
    return found


def _stored(replica: Replica, entity: Entity, table: str) -> list[Row]:
    columns = columns_of(entity)
    found = replica.connection.execute(f"SELECT {', '.join(columns)} FROM {table}")
    return [without_nulls(entity.decode(columns, stored)) for stored in found]


def _stored_entry(stored: tuple[str | int | None, ...]) -> Entry:
    row: Row = dict(zip([name.strip() for name in _ENTRY.split(",")], stored, strict=True))
    row["id"] = row.pop("entity_id")
    parents = row["parents"]
    row["parents"] = from_json(parents) if isinstance(parents, str) else None
    return _entry(row)


def _null_free(row: Row) -> Row:
    """The row without what is empty, in its mappings too: a key that was taken away is no key."""
    return without_nulls(
        {
            name: (without_nulls(value) or None) if isinstance(value, dict) else value
            for name, value in row.items()
        }
    )


def _plain(entity: Entity, row: Row) -> Row:
    """The row without what makes no difference: the order in a set."""
    return {
        name: _in_order(value) if entity.kind_of(name) is Kind.SET else value
        for name, value in row.items()
    }


def _in_order(value: Value) -> Value:
    return [*sorted(map(str, value))] if isinstance(value, list) else value


def _entry(row: Row) -> Entry:
    parents = row.get("parents")
    ancestry: Sequence[Value] = parents if isinstance(parents, list) else ()
    changes = from_json(text_of(row, "changes"))
    pairs = changes.items() if isinstance(changes, dict) else ()
    return Entry(
        text_of(row, "change_id"),
        text_of(row, "entity"),
        text_of(row, "id"),
        text_of(row, "changed_by"),
        tuple(map(str, ancestry)),
        {name: (pair[0], pair[1]) for name, pair in pairs if isinstance(pair, list)},
        to_json(without_nulls(row | {"parents": [*ancestry] or None})),
    )
