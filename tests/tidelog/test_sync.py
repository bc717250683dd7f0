"""Sync between real processes, over a real Postgres."""

import signal
import subprocess
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path

import psutil
import pytest

from localstore.values import number_of
from tests.postgres import Server
from tests.tidelog.laptops import Laptop, eventually, line_of
from tests.tidelog.running import tidelog, too_wide
from tests.tidelog.test_serve_snapshots import is_gone, words_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ann(hub_database: str, tmp_path: Path) -> Laptop:
    """A laptop."""
    return Laptop.joined(tmp_path / "ann", hub_database)


@pytest.fixture
async def ben(hub_database: str, tmp_path: Path, ann: Laptop) -> Laptop:
    """Another laptop."""
    return Laptop.joined(tmp_path / "ben", hub_database)


def said(process: "subprocess.Popen[str]") -> list[str]:
    """Stop a process; all it had not said yet."""
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    return rest.splitlines()


async def test_a_change_crosses_within_a_second(ann: Laptop, ben: Laptop) -> None:
    """What is written on one laptop is on the other within a second, by notification: no timer is
    due within the hour. The daemons have nothing to say."""
    with ann.syncing() as one, ben.syncing() as other:
        for process, laptop in ((one, ann), (other, ben)):
            assert "syncing" in line_of(process)
            await eventually(laptop.is_online)
        for number in range(5):
            title = f"Item {number}"
            await ann.create(title)
            await eventually(partial(_has, ben, title), 1)
            await ben.create(f"{title} too")
            await eventually(partial(_has, ann, f"{title} too"), 1)
        assert (said(one), said(other)) == ([], [])
    assert await ann.state() == "stopped"


async def _has(laptop: Laptop, title: str) -> bool:
    return title in await laptop.titles()


async def test_the_second_daemon_waits(ann: Laptop, ben: Laptop) -> None:
    """Of two daemons of one store one works; when it is killed, the other goes on."""
    with ann.syncing() as first, ben.syncing() as elsewhere:
        assert "syncing" in line_of(first)
        assert "syncing" in line_of(elsewhere)
        with ann.syncing() as second:
            assert "another process keeps" in line_of(second)
            first.kill()
            first.wait(20)
            assert "syncing" in line_of(second)
            await ann.create("Fix")
            await eventually(lambda: _has(ben, "Fix"))
            assert said(second) == []


async def test_offline_first(ann: Laptop, ben: Laptop, postgres_server: Server) -> None:
    """Daemons that begin without a hub say so in one line and work on; when it is there, all that
    was written flows, and one line says that it is back."""
    postgres_server.stop()
    try:
        with ExitStack() as stack:
            daemons = [stack.enter_context(laptop.syncing()) for laptop in (ann, ben)]
            for process in daemons:
                assert "syncing" in line_of(process)
                assert "cannot be reached" in line_of(process)
            for laptop in (ann, ben):
                await laptop.create(f"From {laptop.folder.name}")
                await eventually(partial(_is_in, laptop, "offline"))
            postgres_server.start()
            for laptop in (ann, ben):
                await laptop.create(f"Later from {laptop.folder.name}")
            for laptop in (ann, ben):
                await eventually(partial(_count, laptop, 4))
                await eventually(laptop.is_online)  # the rows are here before their round has ended
            for process in daemons:
                [line] = said(process)
                assert "is back" in line
    finally:
        postgres_server.start()


async def _is_in(laptop: Laptop, state: str) -> bool:
    return await laptop.state() == state


async def _count(laptop: Laptop, number: int) -> bool:
    return len(await laptop.titles()) == number


async def test_the_hub_is_restarted(ann: Laptop, ben: Laptop, postgres_server: Server) -> None:
    """Daemons outlive a hub that stops and starts again; nothing is lost, and each says two lines
    at most, however long it took."""
    with ann.syncing() as one, ben.syncing() as other:
        for laptop in (ann, ben):
            await eventually(laptop.is_online)
        await ann.create("Before")
        await eventually(lambda: _has(ben, "Before"))
        postgres_server.stop()
        await ann.create("Meanwhile")
        postgres_server.start()
        await ben.create("After")
        await eventually(lambda: _count(ann, 3), 70)
        await eventually(lambda: _count(ben, 3), 70)
        for laptop in (ann, ben):  # a row is here before the round it came with has ended
            await eventually(laptop.is_online)
        for process in (one, other):
            lines = said(process)
            assert "syncing" in lines[0]
            assert len(lines) in (1, 3)


async def test_a_claim_is_seen_on_the_other_laptop(
    ann: Laptop, ben: Laptop, tmp_path: Path
) -> None:
    """An item that an assistant claims on one laptop shows its assignee to the assistant on the
    other within a second: the servers keep the daemons."""
    item = await ann.create("Fix the parser")
    assert ann.command("sync", "--once").code == 0
    assert ben.command("sync", "--once").code == 0
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ann.serving(tmp_path / "ann.err"))
        there = await stack.enter_async_context(ben.serving(tmp_path / "ben.err"))
        for laptop in (ann, ben):
            await eventually(laptop.is_online)
        claim = {"id": item["ref"], "version": 1, "assignee": "copilot"}
        await here.call_tool("update_work_item", claim)

        async def is_seen() -> bool:
            shown = await there.call_tool("query_work_item", {"id": item["ref"]})
            assert shown.structured_content is not None
            return shown.structured_content.get("assignee") == "copilot"

        await eventually(is_seen, 1)
        status = await there.call_tool("get_sync_status", {})
        assert status.structured_content is not None
        assert status.structured_content["state"] == "online"
    assert (tmp_path / "ann.err").read_text() == ""
    assert (tmp_path / "ben.err").read_text() == ""


async def test_no_daemon_outlives_its_server(ann: Laptop, tmp_path: Path) -> None:
    """A server that is killed leaves no process behind; its daemon was there for sync alone."""
    async with ann.serving(tmp_path / "err"):
        await eventually(ann.is_online)
        [server] = [each for each in psutil.Process().children() if "serve" in words_of(each)]
        [daemon] = [each for each in server.children() if "--until-eof" in words_of(each)]
        assert "sync" in words_of(daemon)
        server.kill()
        await eventually(lambda: is_gone(daemon))


async def test_once(ann: Laptop, ben: Laptop) -> None:
    """`sync --once` exchanges until nothing is left, says what went and came, and ends."""
    await ann.create("Fix")
    done = ann.command("sync", "--once")
    assert (done.code, done.err) == (0, "")
    assert "sent 1 row, received 0 rows" in done.out
    done = ben.command("sync", "--once", "--json")
    assert '"received": 1' in done.out
    assert await _has(ben, "Fix")
    assert "nothing to send, nothing to receive" in ben.command("sync", "--once").out
    assert too_wide(ben.command("status").out) == []


async def test_once_without_a_hub(ann: Laptop, tmp_path: Path) -> None:
    """Where the hub cannot be reached, or there is none, it ends with 1 and one line that says what
    helps; nothing is lost."""
    (ann.home / "hub").write_text("postgresql://ann:secret@127.0.0.1:1/tidelog\n")
    await ann.create("Fix")
    done = ann.command("sync", "--once")
    assert (done.code, done.out) == (1, "")
    [line] = done.err.splitlines()
    assert "cannot be reached" in line
    assert "secret" not in line
    async with ann.store() as store:
        assert number_of(await store.sync_status(), "dirty") == 1
    (tmp_path / "alone").mkdir()
    assert tidelog("init", cwd=tmp_path / "alone").code == 0
    done = tidelog("sync", "--once", cwd=tmp_path / "alone")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "tidelog hub join" in done.err


async def test_a_daemon_without_a_hub_finds_one(
    hub_database: str, ann: Laptop, tmp_path: Path
) -> None:
    """A store that joins a hub while its daemon runs is in step from then on."""
    folder = tmp_path / "late"
    folder.mkdir()
    assert tidelog("init", "--project", "Late", cwd=folder).code == 0
    late = Laptop(folder)
    with late.syncing() as process:
        assert "it has no hub" in line_of(process)
        done = late.command("hub", "join", hub_database, "--project", "Harbour")
        assert (done.code, done.err) == (0, "")
        await late.create("Fix")
        await eventually(late.is_online)
        assert said(process) == []
    assert ann.command("sync", "--once").code == 0
    assert await _has(ann, "Fix")
