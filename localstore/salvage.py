"""What can still be read of a damaged store, row by row, past whatever is broken in it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from localstore.ancestry import Change, ancestors
from localstore.entities import ENTITIES, WORK_ITEM, Entity
from localstore.reading import reading
from localstore.rows.loading import tell_untold
from localstore.rows.lookup import ARCHIVE
from localstore.rows.sync_place import TABLES
from localstore.values import Row, from_json, mapping_of, text_of, texts_of

_TABLES: dict[str, Entity | None] = {
    "history": None,
    **{entity.table: entity for entity in ENTITIES.values()},
    ARCHIVE: WORK_ITEM,
    "client_refs": None,
    "replicas": None,
}
_MISSES = 100_000
"""After how many rows in a row that cannot be read the rest of a table is given up."""


class Salvaged(NamedTuple):
    """How many rows and changes could be read, and of which tables not all."""

    read: int
    torn: tuple[str, ...]


def salvage(damaged: Path, target: Path, *, earlier: Path | None) -> Salvaged:
    """Put every row and change of the store at `damaged` that can be read into the new store at
    `target`. The damaged file is only read.

    A value that tidelog cannot have written makes its row unreadable. What is derived is computed
    anew. A row whose last change cannot be read is given an entry for it: what differs from where
    its history ends. `earlier` is a store that this one grew from, to know that by.

    Raises:
        sqlite3.Error: nothing of it can be read, or the target cannot be written.
    """
    read, torn = 0, []
    with (
        reading(damaged) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as into,
    ):
        source.text_factory = bytes
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if earlier is not None:
            into.execute("ATTACH ? AS earlier", (str(earlier),))
        into.execute("BEGIN IMMEDIATE")
        into.execute("DELETE FROM configuration")
        into.execute("DELETE FROM history")
        if earlier is not None:
            into.execute("INSERT INTO history SELECT * FROM earlier.history ORDER BY seq")
        for table, entity in _TABLES.items():
            found, whole = _copy(source, into, table, entity)
            read += found
            torn += [] if whole else [table]
        tell_untold(into)
        into.execute("COMMIT")
    return Salvaged(read, tuple(torn))


def _copy(
    source: sqlite3.Connection, into: sqlite3.Connection, table: str, entity: Entity | None
) -> tuple[int, bool]:
    """Copy what can be read of a table; how many rows, and whether that is all of them."""
    there = _columns(source, table)
    columns = [name for name in _columns(into, table) if name in there and name != "seq"]
    if not columns:
        return 0, False
    rows = _Rows(source, table, columns)
    marks = ", ".join("?" for _ in columns)
    known = " ON CONFLICT DO NOTHING" if entity is None else ""
    put = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){known}"
    count = 0
    for found in rows.read():
        try:
            into.execute(put, _values(entity, columns, found))
            count += 1
        except (sqlite3.Error, ValueError):
            rows.whole = False
    return count, rows.whole


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    try:
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    except sqlite3.DatabaseError:
        return []
    return [name.decode() if isinstance(name, bytes) else str(name) for (name,) in found]


def _values(
    entity: Entity | None, columns: list[str], found: tuple[object, ...]
) -> list[str | int | None]:
    """The values of a row, as they were written. Raises: ValueError: they cannot have been."""
    values: list[str | int | None] = []
    for value in found:
        if isinstance(value, bytes):
            text = value.decode()
            if "\0" in text:
                raise ValueError("text with NUL was never taken")
            values.append(text)
        elif value is None or isinstance(value, int):
            values.append(value)
        else:
            raise ValueError("a number with a fraction was never stored in a column")
    if entity is not None:
        entity.decode(columns, tuple(values))
    else:
        told = dict(zip(columns, values, strict=True))
        for name in ("parents", "changes"):
            from_json(str(told.get(name) or "[]"))
    return values


class _Rows:
    """A table read in the order of its rows, without any index, past broken pages."""

    def __init__(self, source: sqlite3.Connection, table: str, columns: list[str]) -> None:
        self._source = source
        self._query = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid "
        self.whole = True

    def read(self) -> Iterator[tuple[object, ...]]:
        """Every row that can be read. `whole` tells afterwards whether these were all."""
        following, misses = -1, 0
        while misses < _MISSES:
            try:
                for number, *row in self._source.execute(f"{self._query} > ?", (following,)):
                    following, misses = int(number), 0
                    yield tuple(row)
                return
            except sqlite3.DatabaseError:
                self.whole = False
            # sqlite3 takes one step ahead: the row before the broken page is still to be had.
            found, misses = self._single(following + 1, misses)
            following += 1
            if found is not None:
                yield found

    def _single(self, number: int, misses: int) -> tuple[tuple[object, ...] | None, int]:
        try:
            found = self._source.execute(f"{self._query} = ?", (number,)).fetchone()
        except sqlite3.DatabaseError:
            return None, misses + 1
        return (None if found is None else tuple(found[1:])), misses


def first_unknown(old: Path, new: Path) -> int | None:
    """The sequence number, in the store at `old`, of the first change that the store at `new` does
    not have; None when it has all.

    Raises: sqlite3.Error: one of them cannot be read.
    """
    with reading(old) as connection:
        connection.execute("ATTACH ? AS new", (str(new),))
        found = connection.execute(
            "SELECT min(seq) FROM history h WHERE NOT EXISTS "
            "(SELECT 1 FROM new.history n WHERE n.change_id = h.change_id)"
        ).fetchone()
    return None if found[0] is None else int(found[0])


def grown_from(new: Path, changes: Sequence[Row]) -> set[str]:
    """Those of some changes (as in `journalled.told_after`) that the rows of the store at `new`
    have seen: the ones they stand at, and those before them."""
    graph = {
        text_of(entry, "change_id"): Change(tuple(texts_of(entry, "parents")), {})
        for entry in (mapping_of(each, "entry") for each in changes)
    }
    every = " UNION ALL ".join(f"SELECT change_id FROM {table}" for table in TABLES)
    with reading(new) as connection:
        standing = [str(change_id) for (change_id,) in connection.execute(every)]
    seen: set[str] = set()
    for change_id in standing:
        seen |= ancestors(graph, change_id)
    return seen


def newest_change(path: Path) -> str | None:
    """The id of the newest change of a store; None when that cannot be read."""
    try:
        with reading(path) as connection:
            newest = "SELECT change_id FROM history ORDER BY seq DESC LIMIT 1"
            found = connection.execute(newest).fetchone()
    except sqlite3.Error:
        return None
    return str(found[0]) if found else None
