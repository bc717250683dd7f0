"""Where changes come from: who made them, and on which machine."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from localstore.values import to_json


class Author(NamedTuple):
    """Who made a change, when, and on which replica."""

    who: str
    at: str
    replica_id: str


def authors(connection: sqlite3.Connection, change_ids: Iterable[str]) -> dict[str, Author]:
    """The authors of changes, by change id; those that are not in this history are left out."""
    found = connection.execute(
        "SELECT change_id, changed_by, changed_at, replica_id FROM history "
        "WHERE change_id IN (SELECT value FROM json_each(?))",
        (to_json([*change_ids]),),
    )
    return {str(each[0]): Author(*map(str, each[1:])) for each in found}


def machines(connection: sqlite3.Connection) -> dict[str, str]:
    """What people call the machines of replicas, by replica id, as far as that is known here."""
    found = connection.execute("SELECT replica_id, name FROM replicas WHERE name IS NOT NULL")
    return {str(replica_id): str(name) for replica_id, name in found}


def own_replica(connection: sqlite3.Connection) -> str:
    """The id of the replica that this file is."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'replica_id'").fetchone()
    return str(found[0]) if found is not None else ""
