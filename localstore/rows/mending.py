"""Building anew what is derived from the rows: indexes, full text, counts, blockers."""

import sqlite3

from localstore.errors import Unavailable
from localstore.rows.checks import all_checks
from localstore.schema import SEARCHED


def mend(connection: sqlite3.Connection) -> None:
    """Build everything derived anew from the rows, and look the whole store through. Does not
    commit.

    Raises:
        Unavailable: a check fails all the same, so that more than what is derived is damaged; the
            transaction must not be committed then. sqlite3.DatabaseError: nor then.
    """
    connection.execute("REINDEX")
    for table in SEARCHED:
        connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
    connection.execute(
        "UPDATE work_items SET waits_on = "
        "(SELECT count(*) FROM open_blockers o WHERE o.target_id = work_items.id)"
    )
    # Last, for a trigger counts each item that waits for something else than it did.
    connection.execute("DELETE FROM item_counts")
    connection.execute(
        "INSERT INTO item_counts (item_type, status, ready, n) "
        "SELECT item_type, status, waits_on = 0, count(*) FROM work_items "
        "WHERE deleted_at IS NULL GROUP BY 1, 2, 3"
    )
    failed = [check for check in all_checks(connection) if check["ok"] is not True]
    if failed:
        raise Unavailable(f"{failed[0]['check']}: {failed[0]['found']}")
