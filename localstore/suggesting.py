"""The refs that begin in a certain way, for a shell that waits for them on each press of a key."""

import sqlite3
from pathlib import Path

from localstore.reading import reading
from localstore.rows.suggestions import named_refs

ARCHIVED = ("archived_work_items",)
CONFLICTS = ("conflicts",)
ROWS = ("work_items", "vendors", "enhancements", "deployments")
"""The tables whose rows the keys of `show` and `log` name."""

_WAIT_SECONDS = 0.2


def refs_like(store: Path, prefix: str, tables: tuple[str, ...], limit: int) -> dict[str, str]:
    """What `named_refs` says of each of `tables`, in one.

    Empty when the file cannot be read within a fifth of a second; nothing is ever written.
    """
    try:
        with reading(store, wait_seconds=_WAIT_SECONDS) as connection:
            found: dict[str, str] = {}
            for table in tables:
                found |= named_refs(connection, table, prefix, limit)
            return found
    except sqlite3.Error:
        return {}
