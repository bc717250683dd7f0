"""Stores as older versions of tidelog wrote them: their schema, by their SQL, and real content."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from localstore import schema
from localstore.entities import ENTITIES
from localstore.rows.lookup import ARCHIVE
from localstore.schema import MIGRATIONS, applied_migrations

TABLES = ("meta", ARCHIVE, *(entity.table for entity in ENTITIES.values()), "history")
_DERIVED = ("waits_on",)
"""What the triggers of that version compute."""

Columns = dict[str, tuple[str, ...]]


def begin_old(path: Path, number: int) -> sqlite3.Connection:
    """A new file with the schema of the version that knew so many migrations."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    schema._migrations().apply(Database(connection), stop_before=MIGRATIONS[number:])
    assert applied_migrations(connection) == list(MIGRATIONS[:number])
    return connection


def write_old(path: Path, number: int, content: Path) -> Columns:
    """Write a store of that version at `path` with what the store at `content` holds, row by row,
    as far as that version has columns for it; return these by table."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(begin_old(path, number)) as old:
        old.execute("ATTACH ? AS today", (str(content),))
        old.execute("BEGIN IMMEDIATE")
        columns = {}
        for table in TABLES:
            described = old.execute(f"PRAGMA main.table_info({table})").fetchall()
            columns[table] = tuple(str(name) for _, name, *_ in described)
            names = ", ".join(name for name in columns[table] if name not in _DERIVED)
            old.execute(
                f"INSERT INTO main.{table} ({names}) SELECT {names} FROM today.{table} ORDER BY 1"
            )
        old.execute("UPDATE meta SET value = ? WHERE key = 'file'", (str(path.stat().st_ino),))
        old.execute("COMMIT")
        old.execute("DETACH today")
    path.chmod(0o600)
    return columns
