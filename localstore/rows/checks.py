"""What `tidelog doctor` asks the store: is the file whole, and what is derived true."""

import sqlite3
from collections.abc import Callable

from localstore.entities import ENTITIES, WORK_ITEM
from localstore.rows.lookup import ARCHIVE
from localstore.rows.partial import DAMAGE, is_damage
from localstore.rows.retelling import untrue_rows
from localstore.rules import MAX_DEPTH
from localstore.schema import MIGRATIONS, SEARCHED, applied_migrations
from localstore.values import Row

Check = Callable[[sqlite3.Connection], Row]

_SEGMENT_BITS = 37
"""Above these a page's id in FTS5's own table says to which part of the index it belongs."""


def all_checks(connection: sqlite3.Connection) -> list[Row]:
    """Every check as {check, ok, found}; one that meets a damaged page fails, and the others go on.

    Changes nothing.
    """
    return [_made(connection, *each) for each in (*_OF_THE_FILE, *_OF_THE_ROWS, *_OF_THE_PAST)]


def first_damage(connection: sqlite3.Connection) -> str:
    """What the first check that fails has found; empty when all is well. A rule that rows break
    together, as rows that were just merged may, is no damage of the file, and not looked for.

    `connection` is in autocommit mode; what is read is of one moment, the search index of the next.
    """
    connection.execute("BEGIN")
    for check in (_integrity, _counts, _blockers, _history, _retold):
        told = check(connection)
        if told["ok"] is not True:
            return f"{told['check']}: {told['found']}"
    connection.execute("COMMIT")
    told = _search_index(connection)
    return "" if told["ok"] is True else f"search index: {told['found']}"


def row_checks(connection: sqlite3.Connection) -> list[Row]:
    """The checks, among all of them, of how the rows fit together."""
    return [_made(connection, *each) for each in _OF_THE_ROWS]


def _made(connection: sqlite3.Connection, name: str, check: Check) -> Row:
    try:
        return check(connection)
    except DAMAGE as failure:
        if not is_damage(failure):
            raise
        return _told(name, False, f"it cannot be made: {failure}")


def _told(check: str, ok: bool, found: str) -> Row:
    return {"check": check, "ok": ok, "found": found}


def _schema(connection: sqlite3.Connection) -> Row:
    applied = applied_migrations(connection)
    return _told("schema", applied == list(MIGRATIONS), applied[-1] if applied else "none")


def _integrity(connection: sqlite3.Connection) -> Row:
    found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(5)")]
    whole = found == ["ok"]
    told = "every page and index is whole" if whole else "; ".join(found)
    return _told("integrity", whole, " ".join(told.split()))


def _search_index(connection: sqlite3.Connection) -> Row:
    problems = []
    for table in SEARCHED:
        try:
            connection.execute(
                f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)"
            )
        except sqlite3.DatabaseError as failure:
            if not is_damage(failure):
                raise
            problems.append(f"{table}: {failure}")
            continue
        # Its own check follows the index to its pages, and does not miss what is not in it.
        lost = _scalar(
            connection,
            f"SELECT count(*) FROM (SELECT id >> {_SEGMENT_BITS} FROM {table}_fts_data "
            f"WHERE id >> {_SEGMENT_BITS} > 0 EXCEPT SELECT segid FROM {table}_fts_idx)",
        )
        problems += [f"{table}: {lost} parts cannot be found"] if lost else []
    return _told("search index", not problems, "; ".join(problems) or "agrees with the rows")


def _counts(connection: sqlite3.Connection) -> Row:
    differing = _scalar(
        connection,
        """
        SELECT count(*) FROM (
            SELECT item_type, status, waits_on = 0 AS ready, count(*) AS n
            FROM work_items WHERE deleted_at IS NULL GROUP BY 1, 2, 3
            EXCEPT SELECT item_type, status, ready, n FROM item_counts
        )
        """,
    )
    surplus = _scalar(
        connection,
        """
        SELECT count(*) FROM (
            SELECT item_type, status, ready, n FROM item_counts WHERE n <> 0
            EXCEPT SELECT item_type, status, waits_on = 0, count(*)
            FROM work_items WHERE deleted_at IS NULL GROUP BY 1, 2, 3
        )
        """,
    )
    wrong = differing + surplus
    return _told("kept counts", wrong == 0, f"{wrong} wrong" if wrong else "agree with the rows")


def _blockers(connection: sqlite3.Connection) -> Row:
    wrong = _scalar(
        connection,
        "SELECT count(*) FROM work_items w WHERE waits_on <> "
        "(SELECT count(*) FROM open_blockers o WHERE o.target_id = w.id)",
    )
    return _told(
        "open blockers", wrong == 0, f"{wrong} wrong" if wrong else "agree with the dependencies"
    )


def _history(connection: sqlite3.Connection) -> Row:
    tables = [*(entity.table for entity in ENTITIES.values()), ARCHIVE]
    every = " UNION ALL ".join(f"SELECT id, version, change_id FROM {table}" for table in tables)
    untold = _scalar(
        connection,
        f"""
        SELECT count(*) FROM ({every}) r
        WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.change_id = r.change_id
                          AND h.entity_id = r.id AND h.version = r.version)
        """,
    )
    # While a pull is under way, entries stand here whose row comes with a later page.
    lost = _scalar(
        connection,
        f"SELECT count(*) FROM (SELECT entity_id FROM history EXCEPT SELECT id FROM ({every})) "
        "WHERE (SELECT cursor >= coalesce(hub_head, 0) FROM sync)",
    )
    entries = _scalar(connection, "SELECT count(*) FROM history")
    problems = [f"{untold} rows without the entry of their last change"] if untold else []
    problems += [f"{lost} rows that history tells of are gone"] if lost else []
    return _told(
        "history", not problems, "; ".join(problems) or f"{entries:,} change{'s' * (entries != 1)}"
    )


def _retold(connection: sqlite3.Connection) -> Row:
    untrue = untrue_rows(connection)
    found = f"{len(untrue)} rows differ from what their history tells: {', '.join(untrue[:3])}"
    return _told("rows", not untrue, found if untrue else "as their history tells them")


def _tree(connection: sqlite3.Connection) -> Row:
    tables = (WORK_ITEM.table, ARCHIVE)
    roots = " UNION ALL ".join(
        f"SELECT id, 0, deleted_at FROM {table} WHERE parent_id IS NULL" for table in tables
    )
    below = " ".join(
        f"UNION ALL SELECT c.id, down.depth + 1, c.deleted_at FROM down JOIN {table} c "
        "ON c.parent_id = down.id WHERE down.depth < 64"
        for table in tables
    )
    # A tombstone may be deeper: a hub that has purged it does not know what hangs below a move.
    reached, deepest = connection.execute(
        f"WITH RECURSIVE down (id, depth, deleted_at) AS ({roots} {below}) "
        "SELECT count(*), coalesce(max(depth) FILTER (WHERE deleted_at IS NULL), 0) FROM down"
    ).fetchone()
    unreached = sum(_scalar(connection, f"SELECT count(*) FROM {t}") for t in tables) - reached
    problems = [f"{unreached} items hang below no root"] if unreached else []
    problems += [f"{deepest} levels deep"] if deepest > MAX_DEPTH else []
    return _told("tree", not problems, "; ".join(problems) or "whole")


def _scalar(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


_OF_THE_FILE: tuple[tuple[str, Check], ...] = (
    ("schema", _schema),
    ("integrity", _integrity),
    ("search index", _search_index),
)
_OF_THE_ROWS: tuple[tuple[str, Check], ...] = (
    ("kept counts", _counts),
    ("open blockers", _blockers),
    ("history", _history),
    ("tree", _tree),
)
_OF_THE_PAST: tuple[tuple[str, Check], ...] = (("rows", _retold),)
