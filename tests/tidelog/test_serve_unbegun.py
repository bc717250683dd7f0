"""`tidelog serve` where no store is: nothing appears before somebody keeps something."""

import os
import signal
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from fastmcp.exceptions import ToolError

from localstore.values import Row, text_of
from tests.mcp_server.watching import watcher
from tests.tidelog.running import git, repository, tidelog
from tests.tidelog.test_serve import client, server
from tests.tidelog.test_serve_snapshots import KEPT, keeper_of, keepers

pytestmark = pytest.mark.anyio


async def asked(one: Client[StdioTransport], tool: str, **arguments: object) -> Row:
    """What a tool answers."""
    answer = await one.call_tool(tool, arguments)
    assert answer.structured_content is not None
    return answer.structured_content


async def test_reading_makes_nothing(tmp_path: Path) -> None:
    """A server that is only read answers as an empty project of the folder's name, and leaves
    nothing behind; its scratch store goes with it."""
    folder = repository(tmp_path / "harbour")
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    async with client(folder, TMPDIR=str(scratch)) as one:
        status = await asked(one, "get_project_status")
        items = await asked(one, "list_work_items")
        report = await one.read_resource("tidelog://report")
        assert not (folder / ".tidelog").exists()
    assert (status["project"], status["source"], status["total"]) == ("harbour", "local", 0)
    assert "warning" not in status
    assert items["total"] == 0
    assert report[0].text.startswith("# Project Status - ")
    assert not (folder / ".tidelog").exists()
    assert list(scratch.iterdir()) == []


async def test_first_write_begins_it_at_the_top_of_the_repository(tmp_path: Path) -> None:
    """The first write makes the store at the repository's top, unseen by git; reads go on there."""
    below = repository(tmp_path / "harbour") / "src"
    below.mkdir()
    async with client(below) as first:
        token = text_of(await asked(first, "get_project_status"), "token")
        await first.call_tool("create_vendor", {"name": "Fjordline"})
        vendor = await asked(first, "query_vendor_status", name="fjordline")
        since = await asked(first, "get_project_status", since=token)
    assert vendor["name"] == "Fjordline"
    assert "Fjordline" in str(since)
    assert tidelog("status", cwd=tmp_path / "harbour").lines[0] == "harbour"
    assert git("status", "--porcelain", "--untracked-files=all", cwd=tmp_path / "harbour") == ""


async def test_refused_write_begins_nothing(tmp_path: Path) -> None:
    """Arguments that no store would take make none."""
    async with client(tmp_path) as one:
        with pytest.raises(ToolError, match="invalid_arguments"):
            await one.call_tool("create_vendor", {"name": ""})
    assert list(tmp_path.iterdir()) == []


async def test_two_servers_begin_one_store(tmp_path: Path) -> None:
    """Of two servers in one new folder each sees what the other was the first to write."""
    async with client(tmp_path) as first, client(tmp_path) as second:
        await asked(second, "list_vendors")
        await first.call_tool("create_vendor", {"name": "Fjordline"})
        assert (await asked(second, "list_vendors"))["total"] == 1
        await second.call_tool("create_vendor", {"name": "Aldgate"})
        assert (await asked(first, "list_vendors"))["total"] == 2


async def test_init_meanwhile(tmp_path: Path) -> None:
    """A store that `init` makes beside a server that runs is the one it serves."""
    async with client(tmp_path) as one:
        await asked(one, "get_project_status")
        assert tidelog("init", "--project", "Harbour", cwd=tmp_path).code == 0
        assert (await asked(one, "get_project_status"))["project"] == "Harbour"


async def test_hub_that_may_have_it(tmp_path: Path) -> None:
    """Where a hub is set the store is made at once, for what others keep there to be fetched into;
    but not in the home folder."""
    hub = {"TIDELOG_HUB": "postgresql://127.0.0.1:9/status"}
    (tmp_path / "harbour").mkdir()
    for folder, is_made in ((tmp_path, False), (tmp_path / "harbour", True)):
        async with client(folder, HOME=str(tmp_path), **hub) as one:
            await asked(one, "list_vendors")
        assert (folder / ".tidelog/store.db").exists() is is_made


@pytest.mark.parametrize("where", ["/", "home"])
async def test_nothing_begins_where_nobody_meant_to(where: str, tmp_path: Path) -> None:
    """In / and in the home folder a server answers reads with a warning and refuses each write,
    both with what to do instead; it makes no store."""
    folder = Path("/") if where == "/" else tmp_path
    async with client(folder, HOME=str(tmp_path)) as one:
        status = await asked(one, "get_project_status")
        with pytest.raises(ToolError, match=r"unavailable.*TIDELOG_HOME"):
            await one.call_tool("create_vendor", {"name": "Fjordline"})
    assert "TIDELOG_HOME" in text_of(status, "warning")
    assert not (folder / ".tidelog").exists()


async def test_lost_store_is_not_begun_anew(tmp_path: Path) -> None:
    """Where only backups are left the server says so and ends, and makes no store."""
    backups = tmp_path / ".tidelog/backups"
    backups.mkdir(parents=True)
    (backups / "2026-03-14T09-30-00Z-0005-daily.db").write_bytes(b"SQLite format 3\0")
    done = tidelog("serve", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "restore --from backup" in done.err
    assert not (tmp_path / ".tidelog/store.db").exists()


async def test_store_is_private_under_any_umask(tmp_path: Path) -> None:
    """A store that a server makes is as private as one of `init`, its journal too."""
    before = os.umask(0o022)
    home = tmp_path / "store"
    try:
        async with client(tmp_path, TIDELOG_HOME=str(home)) as one:
            await one.call_tool("create_vendor", {"name": "Fjordline"})
            modes = {file.stat().st_mode & 0o777 for file in home.iterdir()}
    finally:
        os.umask(before)
    assert modes == {0o600}
    assert home.stat().st_mode & 0o777 == 0o700


async def test_watcher_hears_of_the_first_write(tmp_path: Path) -> None:
    """Who watches a resource of a project that is not begun is told when another process does."""
    transport = client(tmp_path).transport
    async with (
        watcher(transport, "auto") as one,
        one.watching("tidelog://status") as heard,
        client(tmp_path) as writer,
    ):
        await writer.call_tool("create_vendor", {"name": "Fjordline"})
        assert await heard.next() == "tidelog://status"


def test_kept_once_it_is_begun(tmp_path: Path) -> None:
    """The process beside the server begins when there is a store, and not before."""
    with server(cwd=tmp_path, **KEPT) as process:
        assert keepers(process.pid) == []
        assert tidelog("init", cwd=tmp_path).code == 0
        assert keeper_of(process).is_running()
        process.send_signal(signal.SIGINT)
