"""Conflicts: both sides changed one field; the value that lost waits here for a decision."""

import sqlite3

from localstore.entities import CONFLICT
from localstore.models import Page
from localstore.rows.conflict_views import shown
from localstore.rows.lookup import fetch, find
from localstore.rows.pages import listed, page_of
from localstore.values import Row
from localstore.writing import Stamp, insert

_TOLD_APART_BY = ("entity_id", "field", "base", "local", "remote")


def note(connection: sqlite3.Connection, fields: Row, stamp: Stamp) -> Row:
    """Record an open conflict: entity, entity_id, field, base, local, remote, kept, replicas.

    Does not commit.
    """
    known: Row = {"id": stamp.new_id(), "status": "open", "noticed_at": stamp.now}
    return insert(connection, CONFLICT, known | fields, stamp)


def note_once(connection: sqlite3.Connection, fields: Row, stamp: Stamp) -> Row:
    """As `note`, unless one with the same three values is open already: then that one."""
    wanted = CONFLICT.encode({name: fields.get(name) for name in _TOLD_APART_BY})
    known = connection.execute(
        "SELECT id FROM conflicts WHERE status = 'open' AND "
        + " AND ".join(f"{name} IS :{name}" for name in wanted),
        wanted,
    ).fetchone()
    row = None if known is None else fetch(connection, CONFLICT, known[0])
    return row if row is not None else note(connection, fields, stamp)


def list_conflicts(connection: sqlite3.Connection, status: str | None, page: Page) -> Row:
    """One page of conflicts, oldest first."""
    where, bound = ("status = ?", [status]) if status else ("TRUE", [])
    found = page_of(
        connection, CONFLICT, page, order=("noticed_at", "id"), where=where, bound=bound
    )
    return listed(found, shown(connection, found[0], whole=page.detail == "full"))


def one(connection: sqlite3.Connection, key: str) -> Row:
    """A conflict with everything known of it. Raises: NotFound."""
    return shown(connection, [find(connection, CONFLICT, key)], whole=True)[0]


def count_open(connection: sqlite3.Connection) -> int:
    """How many conflicts wait for a decision."""
    found = connection.execute("SELECT count(*) FROM conflicts WHERE status = 'open'")
    return int(found.fetchone()[0])
