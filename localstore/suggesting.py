"""The refs that begin in a certain way, for a shell that waits for them on each press of a key."""

import sqlite3
from pathlib import Path

from localstore.ids import REF_SHOWN, REF_STORED

ARCHIVED = ("archived_work_items",)
CONFLICTS = ("conflicts",)
ROWS = ("work_items", "vendors", "enhancements", "deployments")
"""The tables whose rows the keys of `show` and `log` name."""

_PATIENCE_SECONDS = 0.2
_NAMES = {
    "work_items": "title",
    "archived_work_items": "title",
    "vendors": "name",
    "enhancements": "title",
    "deployments": "commit_hash",
    "conflicts": "entity || ', ' || field",
}
_FIRST = {"work_items": "updated_at DESC", "vendors": "name", "conflicts": "noticed_at"}
_LIVE = {"work_items": "AND deleted_at IS NULL", "conflicts": "AND status = 'open'"}


def refs_like(store: Path, beginning: str, tables: tuple[str, ...], limit: int) -> dict[str, str]:
    """At most `limit` refs of each of `tables` that begin so, each with what its row is called.

    A ref is given in the form lists show, or whole when more than that of it is there already.
    Empty when the file cannot be read within a fifth of a second; nothing is ever written.
    """
    shown = 2 + (REF_SHOWN if len(beginning) <= 2 + REF_SHOWN else REF_STORED)
    pattern = beginning.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    try:
        connection = sqlite3.connect(
            f"{store.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_SECONDS
        )
        try:
            found: dict[str, str] = {}
            for table in tables:
                found |= connection.execute(_query(table), (shown, pattern, limit)).fetchall()
            return found
        finally:
            connection.close()
    except sqlite3.Error:
        return {}


def _query(table: str) -> str:
    return (
        f"SELECT substr(ref, 1, ?), {_NAMES[table]} FROM {table}"
        f" WHERE ref LIKE ? ESCAPE '\\' {_LIVE.get(table, '')}"
        f" ORDER BY {_FIRST.get(table, 'created_at DESC')} LIMIT ?"
    )
