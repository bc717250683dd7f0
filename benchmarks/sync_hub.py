"""A hub for the benchmark: the wheel's PostgreSQL on the loopback, as safe as a real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import asyncpg

from localstore.store import Store, StoreOptions
from syncd.embedded import EmbeddedPostgres
from syncd.postgres import PostgresHub, prepare
from tidelog.wiring import Ids, now

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def hub_server() -> AsyncIterator[str]:
    """The address of a new server with the hub's schema; it is gone with its files in the end.

    Its settings are PostgreSQL's own: a commit is on the disk before it is acknowledged.
    """
    with TemporaryDirectory(prefix="tidelog-bench-hub-") as folder:
        server = EmbeddedPostgres(Path(folder))
        try:
            await asyncio.to_thread(server.start)
            await prepare(server.dsn_with_password)
            yield server.dsn_with_password
        finally:
            await asyncio.to_thread(server.stop, "immediate")


async def open_project(dsn: str, name: str) -> str:
    """The id of a new project on the hub."""
    async with await PostgresHub.connect(dsn) as hub:
        return await hub.open_project(None, name)


async def joined_store(path: Path, project_id: str, *, durable: bool = True) -> Store:
    """The store at `path`, made where it is missing, as a member of a project."""
    options = StoreOptions(durable=durable)
    store = await Store.open(path, clock=now, new_id=Ids(), options=options)
    await store.join(project_id)
    return store


async def raw_connection(dsn: str) -> RawConnection:
    """A bare connection to the hub's database, for floors."""
    return await asyncpg.connect(dsn, ssl=False)


async def beside(dsn: str, name: str) -> str:
    """The address of another hub on the same server, in a new database of that name."""
    connection = await raw_connection(dsn)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    other = f"{dsn.rpartition('/')[0]}/{name}"
    await prepare(other)
    return other
