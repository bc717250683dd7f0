"""What a store that cannot be opened may still tell: its project's name, and its id on the hub."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from localstore.reading import reading

_WAIT_SECONDS = 0.2


class Known(NamedTuple):
    """The project's name and its id on the hub; empty where they cannot be read."""

    name: str = ""
    project_id: str = ""


def known_of(store: Path) -> Known:
    """Ask the file itself, past whatever keeps it from being opened as a store; only read it."""
    try:
        with reading(store, wait_seconds=_WAIT_SECONDS) as connection:
            return Known(
                _text(connection, "SELECT value FROM meta WHERE key = 'project'"),
                _text(connection, "SELECT project_id FROM sync"),
            )
    except sqlite3.Error:
        return Known()


def _text(connection: sqlite3.Connection, query: str) -> str:
    try:
        row = connection.execute(query).fetchone()
    except sqlite3.Error:
        return ""
    return row[0] if row and isinstance(row[0], str) else ""
