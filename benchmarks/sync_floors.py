"""What the same rows cost without sync: COPY and upsert into the hub, bare INSERTs into a store."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from time import perf_counter_ns

from benchmarks.sync_hub import RawConnection, raw_connection
from localstore.connection import connect
from localstore.schema import migrate

_HUB_TABLES = {
    "work_items": "id, project_id",
    "dependencies": "id, project_id",
    "vendors": "id, project_id",
    "deployments": "id, project_id",
    "configuration": "id, project_id",
    "enhancements": "id, project_id",
    "history": "change_id, project_id",
}
"""The hub's tables that rows and their history go to, and their keys."""

_STORE_TABLES = (
    "work_items",
    "dependencies",
    "vendors",
    "deployments",
    "enhancements",
    "history",
)
_DERIVED = ("waits_on",)
"""What a store's triggers compute for themselves."""
_BARE = "(id text PRIMARY KEY, told text NOT NULL)"
_LENGTH = 800
"""About as long as a row and its history entry."""


class CopiedRows:
    """Everything a hub holds, as values in memory, to be put into another hub by COPY."""

    def __init__(self, tables: dict[str, list[Sequence[object]]]) -> None:
        self._tables = tables

    @classmethod
    async def of(cls, dsn: str) -> "CopiedRows":
        """Read all of it."""
        connection = await raw_connection(dsn)
        try:
            return cls(
                {
                    table: [tuple(row) for row in await connection.fetch(_select(table))]
                    for table in _HUB_TABLES
                }
            )
        finally:
            await connection.close()

    async def put(self, dsn: str) -> int:
        """COPY them into temporary tables, and upsert them from there into the hub's own, in one
        transaction; what was in those before is gone first. Nanoseconds taken."""
        connection = await raw_connection(dsn)
        try:
            await connection.execute(f"TRUNCATE {', '.join(map(_named, _HUB_TABLES))}")
            await connection.execute("CHECKPOINT")
            start = perf_counter_ns()
            async with connection.transaction():
                for table, rows in self._tables.items():
                    await _put(connection, table, rows)
            return perf_counter_ns() - start
        finally:
            await connection.close()


async def _put(connection: RawConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    await connection.execute(f"CREATE TEMPORARY TABLE copied_{table} (LIKE {_named(table)})")
    await connection.copy_records_to_table(f"copied_{table}", records=rows)
    columns = await connection.fetchval(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute "
        f"WHERE attrelid = '{_named(table)}'::regclass AND attnum > 0"
    )
    updated = ", ".join(f"excluded.{column}" for column in str(columns).split(", "))
    await connection.execute(
        f"INSERT INTO {_named(table)} SELECT * FROM copied_{table} "
        f"ON CONFLICT ({_HUB_TABLES[table]}) DO UPDATE SET ({columns}) = ROW ({updated})"
    )
    await connection.execute(f"DROP TABLE copied_{table}")


def _named(table: str) -> str:
    return f"tidelog.{table}"


def _select(table: str) -> str:
    return f"SELECT * FROM {_named(table)}"


def load_bare(store: Path, target: Path) -> int:
    """Insert a store's rows and history into new tables with the same indexes and triggers, in one
    transaction. Nanoseconds taken."""
    with closing(_connected(store)) as source:
        tables = {table: _rows_of(source, table) for table in _STORE_TABLES}
    with closing(_connected(target)) as connection:
        migrate(connection)
        start = perf_counter_ns()
        connection.execute("BEGIN IMMEDIATE")
        for table, (columns, rows) in tables.items():
            places = ", ".join("?" for _ in columns)
            connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows
            )
        connection.execute("COMMIT")
        return perf_counter_ns() - start


def _connected(path: Path) -> sqlite3.Connection:
    return connect(path, busy_timeout_seconds=30, durable=True)


def _rows_of(
    source: sqlite3.Connection, table: str
) -> tuple[list[str], list[tuple[str | int | float | None, ...]]]:
    known = [str(row[1]) for row in source.execute(f"PRAGMA table_info({table})")]
    columns = [column for column in known if column not in _DERIVED]
    rows = source.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid").fetchall()
    return columns, rows


class BareCommits:
    """One plain connection to the hub's database and one to a file, and a table in each."""

    def __init__(self, hub: RawConnection, store: sqlite3.Connection) -> None:
        self._hub = hub
        self._store = store
        self._numbers = count()

    @classmethod
    @asynccontextmanager
    async def on(cls, dsn: str, path: Path) -> "AsyncIterator[BareCommits]":
        """Make the tables."""
        hub = await raw_connection(dsn)
        try:
            await hub.execute(f"CREATE TABLE bare {_BARE}")
            with closing(_connected(path)) as store:
                store.execute(f"CREATE TABLE bare {_BARE}")
                yield cls(hub, store)
        finally:
            await hub.close()

    async def upsert(self, rows: int) -> int:
        """Upsert so many rows into the hub's table in one statement. Nanoseconds taken."""
        keys, told = zip(*self._next(rows), strict=True)
        start = perf_counter_ns()
        await self._hub.execute(
            "INSERT INTO bare SELECT * FROM unnest($1::text[], $2::text[]) "
            "ON CONFLICT (id) DO UPDATE SET told = excluded.told",
            keys,
            told,
        )
        return perf_counter_ns() - start

    async def commit(self, rows: int) -> int:
        """Upsert so many rows into the file's table, and commit. Nanoseconds taken."""
        told = self._next(rows)
        start = perf_counter_ns()
        self._store.execute("BEGIN IMMEDIATE")
        self._store.executemany(
            "INSERT INTO bare VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET told = excluded.told",
            told,
        )
        self._store.execute("COMMIT")
        return perf_counter_ns() - start

    def _next(self, rows: int) -> list[tuple[str, str]]:
        """Rows that differ from those before: SQLite would not write the same ones again."""
        filling = f"{next(self._numbers):0{_LENGTH}}"
        return [(str(number), filling) for number in range(rows)]


class BareNotes:
    """Two plain connections to the hub's database: one notifies, the other one hears it."""

    def __init__(self, says: RawConnection, hears: RawConnection) -> None:
        self._says = says
        self._hears = hears
        self._heard = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def on(cls, dsn: str) -> "AsyncIterator[BareNotes]":
        """Connect both, and listen."""
        says, hears = await raw_connection(dsn), await raw_connection(dsn)
        notes = cls(says, hears)
        try:
            await hears.add_listener("bare", lambda *_: notes._heard.set())
            yield notes
        finally:
            await says.close()
            await hears.close()

    async def cross(self) -> int:
        """Notify, hear of it, and ask something there. Nanoseconds taken."""
        self._heard.clear()
        start = perf_counter_ns()
        await self._says.execute("NOTIFY bare")
        await self._heard.wait()
        await self._hears.fetchval("SELECT 1")
        return perf_counter_ns() - start
