"""The hub's schema: installed once, and closed to everybody but through its functions."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from syncd.hub import NotGranted, ProtocolMismatch
from syncd.postgres import PostgresHub, prepare
from syncd.schema import HubTooOld, install, schema_files
from tests.postgres import Server, run_as_owner
from tests.syncd.offers import Writer, item, new_id

pytestmark = pytest.mark.anyio

PASSWORD = "open-sesame"


@pytest.fixture
async def empty_database(anyio_backend: str, postgres_server: Server) -> AsyncIterator[str]:
    """The DSN of a database with nothing in it."""
    await run_as_owner(postgres_server.dsn(), "CREATE DATABASE empty")
    yield postgres_server.dsn("empty")
    await run_as_owner(postgres_server.dsn(), "DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
async def role(hub_database: str) -> AsyncIterator[str]:
    """A role that may log in and nothing else."""
    name = f"ann_{new_id()[-6:]}"
    await run_as_owner(hub_database, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    await run_as_owner(hub_database, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def as_role(dsn: str, role: str) -> str:
    """The same database, entered by another role."""
    return f"postgresql://{role}:{PASSWORD}@{dsn.rpartition('@')[2]}"


async def test_two_installs_at_once(empty_database: str) -> None:
    """Of two installations at the same moment one applies every file, the other none."""
    done = await asyncio.gather(prepare(empty_database), prepare(empty_database))
    assert sorted(done) == [[], [*schema_files()]]


async def test_installing_again(hub_database: str) -> None:
    """An installation of what is there already applies nothing."""
    assert await prepare(hub_database) == []


async def test_an_installation_that_fails_leaves_nothing(empty_database: str) -> None:
    """Files are applied together or not at all."""
    await run_as_owner(empty_database, "CREATE SCHEMA tidelog", "CREATE TABLE tidelog.history ()")
    connection = await asyncpg.connect(empty_database, ssl=False)
    with pytest.raises(asyncpg.DuplicateTableError):
        await install(connection)
    await connection.close()
    found = await run_as_owner(empty_database, "SELECT to_regclass('tidelog.projects')")
    assert found[0][0] is None


async def test_old_server() -> None:
    """A server older than PostgreSQL 14 is refused by name, before anything is written."""

    class Thirteen:
        async def execute(self, query: str, /) -> str:
            raise AssertionError(query)

        async def fetchval(self, query: str, /) -> object:
            return "130011" if "server_version_num" in query else None

    with pytest.raises(HubTooOld, match="PostgreSQL 13"):
        await install(Thirteen())


async def test_database_without_the_schema(empty_database: str) -> None:
    """A database that is no hub is called unprepared, and the way out is named."""
    async with await PostgresHub.connect(empty_database) as hub:
        with pytest.raises(ProtocolMismatch, match="not prepared") as refused:
            await hub.open_project(None, "a project")
    assert "hub init" in refused.value.hint


async def test_another_protocol(hub_database: str) -> None:
    """A client of another protocol is refused by every function, before anything else."""
    calls = (
        "open_project(2, NULL, 'a', 'a')",
        "hello(2, NULL, 'a', 'a', 0)",
        "pull(2, NULL, NULL, NULL, 0, 1)",
        "replica_names(2, NULL)",
        "status(2, NULL)",
        f"push(2, {', '.join(['NULL'] * 24)})",
    )
    for call in calls:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await run_as_owner(hub_database, f"SELECT tidelog.{call}")
        assert refused.value.sqlstate == "TL001", call


async def test_a_role_without_a_grant(hub_database: str, writer: Writer, role: str) -> None:
    """A role that is granted nothing gets nothing from any function, not even a project's name."""
    await writer.push(item())
    async with await PostgresHub.connect(as_role(hub_database, role)) as hub:
        stranger = Writer(hub, writer.project_id)
        with pytest.raises(NotGranted):
            await stranger.page()
        with pytest.raises(NotGranted):
            await stranger.push(item())
        with pytest.raises(NotGranted):
            await hub.hello(writer.asking, "laptop")
        with pytest.raises(NotGranted):
            await hub.replica_names(writer.project_id)
        with pytest.raises(NotGranted):
            await hub.status(writer.project_id)
        with pytest.raises(NotGranted):
            await hub.open_project(None, "A  Project")
        with pytest.raises(NotGranted):
            await hub.open_project(None, "one of my own")
        with pytest.raises(NotGranted):
            await hub.grant_project("a project", role)
        stranger.project_id = new_id()
        with pytest.raises(NotGranted):
            await stranger.page()


async def test_tables_are_closed(hub_database: str, hub: PostgresHub, role: str) -> None:
    """A role that may use a project reads and writes no table, and calls no function but those
    that clients have use for."""
    await hub.open_project(None, "a project")
    await hub.grant_project("a project", role)
    connection = await asyncpg.connect(as_role(hub_database, role), ssl=False)
    tables = await run_as_owner(
        hub_database, "SELECT tablename FROM pg_tables WHERE schemaname = 'tidelog'"
    )
    assert len(tables) == 14
    for (table,) in tables:
        for statement in (f"SELECT FROM tidelog.{table}", f"DELETE FROM tidelog.{table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    open_ones = await connection.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'tidelog'::regnamespace "
        "AND has_function_privilege(oid, 'EXECUTE') ORDER BY proname"
    )
    await connection.close()
    expected = "granted_projects hello open_project pull push replica_names status"
    assert " ".join(row[0] for row in open_ones) == expected


async def test_a_granted_role(hub_database: str, hub: PostgresHub, role: str) -> None:
    """A role that is granted a project, itself or through a group, does everything there, and
    nothing in another project."""
    mine, other = await hub.open_project(None, "mine"), await hub.open_project(None, "other")
    group = f"team_{role}"
    await run_as_owner(hub_database, f"CREATE ROLE {group}", f"GRANT {group} TO {role}")
    await hub.grant_project("MINE", group)
    async with await PostgresHub.connect(as_role(hub_database, role)) as theirs:
        assert await theirs.open_project(None, "Mine") == mine
        assert await Writer(theirs, mine).verdicts(item()) == ["accepted"]
        with pytest.raises(NotGranted):
            await Writer(theirs, other).page()
    await run_as_owner(hub_database, f"DROP OWNED BY {group}", f"DROP ROLE {group}")


async def test_a_role_that_may_create(hub_database: str, hub: PostgresHub, role: str) -> None:
    """A role that may open projects uses those it opened, and no others."""
    other = await hub.open_project(None, "other")
    await hub.grant_create(role)
    async with await PostgresHub.connect(as_role(hub_database, role)) as theirs:
        mine = await theirs.open_project(None, "mine")
        assert await Writer(theirs, mine).verdicts(item()) == ["accepted"]
        with pytest.raises(NotGranted):
            await Writer(theirs, other).page()


async def test_row_level_security(hub_database: str, hub: PostgresHub, role: str) -> None:
    """A role with SELECT sees the rows of granted projects only, in every table, whatever it
    writes."""
    projects = {name: await hub.open_project(None, name) for name in ("mine", "other")}
    for project_id in projects.values():
        await Writer(hub, project_id).push(item(), item())
        await hub.hello(Writer(hub, project_id).asking, "laptop")
    await hub.grant_project("mine", role, reading=True)
    connection = await asyncpg.connect(as_role(hub_database, role), ssl=False)
    for table, key in (
        ("projects", "id"),
        ("work_items", "project_id"),
        ("history", "project_id"),
        ("commits", "project_id"),
        ("replicas", "project_id"),
        ("grants", "project_id"),
    ):
        seen = await connection.fetch(f"SELECT DISTINCT {key}::text FROM tidelog.{table}")
        assert [row[0] for row in seen] == [projects["mine"]], table
    assert await connection.fetch("SELECT FROM tidelog.creators") == []
    assert await connection.fetch("SELECT FROM tidelog.applied") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE tidelog.work_items SET title = 'mine now'")
    await connection.close()
    bare = await run_as_owner(
        hub_database,
        "SELECT relname FROM pg_class WHERE relnamespace = 'tidelog'::regnamespace "
        "AND relkind = 'r' AND NOT relrowsecurity",
    )
    assert bare == []


async def test_opening_projects(hub: PostgresHub) -> None:
    """A project is found by its id, else by its name in whatever spelling, else made, with the id
    that is given."""
    chosen = new_id()
    first = await hub.open_project(chosen, "Straße")
    assert first == chosen
    assert await hub.open_project(chosen, "another name") == chosen
    assert await hub.open_project(None, "STRASSE") == chosen
    assert await hub.open_project(new_id(), "strasse") == chosen
    assert await hub.open_project(None, "another name") != chosen


async def test_one_project_opened_twice_at_once(hub_database: str) -> None:
    """Two that open a new name at the same moment open one project."""
    async with (
        await PostgresHub.connect(hub_database) as one,
        await PostgresHub.connect(hub_database) as two,
    ):
        for turn in range(10):
            name = f"project {turn}"
            opened = await asyncio.gather(
                one.open_project(None, name), two.open_project(None, name)
            )
            assert len(set(opened)) == 1


async def test_who_takes_part(hub: PostgresHub, writer: Writer) -> None:
    """Replicas are known by the names they last gave, and the status counts what there is."""
    await writer.push(item(), item())
    await hub.hello(writer.asking, "old name")
    await hub.hello(writer.asking, "laptop")
    await hub.hello(replace(writer.asking, replica_id="another"), "desk")
    names = await hub.replica_names(writer.project_id)
    assert names == {"a-replica": "laptop", "another": "desk"}
    assert await hub.status(writer.project_id) == {
        "name": "a project",
        "head": 2,
        "rows": 2,
        "entries": 2,
        "replicas": 2,
    }
