"""Known values that begin with what somebody has typed."""

import sqlite3
from typing import Literal

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


def suggest(
    connection: sqlite3.Connection,
    what: Literal["assignee", "label", "vendor", "work_item"],
    prefix: str,
) -> list[str]:
    """At most 100 values that begin with `prefix` in any case, the usual ones first."""
    if len(prefix) > LONGEST or not prefix.isprintable():
        return []
    begins = prefix.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    found = connection.execute(f"{_QUERIES[what]} LIMIT {LIMIT}", {"begins": begins})
    return [str(value) for (value,) in found]
