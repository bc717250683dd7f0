"""Bringing a store's file to this version's schema, with sqlite-utils' migrations and full text."""

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING

from localstore.errors import FromNewer

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

MIGRATION_SET = "tidelog"
MIGRATIONS = ("0001_store", "0002_snapshots", "0003_sync", "0004_purged", "0005_loading")
"""Every migration this version knows, oldest first."""

SEARCHED = {
    "work_items": ("title", "description", "search_text"),
    "archived_work_items": ("title", "description", "search_text"),
}
"""Which columns of which tables full-text search sees."""

MINIMUM_SQLITE = (3, 37, 0)
"""STRICT tables came with SQLite 3.37."""


def applied_migrations(connection: sqlite3.Connection) -> list[str]:
    """The names of the migrations the file has been through, oldest first; empty for a new file."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    ).fetchone()
    if known is None:
        return []
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid",
        (MIGRATION_SET,),
    )
    return [str(name) for (name,) in rows]


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether the file has exactly this version's schema.

    Raises:
        FromNewer: a newer version of tidelog wrote it; nothing was touched.
    """
    applied = applied_migrations(connection)
    unknown = [name for name in applied if name not in MIGRATIONS]
    if unknown:
        raise FromNewer(
            f"the store was written by a newer tidelog (schema {unknown[-1]}, "
            f"this one knows up to {MIGRATIONS[-1]})",
            hint="upgrade tidelog; the file was not touched",
        )
    return len(applied) == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, *, keep: Callable[[], object] = lambda: None) -> None:
    """Apply what is missing, in one transaction under the write lock, so that of two processes
    that open a new store at once one migrates and the other finds it done.

    `connection` must be in autocommit mode. `keep` is called first where an older version's file is
    migrated, while nobody can write to it; what it raises is raised again. When that or a migration
    fails the file stays as it was.

    Raises:
        Unavailable: as `is_current`.
    """
    from sqlite_utils import Database  # imported here: a current store starts without it

    database = Database(connection, recursive_triggers=False, execute_plugins=False)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not is_current(connection) and applied_migrations(connection):
            keep()
        _migrations().apply(database)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _migrations() -> "Migrations":
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(MIGRATION_SET)
    migrations(name="0001_store")(_begin)
    migrations(name="0002_snapshots")(_make_room_for_snapshots)
    migrations(name="0003_sync")(_make_room_for_sync)
    migrations(name="0004_purged")(_make_room_for_purges)
    migrations(name="0005_loading")(_load_many_at_once)
    return migrations


def _begin(database: "Database") -> None:
    database.executescript(_script("0001_store"))
    for table, columns in SEARCHED.items():
        database.table(table).enable_fts(columns, tokenize="porter unicode61 remove_diacritics 2")
        database.executescript(_search_triggers(table, columns))


def _make_room_for_snapshots(database: "Database") -> None:
    database.executescript(_script("0002_snapshots"))


def _make_room_for_sync(database: "Database") -> None:
    database.executescript(_script("0003_sync"))


def _make_room_for_purges(database: "Database") -> None:
    database.executescript(_script("0004_purged"))


def _load_many_at_once(database: "Database") -> None:
    database.executescript(_script("0005_loading"))


def _script(name: str) -> str:
    return (files("localstore") / "migrations" / f"{name}.sql").read_text(encoding="utf-8")


def _search_triggers(table: str, columns: tuple[str, ...]) -> str:
    """Triggers that keep an external-content index, touching it only when searched text changes.

    sqlite-utils' own would index a row's text again with every change of its status.
    """
    names = ", ".join(columns)
    old = ", ".join(f"old.{column}" for column in columns)
    new = ", ".join(f"new.{column}" for column in columns)
    add = f"INSERT INTO {table}_fts (rowid, {names}) VALUES (new.rowid, {new});"
    remove = (
        f"INSERT INTO {table}_fts ({table}_fts, rowid, {names}) "
        f"VALUES ('delete', old.rowid, {old});"
    )
    return f"""
        CREATE TRIGGER {table}_indexed AFTER INSERT ON {table} BEGIN {add} END;
        CREATE TRIGGER {table}_unindexed AFTER DELETE ON {table} BEGIN {remove} END;
        CREATE TRIGGER {table}_reindexed AFTER UPDATE OF {names} ON {table}
        WHEN {" OR ".join(f"old.{c} IS NOT new.{c}" for c in columns)}
        BEGIN {remove} {add} END;
    """
