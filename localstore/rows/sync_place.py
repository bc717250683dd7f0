"""Where this replica stands with its hub: the project, the cursor, the commits it has seen."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from localstore.entities import ENTITIES
from localstore.exchange import Commit
from localstore.rows.conflicts import count_open
from localstore.rows.lookup import ARCHIVE, tables_of
from localstore.values import Row, Value, without_nulls

TABLES = (*(entity.table for entity in ENTITIES.values()), ARCHIVE)
"""Every table whose rows go to the hub."""

DIRTY = "base_change_id IS NOT change_id"
"""The condition of the indexes on dirty rows, word for word."""


class SyncPlace(NamedTuple):
    """The project on the hub, the last sequence number taken in, the newest commit seen."""

    project_id: str | None
    cursor: int
    seen: Commit | None


def place(connection: sqlite3.Connection) -> SyncPlace:
    """How far this replica has read its hub."""
    project_id, cursor, seq, stamp = connection.execute(
        "SELECT project_id, cursor, seen_seq, seen_stamp FROM sync"
    ).fetchone()
    return SyncPlace(project_id, int(cursor), None if seq is None else Commit(int(seq), str(stamp)))


def move_cursor(
    connection: sqlite3.Connection, cursor: int, head: int, seen: Commit | None
) -> None:
    """Everything up to `cursor` is taken in; a `seen` that is older than the known one is not."""
    connection.execute("UPDATE sync SET cursor = ?, hub_head = ?", (cursor, head))
    see(connection, seen)


def see(connection: sqlite3.Connection, commit: Commit | None) -> None:
    """Remember a commit of the hub's, if it is the newest so far."""
    if commit is not None:
        connection.execute(
            "UPDATE sync SET seen_seq = ?, seen_stamp = ? WHERE coalesce(seen_seq, 0) < ?",
            (*commit, commit.seq),
        )


def join(connection: sqlite3.Connection, project_id: str) -> None:
    """Belong to that project of a hub from now on; what another one knew of us is forgotten."""
    if place(connection).project_id != project_id:
        forget(connection)
        connection.execute("UPDATE sync SET project_id = ?", (project_id,))


def forget(connection: sqlite3.Connection) -> None:
    """Take the hub for one that knows nothing of us: every row and entry is offered again.

    Entries that came ahead of their row, in a pull that never got to its end, go: what they tell of
    was never here, and whoever made the change still has it.
    """
    cursor, head = connection.execute("SELECT cursor, coalesce(hub_head, 0) FROM sync").fetchone()
    if cursor < head:
        _drop_entries_ahead(connection)
    for table in TABLES:
        connection.execute(
            f"UPDATE {table} SET base_change_id = NULL WHERE base_change_id IS NOT NULL"
        )
    connection.execute("UPDATE history SET at_hub = 0 WHERE at_hub = 1")
    connection.execute(
        "UPDATE sync SET cursor = 0, hub_head = NULL, seen_seq = NULL, seen_stamp = NULL,"
        " purged_since = NULL"
    )


def _drop_entries_ahead(connection: sqlite3.Connection) -> None:
    """Delete the entries that no row grew from."""
    every = " UNION ALL ".join(f"SELECT change_id FROM {table}" for table in TABLES)
    connection.execute(
        f"""
        WITH RECURSIVE grown (change_id) AS (
            {every}
            UNION
            SELECT p.value FROM grown g JOIN history h ON h.change_id = g.change_id,
                json_each(h.parents) p
        )
        DELETE FROM history WHERE change_id NOT IN (SELECT change_id FROM grown)
        """
    )


def note_state(
    connection: sqlite3.Connection, state: str, *, hub: str | None, error: str | None, now: str
) -> None:
    """Remember how things stand; `state` counts from when it began."""
    connection.execute(
        "UPDATE sync SET state_since = CASE WHEN state IS ? THEN state_since ELSE ? END,"
        " state = ?, hub = ?, last_error = ?",
        (state, now, state, hub, error),
    )


def is_noted(
    connection: sqlite3.Connection, state: str, *, hub: str | None, error: str | None
) -> bool:
    """Whether that is what is remembered already."""
    known = connection.execute("SELECT state, hub, last_error FROM sync").fetchone()
    return tuple(known) == (state, hub, error)


def meet_replicas(connection: sqlite3.Connection, replica_ids: Iterable[str]) -> None:
    """Remember that there are these replicas; their names are asked for later."""
    connection.executemany(
        "INSERT INTO replicas (replica_id) VALUES (?) ON CONFLICT DO NOTHING",
        ((replica_id,) for replica_id in replica_ids),
    )


def name_replicas(connection: sqlite3.Connection, names: Mapping[str, str]) -> None:
    """Remember what people call the machines of replicas."""
    connection.executemany(
        "INSERT INTO replicas (replica_id, name) VALUES (?, ?) "
        "ON CONFLICT (replica_id) DO UPDATE SET name = excluded.name "
        "WHERE name IS NOT excluded.name",
        names.items(),
    )


def unnamed_replicas(connection: sqlite3.Connection) -> list[str]:
    """The replicas that wrote what was pulled, and have no name here yet."""
    found = connection.execute("SELECT replica_id FROM replicas WHERE name IS NULL")
    return [str(replica_id) for (replica_id,) in found]


def count_dirty(connection: sqlite3.Connection) -> int:
    """How many rows the hub has not seen as they are now."""
    counts = [
        connection.execute(f"SELECT count(*) FROM {table} WHERE {DIRTY}").fetchone()
        for table in TABLES
    ]
    return sum(int(n) for (n,) in counts)


def oldest_unsynced(connection: sqlite3.Connection) -> str | None:
    """When the dirty row whose last change is the oldest was changed."""
    found = [
        connection.execute(
            f"SELECT change_id, updated_at FROM {table} WHERE {DIRTY} ORDER BY change_id LIMIT 1"
        ).fetchone()
        for table in TABLES
    ]
    moments = [str(each[1]) for each in found if each is not None]
    return min(moments, default=None)


def status(connection: sqlite3.Connection, replica_id: str) -> Row:
    """How far this replica is from its hub; without one, what would go there."""
    project_id, cursor, head, hub, state, since, error = connection.execute(
        "SELECT project_id, cursor, hub_head, hub, state, state_since, last_error FROM sync"
    ).fetchone()
    return without_nulls(
        {
            "hub": hub or "none",
            "state": state,
            "state_since": since,
            "project_id": project_id,
            "replica_id": replica_id,
            "dirty": count_dirty(connection),
            "oldest_unsynced_at": oldest_unsynced(connection),
            "cursor": cursor if project_id else None,
            "hub_head": head,
            "last_error": error,
            "refused": refused(connection) or None,
            "open_conflicts": count_open(connection),
        }
    )


def refused(connection: sqlite3.Connection) -> list[Value]:
    """The dirty rows the hub cannot take as they are: entity, id, reason, since."""
    found = connection.execute(
        "SELECT entity, entity_id, change_id, reason, refused_at FROM refused ORDER BY refused_at"
    ).fetchall()
    told: list[Value] = []
    for entity, row_id, change_id, reason, since in found:
        if change_of(connection, entity, row_id) == (change_id, True):
            told.append({"entity": entity, "id": row_id, "reason": reason, "since": since})
    return told


def change_of(connection: sqlite3.Connection, entity: str, row_id: str) -> tuple[str, bool] | None:
    """The last change of a row, and whether the row is dirty."""
    for table in tables_of(ENTITIES[entity]):
        found = connection.execute(
            f"SELECT change_id, {DIRTY} FROM {table} WHERE id = ?", (row_id,)
        ).fetchone()
        if found is not None:
            return str(found[0]), bool(found[1])
    return None
