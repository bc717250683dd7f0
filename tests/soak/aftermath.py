"""What must be true of a store whose writer was killed: looked at in the file, and by the store."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from localstore.entities import ENTITIES, WORK_ITEM
from localstore.rows.lookup import ARCHIVE
from localstore.store import Store
from localstore.values import Row, Value, from_json, without_nulls
from tests.localstore.replaying import replayed
from tests.soak.sources import RandomIds, now
from tests.soak.writer import BULK

_WORD = re.compile(r"\bk\d+w\d+(?:\.\d)?\b")


async def examine(path: Path, acknowledged: set[str]) -> None:
    """Check a store; raise AssertionError where something acknowledged is missing or half is there.

    The file is first looked at with plain SQLite, which recovers what the killed process left.
    """
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # Opening finishes the making of a store that was interrupted in it.
    async with await Store.open(path, clock=now, new_id=RandomIds()) as store:
        assert [check for check in await store.check() if not check["ok"]] == []
    with closing(sqlite3.connect(path)) as connection:
        told = _words_told(connection)
        missing = acknowledged - told.keys() - _rows_told(connection)
        assert not missing, f"acknowledged and not there: {sorted(missing)}"
        assert set(told.values()) <= {1}, "told more than once"
        _expect_whole_bulks(told)
        _expect_rows_as_told(connection)


def _words_told(connection: sqlite3.Connection) -> Counter[str]:
    """How often each word was written, by the history."""
    told: Counter[str] = Counter()
    for (changes,) in connection.execute("SELECT changes FROM history"):
        told.update(_WORD.findall(str(changes_to(changes))))
    return told


def _rows_told(connection: sqlite3.Connection) -> set[str]:
    """Every version of every row that history tells of, as ref@version."""
    refs = " UNION ALL ".join(
        f"SELECT id, substr(ref, 1, 7) AS ref FROM {table}"
        for table in [*(entity.table for entity in ENTITIES.values()), ARCHIVE]
    )
    found = connection.execute(
        f"SELECT r.ref || '@' || h.version FROM history h JOIN ({refs}) r ON r.id = h.entity_id"
    )
    return {str(mark) for (mark,) in found}


def changes_to(changes: str) -> list[Value]:
    """The new values of a history entry's changes."""
    told = from_json(changes)
    assert isinstance(told, dict)
    return [change[1] for change in told.values() if isinstance(change, list)]


def _expect_whole_bulks(told: Counter[str]) -> None:
    """Of the words of a bulk call either all were written or none."""
    calls = Counter(word.partition(".")[0] for word in told if "." in word)
    assert set(calls.values()) <= {BULK}, f"half a bulk call: {calls}"


def _expect_rows_as_told(connection: sqlite3.Connection) -> None:
    """The rows are what the history, played from nothing, leads to, and every row is told of."""
    entries: list[Row] = [
        {"entity": entity, "id": row_id, "version": version, "changes": from_json(changes)}
        | {"changed_at": changed_at, "changed_by": changed_by}
        for entity, row_id, version, changes, changed_at, changed_by in connection.execute(
            "SELECT entity, entity_id, version, changes, changed_at, changed_by "
            "FROM history ORDER BY seq"
        )
    ]
    for entity in ENTITIES.values():
        names = ["id", "version", "updated_at", "updated_by", *(f.name for f in entity.fields)]
        tables = [entity.table, ARCHIVE] if entity is WORK_ITEM else [entity.table]
        stored: dict[str, Row] = {}
        for table in tables:
            for row in connection.execute(f"SELECT {', '.join(names)} FROM {table}"):
                whole = entity.decode(names, row)
                row_id = str(whole.pop("id"))
                assert row_id not in stored, f"{row_id} stands in two tables"
                stored[row_id] = without_nulls(whole)
        assert stored == replayed(entries, entity.name)
