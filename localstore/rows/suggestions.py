"""Known values that begin with what somebody has typed."""

import sqlite3
from typing import Literal

from localstore.ids import short_ref

LIMIT = 100
LONGEST = 200
"""No value that is suggested is longer, nor holds what cannot be printed."""
_READ = 5_000
"""How many of the newest items are looked through for labels, so that a keystroke stays cheap."""

_QUERIES = {
    "assignee": "SELECT assignee FROM work_items WHERE deleted_at IS NULL AND assignee IS NOT NULL "
    "AND assignee LIKE :begins ESCAPE '!' GROUP BY assignee ORDER BY count(*) DESC, assignee",
    "label": "SELECT value FROM (SELECT labels FROM work_items WHERE deleted_at IS NULL "
    f"ORDER BY updated_at DESC LIMIT {_READ}) w, json_each(w.labels) "
    "WHERE value LIKE :begins ESCAPE '!' GROUP BY value ORDER BY count(*) DESC, value",
    "vendor": "SELECT name FROM vendors WHERE name LIKE :begins ESCAPE '!' ORDER BY name_key",
    "work_item": "SELECT substr(ref, 1, 7) FROM work_items WHERE deleted_at IS NULL "
    "AND substr(ref, 1, 7) LIKE :begins ESCAPE '!' ORDER BY updated_at DESC",
}

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


def suggest(
    connection: sqlite3.Connection,
    what: Literal["assignee", "label", "vendor", "work_item"],
    prefix: str,
) -> list[str]:
    """At most 100 values that begin with `prefix` in any case, the usual ones first."""
    if len(prefix) > LONGEST or not prefix.isprintable():
        return []
    found = connection.execute(f"{_QUERIES[what]} LIMIT {LIMIT}", {"begins": _pattern(prefix)})
    return [str(value) for (value,) in found]


def named_refs(
    connection: sqlite3.Connection, table: str, prefix: str, limit: int
) -> dict[str, str]:
    """At most `limit` refs of a table that begin with `prefix` in any case, each with what its row
    is called. A ref is given in the form lists show, or whole when more than that is there already.
    """
    is_long = len(prefix) > len(short_ref(prefix))
    query = (
        f"SELECT ref, {_NAMES[table]} FROM {table}"
        f" WHERE ref LIKE ? ESCAPE '!' {_LIVE.get(table, '')}"
        f" ORDER BY {_FIRST.get(table, 'created_at DESC')} LIMIT ?"
    )
    found = connection.execute(query, (_pattern(prefix), limit))
    return {ref if is_long else short_ref(ref): name for ref, name in found}


def _pattern(prefix: str) -> str:
    return prefix.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
