"""A hub that is slow, away, elsewhere or behind something: what is said, and how it goes on."""

import asyncio
import traceback
from contextlib import suppress

import asyncpg
import pytest

from localstore.errors import TidelogError
from syncd.hub import HubUnreachable, NotGranted
from syncd.postgres import PostgresHub, prepare, redacted
from tests.postgres import (
    LOCKED_OUT,
    Server,
    run_as_owner,
    running_server,
    standby_of,
    wait_for_true,
)
from tests.syncd.offers import Writer, item, new_id
from tests.syncd.proxies import proxy_to

pytestmark = pytest.mark.anyio

PASSWORD = "s3cret-Pa55"


async def test_statement_timeout(hub_database: str, writer: Writer) -> None:
    """A call that takes too long is HubUnreachable, and the next one works."""
    blocker = await asyncpg.connect(hub_database, ssl=False)
    async with await PostgresHub.connect(hub_database, timeout_seconds=0.3) as hub:
        slow = Writer(hub, writer.project_id)
        async with blocker.transaction():
            await blocker.execute("SELECT FROM tidelog.projects FOR UPDATE")
            with pytest.raises(HubUnreachable):
                await slow.push(item())
        assert await slow.verdicts(item()) == ["accepted"]
    await blocker.close()


async def test_statement_timeout_of_the_server(
    hub_database: str, hub: PostgresHub, writer: Writer
) -> None:
    """A call that the server ends by a shorter limit of its own is HubUnreachable too, and the next
    one works, on a new connection."""
    blocker = await asyncpg.connect(hub_database, ssl=False)
    await hub._connection.ask("SET statement_timeout = '50ms'")
    async with blocker.transaction():
        await blocker.execute("SELECT FROM tidelog.projects FOR UPDATE")
        with pytest.raises(HubUnreachable, match="statement timeout"):
            await writer.push(item())
    assert await writer.verdicts(item()) == ["accepted"]
    await blocker.close()


async def test_idle_timeout_of_the_server(
    hub_database: str, hub: PostgresHub, writer: Writer
) -> None:
    """A session that the server ended because it was idle costs at most one failed call."""
    await writer.push(item())
    await hub._connection.ask("SET idle_session_timeout = '50ms'")
    gone = (
        "SELECT count(*) = 0 FROM pg_stat_activity "
        "WHERE application_name = 'tidelog' AND datname = current_database()"
    )
    await wait_for_true(hub_database, gone)
    with suppress(HubUnreachable):
        await writer.page()
    assert (await writer.page()).head == 1


async def test_restart(postgres_server: Server, writer: Writer) -> None:
    """A server that was stopped is unreachable; started again, it is used again by the same hub."""
    first = await writer.push(item())
    postgres_server.stop()
    with pytest.raises(HubUnreachable):
        await writer.page()
    with pytest.raises(HubUnreachable, match="connection refused"):
        await writer.page()
    postgres_server.start()
    assert (await writer.page()).seen == first.commit


async def test_crash(postgres_server: Server, writer: Writer) -> None:
    """What was acknowledged before the server crashed is there afterwards."""
    row = item()
    await writer.push(row)
    postgres_server.kill()
    postgres_server.start()
    with suppress(HubUnreachable):  # raised unless the end of the connection was noticed before
        await writer.row(row)
    assert (await writer.row(row))["title"] == "an item"


async def test_session_ended_by_the_server(hub_database: str, writer: Writer) -> None:
    """A session that an administrator ends, or an idle timeout, costs at most one failed call."""
    await writer.push(item())
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidelog'"
    )
    await run_as_owner(hub_database, end)
    with suppress(HubUnreachable):
        await writer.page()
    assert (await writer.page()).head == 1


async def test_cut_in_the_middle_of_a_push(
    postgres_server: Server, hub_database: str, writer: Writer
) -> None:
    """A network that dies during a push leaves it done or not done; offered again, it is there
    once."""
    blocker = await asyncpg.connect(hub_database, ssl=False)
    async with (
        proxy_to(postgres_server) as proxy,
        await PostgresHub.connect(proxy.through(hub_database)) as hub,
    ):
        far, row = Writer(hub, writer.project_id), item()
        async with blocker.transaction():
            await blocker.execute("SELECT FROM tidelog.projects FOR UPDATE")
            pushing = asyncio.create_task(far.push(row))
            await wait_for_true(hub_database, LOCKED_OUT)
            proxy.cut()
            with pytest.raises(HubUnreachable):
                await pushing
        said = await far.verdicts(row)
    await blocker.close()
    assert said in (["accepted"], ["already"])
    assert len((await writer.page()).entries) == 1


async def test_silent_network(postgres_server: Server, hub_database: str, writer: Writer) -> None:
    """A connection over which nothing comes any more is given up after the timeout, not never."""
    async with (
        proxy_to(postgres_server) as proxy,
        await PostgresHub.connect(proxy.through(hub_database), timeout_seconds=0.3) as hub,
    ):
        far = Writer(hub, writer.project_id)
        proxy.silent = True
        with pytest.raises(HubUnreachable, match="in time"):
            await far.page()
        proxy.silent = False
        assert (await far.page()).head == 0


async def test_cancelled_call(hub_database: str, writer: Writer) -> None:
    """A call that is cancelled leaves nothing behind for the next one to stumble over."""
    blocker = await asyncpg.connect(hub_database, ssl=False)
    async with blocker.transaction():
        await blocker.execute("SELECT FROM tidelog.projects FOR UPDATE")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await writer.push(item())
    await blocker.close()
    assert await writer.verdicts(item()) == ["accepted"]


async def test_pooler_that_takes_no_settings(
    postgres_server: Server, hub_database: str, writer: Writer
) -> None:
    """A pooler that refuses settings at the start is asked again without them."""
    async with proxy_to(postgres_server) as proxy:
        proxy.refuses_settings = True
        async with await PostgresHub.connect(proxy.through(hub_database)) as hub:
            assert await Writer(hub, writer.project_id).verdicts(item()) == ["accepted"]
        assert proxy.refused == 1


async def test_prepared_statement_gone(hub: PostgresHub, writer: Writer) -> None:
    """Behind a pooler a prepared statement may be gone: the call is made again without one."""
    await writer.page()
    await hub._connection.ask("DEALLOCATE ALL")
    assert (await writer.page()).head == 0


async def test_failover(anyio_backend: str) -> None:
    """A DSN with two hosts finds the one that takes writes, before and after a failover; what was
    acknowledged and replicated is there, under the same commit."""
    with running_server() as primary, standby_of(primary) as standby:
        await prepare(primary.dsn())
        login, _, _ = primary.dsn().rpartition("@")
        both = f"{login}@127.0.0.1:{standby.port},127.0.0.1:{primary.port}/postgres"
        async with await PostgresHub.connect(both) as hub:
            writer = Writer(hub, await hub.open_project(None, "a project"))
            await writer.push(item())
            followed = "SELECT replay_lsn >= pg_current_wal_lsn() FROM pg_stat_replication"
            await wait_for_true(primary.dsn(), followed)
            primary.kill()
            with pytest.raises(HubUnreachable):
                await writer.push(item())
            standby.run("pg_ctl", "promote", "-w", "-D", str(standby.folder / "cluster"))
            assert await writer.verdicts(item()) == ["accepted"]
            assert (await writer.page()).head == 2


async def test_password_is_in_no_error(postgres_server: Server, hub_database: str) -> None:
    """Whatever goes wrong, the password is in no message and no traceback."""
    place = hub_database.rpartition("@")[2]
    closed = f"127.0.0.1:1/{place.rpartition('/')[2]}"
    role = f"ann_{new_id()[-6:]}"
    await run_as_owner(hub_database, f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    dsns = [
        f"postgresql://tidelog:{PASSWORD}@{place}",
        f"postgresql://{role}:{PASSWORD}@{place}",
        f"postgresql://tidelog:{PASSWORD}@{closed}",
        f"postgresql://tidelog:{PASSWORD}@[::1/{place}",
        f"postgresql://tidelog:{PASSWORD}@x@{place}",
        f"postgresql://tidelog:{PASSWORD}@127.0.0.1:5432x/x",
        f"postgresql://tidelog@{closed}?password={PASSWORD}",
        f"postgresql://tidelog@{place}?password={PASSWORD}&sslmode=nonsense",
        f"host=127.0.0.1 user=tidelog password={PASSWORD}",
        f"mysql://tidelog:{PASSWORD}@{place}",
        f"postgresql://tidelog:{PASSWORD}@{place}-missing",
        f"postgresql://tidelog:{PASSWORD}@example.invalid/x?sslmode=disable",
        f"postgresql://tidelog:{PASSWORD}@{place}?sslmode=verify-full&sslrootcert=none.crt",
        f"postgresql://tidelog:{PASSWORD}@{place}?no_such_setting=1",
    ]
    for dsn in dsns:
        with pytest.raises(TidelogError) as raised:
            async with await PostgresHub.connect(dsn, timeout_seconds=5) as hub:
                await hub.open_project(None, "a project")
        shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
        assert PASSWORD not in shown, redacted(dsn)
        assert PASSWORD not in redacted(dsn)
    await run_as_owner(hub_database, f"DROP ROLE {role}")


async def test_wrong_password(hub_database: str) -> None:
    """A hub that does not let us in is not called unreachable: waiting would not help."""
    place = hub_database.rpartition("@")[2]
    with pytest.raises(NotGranted, match="does not let us in"):
        await PostgresHub.connect(f"postgresql://tidelog:wrong@{place}")
