"""Whether a daemon is at it, and where; who notices, and what it is called."""

from pathlib import Path

import pytest
from fastmcp import Client

from mcp_server.layers import OneStore
from tests.tidelog.laptops import Laptop, begun, eventually
from tidelog.discovery import Found, Place
from tidelog.serving import server_over
from tidelog.settings import Settings
from tidelog.wiring import open_store

pytestmark = pytest.mark.anyio
NAMES = ("south", "")
"""What a variable says: nothing, where the file is to speak."""


@pytest.fixture
def ann(hub_database: str, tmp_path: Path) -> Laptop:
    """A laptop that shares the project."""
    return Laptop.joined(tmp_path / "ann", hub_database)


async def test_a_killed_daemon_is_not_online(ann: Laptop) -> None:
    """An assistant is told that sync has stopped when its daemon was killed, which could not write
    that down."""
    place, settings = Place(ann.home, Found.NAMED), Settings()
    with ann.syncing() as process:
        await eventually(ann.is_online)
        async with (
            await open_store(place, settings) as store,
            Client(server_over(OneStore(store), place, settings)) as client,
        ):
            answer = await client.call_tool("get_sync_status", {})
            assert (answer.structured_content or {})["state"] == "online"
            process.kill()
            process.wait()
            answer = await client.call_tool("get_sync_status", {})
            assert (answer.structured_content or {})["state"] == "stopped"
    assert await ann.is_online()  # as it was noted


async def test_a_server_without_a_daemon_begins_one(
    hub_database: str, ann: Laptop, tmp_path: Path
) -> None:
    """A store without snapshots that joins a hub while it is served is in step from then on."""
    late = Laptop(begun(tmp_path / "late"))
    async with late.serving(tmp_path / "err"):
        done = late.command("hub", "join", hub_database, "--project", "Harbour")
        assert (done.code, done.err) == (0, "")
        assert "Every `tidelog serve` keeps it in step" in done.out
        await late.create("Fix")
        await eventually(late.is_online)
    assert ann.command("sync", "--once").code == 0
    assert await ann.titles() == ["Fix"]
    assert (tmp_path / "err").read_text() == ""


async def test_a_machine_is_called_what_it_was_set_to(
    hub_database: str, ann: Laptop, tmp_path: Path
) -> None:
    """Two stores of one machine can be told apart in a conflict, also when their names were set
    after both had joined."""
    (ann.folder / "tidelog.toml").write_text('machine = "north"\n', encoding="utf-8")
    ben = Laptop.joined(tmp_path / "ben", hub_database)
    item = await ann.create("Fix")
    for laptop in (ann, ben):
        assert laptop.command("sync", "--once").code == 0
    for laptop in (ann, ben):
        await laptop.change(item, title=f"By {laptop.folder.name}")
    for laptop in (ann, ben, ann):
        assert laptop.command("sync", "--once", TIDELOG_MACHINE=NAMES[laptop is ann]).code == 0
    for laptop in (ann, ben):
        told = " ".join(laptop.command("conflicts").out.split())
        assert '"By ben" by ada on south' in told
        assert '"By ann" by ada on north' in told
