"""What the same rows cost without tidelog: bare SELECTs on its file, bare commits beside it."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from localstore.connection import connect
from localstore.ids import name_key
from localstore.rows.listing import match_expression
from localstore.rows.views import SUMMARY
from localstore.values import Row, text_of

_SHOWN = ", ".join(f"w.{column}" for column in SUMMARY)
_LISTED = f"SELECT {_SHOWN} FROM work_items w"
_LIVING = "w.deleted_at IS NULL"
_DOWN = """WITH RECURSIVE tree (id, depth) AS (
    VALUES (:id, 0)
    UNION ALL SELECT c.id, tree.depth + 1 FROM tree JOIN work_items c ON c.parent_id = tree.id
    WHERE tree.depth < 5 AND c.deleted_at IS NULL)"""
_UP = """WITH RECURSIVE tree (id, parent_id) AS (
    SELECT id, parent_id FROM work_items WHERE id = :id
    UNION ALL SELECT p.id, p.parent_id FROM tree JOIN work_items p ON p.id = tree.parent_id)"""
_IN_TREE = f"{_LISTED} JOIN tree ON tree.id = w.id"
_LINKED = """SELECT d.source_id, d.target_id, d.dependency_type FROM tree
    JOIN dependencies d ON d.source_id = tree.id WHERE d.deleted_at IS NULL UNION
    SELECT d.source_id, d.target_id, d.dependency_type FROM tree
    JOIN dependencies d ON d.target_id = tree.id WHERE d.deleted_at IS NULL"""
_READY = (
    f"{_LISTED} INDEXED BY work_items_ready WHERE {_LIVING} AND w.waits_on = 0 "
    "AND w.status IN ('planned', 'active') ORDER BY w.priority, w.created_at, w.id"
)
_IN_STATUS = f"{_LISTED} WHERE {_LIVING} AND w.status = '{{}}' ORDER BY w.updated_at DESC LIMIT 10"
_OPEN_ROOTS = (
    f"{_LISTED} INDEXED BY work_items_roots WHERE {_LIVING} AND w.parent_id IS NULL "
    "AND w.status IN ('planned', 'active', 'blocked') ORDER BY w.updated_at DESC LIMIT 10"
)
_REPORTED = "id, ref, item_type, title, status, priority, assignee, parent_id, created_at"
_LATEST_OPEN = " UNION ALL ".join(
    "SELECT * FROM (SELECT rowid AS place, updated_at, id FROM work_items WHERE deleted_at IS NULL "
    f"AND status = '{status}' ORDER BY updated_at DESC, id DESC LIMIT 1000)"
    for status in ("planned", "active", "blocked")
)
_FOUND = (
    f"SELECT {_SHOWN} FROM work_items_fts f CROSS JOIN work_items w ON w.rowid = f.rowid "
    f"WHERE work_items_fts MATCH :words AND {_LIVING} "
    "ORDER BY bm25(work_items_fts, 8.0, 2.0, 1.0) LIMIT 25"
)

_SOME_IDS = "SELECT id FROM work_items LIMIT 300"
_COPIED = {"work_items": "id", "dependencies": "id", "history": "change_id"}
"""The tables that writes are about, and their keys."""
_LIKE = {
    "create": "entity = 'work_item' AND version = 1",
    "update": "entity = 'work_item' AND version = 2",
    "link": "entity = 'dependency'",
}
"""Which entries of history an operation's own is like."""

SELECTS: dict[str, Sequence[str]] = {
    "vendor status": ["SELECT * FROM vendors WHERE name_key = :name_key"],
    "hierarchy, 5 down": [f"{_DOWN} {_IN_TREE}", f"{_DOWN} {_LINKED}"],
    "hierarchy, 5 up": [f"{_UP} {_IN_TREE}", f"{_UP} {_LINKED}"],
    "list of 25": [f"{_LISTED} WHERE {_LIVING} ORDER BY w.updated_at DESC, w.id DESC LIMIT 25"],
    "search, two words": [_FOUND],
    "ready work": [f"{_READY} LIMIT 25"],
    "full status": [
        "SELECT item_type, status, sum(n) FROM item_counts GROUP BY 1, 2",
        "SELECT status, count(*) FROM vendors GROUP BY 1",
        f"{_READY} LIMIT 10",
        _IN_STATUS.format("active"),
        _IN_STATUS.format("blocked"),
        _OPEN_ROOTS,
        "SELECT * FROM deployments ORDER BY deployed_at DESC LIMIT 5",
        "SELECT * FROM enhancements ORDER BY priority LIMIT 10",
        "SELECT * FROM configuration",
        "SELECT max(seq) FROM history",
    ],
    "status report": [
        "SELECT max(changed_at) FROM history",
        "SELECT report_layout FROM configuration",
        "SELECT name, status, extractor_version, metadata FROM vendors ORDER BY name_key LIMIT 500",
        (
            f"SELECT {_REPORTED} FROM work_items WHERE rowid IN "
            f"(SELECT place FROM ({_LATEST_OPEN}) ORDER BY updated_at DESC, id DESC LIMIT 1000)"
        ),
        "SELECT sum(n) FROM item_counts WHERE status IN ('planned', 'active', 'blocked')",
        (
            "SELECT deployed_at, commit_hash, metadata, vendor_ids, work_item_ids FROM deployments "
            "ORDER BY deployed_at DESC LIMIT 20"
        ),
        (
            "SELECT ref, title, priority, status, target_quarter FROM enhancements "
            "WHERE status <> 'completed' ORDER BY priority LIMIT 500"
        ),
    ],
    "status since": [
        "SELECT * FROM history WHERE changed_at > :since ORDER BY changed_at DESC LIMIT 500",
        f"{_READY} LIMIT 10",
    ],
}
"""For each reading operation, statements that fetch the rows its answer is made of."""


class BareSqlite:
    """One plain connection on the store's file, and one on a file of bare tables beside it."""

    def __init__(self, store: Path) -> None:
        self._store = connect(store, busy_timeout_seconds=30, durable=True)
        self._bare = connect(store.with_name("bare.db"), busy_timeout_seconds=30, durable=True)
        self._numbers = count(1)
        self._copy(store)
        self._ids = [row_id for (row_id,) in self._bare.execute(_SOME_IDS)]
        self._entries = {operation: self._first_entry(like) for operation, like in _LIKE.items()}
        self._columns = {table: self._all_but_the_key(table) for table in _COPIED}

    def _copy(self, store: Path) -> None:
        """The same rows in tables that have a key and nothing else."""
        self._bare.execute("ATTACH ? AS store", (str(store),))
        for table, key in _COPIED.items():
            self._bare.execute(f"CREATE TABLE {table} AS SELECT * FROM store.{table}")
            self._bare.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key})")
        self._bare.execute("DETACH store")
        self._bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _first_entry(self, like: str) -> int:
        found = self._bare.execute(f"SELECT rowid FROM history WHERE {like} LIMIT 1").fetchone()
        return int(found[0])

    def _all_but_the_key(self, table: str) -> str:
        columns = [row[1] for row in self._bare.execute(f"PRAGMA table_info({table})")]
        return ", ".join(column for column in columns if column not in (_COPIED[table], "seq"))

    def close(self) -> None:
        """Close both connections."""
        self._store.close()
        self._bare.close()

    def select(self, operation: str, arguments: Row) -> int:
        """Fetch what an operation with these arguments shows; return how many rows that were."""
        bound = {
            "id": text_of(arguments, "id"),
            "since": text_of(arguments, "since"),
            "name_key": name_key(text_of(arguments, "name")),
            "words": match_expression(text_of(arguments, "query") or "none"),
        }
        return sum(
            len(self._store.execute(statement, bound).fetchall())
            for statement in SELECTS[operation]
        )

    def commit(self, operation: str) -> None:
        """Write what such an operation writes, one row and its entry of history, and commit."""
        number = next(self._numbers)
        self._bare.execute("BEGIN IMMEDIATE")
        if operation == "update":
            self._change(number)
        else:
            table = "work_items" if operation == "create" else "dependencies"
            self._again(table, 1, number)
        self._again("history", self._entries[operation], number)
        self._bare.execute("COMMIT")

    def _again(self, table: str, rowid: int, number: int) -> None:
        """Insert a row once more, under another key."""
        key, others = _COPIED[table], self._columns[table]
        self._bare.execute(
            f"INSERT INTO {table} ({key}, {others}) SELECT {key} || ?, {others} FROM {table} "
            "WHERE rowid = ?",
            (str(number), rowid),
        )

    def _change(self, number: int) -> None:
        self._bare.execute(
            "UPDATE work_items SET status = 'active', metadata = ?, version = version + 1, "
            "change_id = ?, updated_at = ? WHERE id = ?",
            (
                f'{{"actual_hours":{number}}}',
                str(number),
                str(number),
                self._ids[number % len(self._ids)],
            ),
        )
