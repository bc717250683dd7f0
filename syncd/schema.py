"""The hub's schema: numbered SQL files, each applied once, in their order."""

from importlib.resources import files
from typing import Protocol

from syncd.hub import SyncError

OLDEST = 14
"""The oldest PostgreSQL that the files run on."""

_LOCK = 0x746964656C6F67
"""The advisory lock under which a schema is installed: "tidelog", read as a number."""


class HubTooOld(SyncError):
    """The server is older than what the schema needs; nothing was installed."""

    code = "hub_too_old"


class InstallConnection(Protocol):
    """What installing needs of a connection."""

    async def execute(self, query: str, /) -> str:
        """Run statements that return nothing."""
        ...

    async def fetchval(self, query: str, /) -> object:
        """The first value a statement returns."""
        ...


async def install(connection: InstallConnection) -> list[str]:
    """Bring the database to the newest schema; return the names of the files that were applied.

    All of them in one transaction, under a lock: of two at once, the second finds nothing to do.
    What a newer tidelog has installed stays.

    Raises:
        HubTooOld: the server is older than PostgreSQL 14. Nothing was written.
    """
    version = int(str(await connection.fetchval("SELECT current_setting('server_version_num')")))
    if version < OLDEST * 10_000:
        raise HubTooOld(
            f"this server is PostgreSQL {version // 10_000}",
            hint=f"a hub needs PostgreSQL {OLDEST} or later",
        )
    await connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    try:
        applied = await _apply(connection)
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")
    return applied


def schema_files() -> dict[str, str]:
    """The SQL files by name, in the order in which they are applied."""
    folder = files("syncd") / "sql"
    found = {file.name: file for file in folder.iterdir() if file.name.endswith(".sql")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


async def _apply(connection: InstallConnection) -> list[str]:
    await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if await connection.fetchval("SELECT to_regclass('tidelog.applied')") is None:
        await connection.execute("CREATE SCHEMA IF NOT EXISTS tidelog")
        await connection.execute(
            "CREATE TABLE tidelog.applied (file text PRIMARY KEY, "
            "applied_at timestamptz NOT NULL DEFAULT now())"
        )
    # The names in one text: a file's name holds no comma.
    known = str(await connection.fetchval("SELECT string_agg(file, ',') FROM tidelog.applied"))
    missing = {name: sql for name, sql in schema_files().items() if name not in known.split(",")}
    for name, sql in missing.items():
        await connection.execute(sql)
        await connection.execute(f"INSERT INTO tidelog.applied (file) VALUES ('{name}')")
    return [*missing]
