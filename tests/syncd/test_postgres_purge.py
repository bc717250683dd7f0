"""When the hub purges, by its own clock; what is purged is told in `test_traps_purged`."""

from dataclasses import replace

import pytest

from syncd.postgres import PostgresHub
from tests.postgres import run_as_owner
from tests.syncd.offers import Writer, deleted, item

pytestmark = pytest.mark.anyio

_AGED = "UPDATE tidelog.commits SET made_at = made_at - interval '91 days'"
_ANOTHER_DAY = "UPDATE tidelog.projects SET purged_at = purged_at - interval '25 hours'"
_OLD_PROJECT = "UPDATE tidelog.projects SET created_at = created_at - interval '25 hours'"


async def purge(dsn: str, kept: str, live: str) -> int:
    """Purge every project there is, as the owner; how many rows went."""
    (found,) = await run_as_owner(
        dsn, f"SELECT sum(tidelog.purge(id, '{kept}', '{live}')) FROM tidelog.projects"
    )
    return int(found[0])


async def tombstone(writer: Writer) -> None:
    """Push an item, and then that it is deleted."""
    row = item()
    await writer.push(row)
    await writer.push(deleted(row))


async def greeting(hub: PostgresHub, writer: Writer, name: str = "a-replica") -> None:
    """Say hello as a replica that has read everything."""
    head = writer.seen.seq if writer.seen else 0
    await hub.hello(replace(writer.asking, replica_id=name, has_read=head), name)


async def test_only_what_is_old_enough(hub_database: str, writer: Writer) -> None:
    """A tombstone is kept for as long as it is told to be, from when the hub took it."""
    await tombstone(writer)
    await run_as_owner(hub_database, _AGED)
    await tombstone(writer)
    assert await purge(hub_database, "90 days", "0") == 1
    assert await purge(hub_database, "0", "0") == 1


async def test_only_who_was_seen_lately_counts(
    hub_database: str, hub: PostgresHub, writer: Writer
) -> None:
    """A replica that was last seen longer ago than is told holds back no purge."""
    await greeting(hub, writer, "asleep")
    await tombstone(writer)
    assert await purge(hub_database, "0", "90 days") == 0
    await run_as_owner(
        hub_database, "UPDATE tidelog.replicas SET last_seen_at = now() - interval '91 days'"
    )
    assert await purge(hub_database, "0", "90 days") == 1


async def test_living_rows_are_never_purged(hub_database: str, writer: Writer) -> None:
    """However old a row is, and however little is to be kept, it goes only when it is deleted."""
    await writer.push(item())
    await run_as_owner(hub_database, _AGED)
    assert await purge(hub_database, "0", "0") == 0
    assert len(await writer.rows()) == 1


async def test_hello_purges_once_a_day(hub_database: str, hub: PostgresHub, writer: Writer) -> None:
    """The first hello of a day purges what is 90 days old; later ones that day do not."""
    await tombstone(writer)
    await run_as_owner(hub_database, _AGED)
    await tombstone(writer)
    await greeting(hub, writer)
    assert len(await writer.rows()) == 2
    await run_as_owner(hub_database, _OLD_PROJECT)
    await greeting(hub, writer)
    assert len(await writer.rows()) == 1
    await run_as_owner(hub_database, _AGED)
    await greeting(hub, writer)
    assert len(await writer.rows()) == 1
    await run_as_owner(hub_database, _ANOTHER_DAY)
    await greeting(hub, writer)
    assert await writer.rows() == {}


async def test_history_outlives_the_row(hub_database: str, writer: Writer) -> None:
    """A purge takes the row, and every page tells the entries as before, up to the head."""
    await tombstone(writer)
    before = await writer.page()
    assert await purge(hub_database, "0", "0") == 1
    page = await writer.page()
    assert (page.rows, page.entries) == ((), before.entries)
    assert page.cursor == page.head == before.head + 1
    assert page.purged == before.head
