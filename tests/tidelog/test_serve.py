"""`tidelog serve`: which store, which transport, and how it ends."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp_types import Implementation

from mcp_server import tools
from tests.tidelog.running import environment, tidelog
from tidelog import arguments

OPENING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "tester", "version": "1"},
    },
}


@contextmanager
def server(*words: str, cwd: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A server process; ended when the test is done with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tidelog", "serve", *words],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def address(process: subprocess.Popen[str]) -> str:
    """Where an HTTP server says that it listens."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("tidelog: listening on http://"), line + process.stderr.read()
    return line.rpartition(" ")[2].strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a store."""
    assert tidelog("init", "--project", "Harbour", cwd=tmp_path).code == 0
    return tmp_path


def client(
    folder: Path, *words: str, name: str = "tester", **variables: str
) -> Client[StdioTransport]:
    """A client that starts a server in `folder`, with nobody beside it who keeps files."""
    transport = StdioTransport(
        sys.executable,
        ["-m", "tidelog", "serve", *words],
        cwd=str(folder),
        env={"TIDELOG_SNAPSHOTS": "false"} | variables,
        keep_alive=False,
    )
    return Client(transport, client_info=Implementation(name=name, version="1"), timeout=60)


@pytest.mark.anyio
async def test_signs_with_the_clients_name(folder: Path) -> None:
    """What a client writes carries the name from its handshake."""
    async with client(folder, name="copilot") as copilot:
        await copilot.call_tool("create_vendor", {"name": "Fjordline"})
    assert "copilot" in tidelog("log", "Fjordline", cwd=folder).out


@pytest.mark.anyio
async def test_signs_with_the_name_it_is_given(folder: Path) -> None:
    """--client-name goes before the name from the handshake."""
    async with client(folder, "--client-name", "night-shift", name="copilot") as copilot:
        await copilot.call_tool("create_vendor", {"name": "Fjordline"})
    log = tidelog("log", "Fjordline", cwd=folder).out
    assert "night-shift" in log
    assert "copilot" not in log


@pytest.mark.anyio
async def test_offers_what_it_is_told(folder: Path) -> None:
    """--toolsets and --read-only, and the variables of the same name, trim the list of tools."""
    async with client(folder, "--toolsets", "vendors,archive", "--read-only") as trimmed:
        by_flag = {tool.name for tool in await trimmed.list_tools()}
    variables = {"TIDELOG_TOOLSETS": "vendors,archive", "TIDELOG_READ_ONLY": "true"}
    async with client(folder, **variables) as trimmed:
        by_variable = {tool.name for tool in await trimmed.list_tools()}
    assert by_flag == {"query_vendor_status", "list_vendors", "query_archived_work_items"}
    assert by_variable == by_flag


@pytest.mark.anyio
async def test_report_is_rendered(folder: Path) -> None:
    """The report resource is the report in markdown."""
    async with client(folder) as reader:
        contents = await reader.read_resource("tidelog://report")
    assert contents[0].text.startswith("# Project Status - ")


def test_serves_anywhere_with_a_named_home(tmp_path: Path) -> None:
    """With TIDELOG_HOME a server started in / answers, and prints nothing but the protocol."""
    home = str(tmp_path / "store")
    with server(cwd=Path("/"), HOME=str(tmp_path), TIDELOG_HOME=home) as process:
        out, err = process.communicate(json.dumps(OPENING) + "\n")
    assert process.returncode == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1]
    assert err == ""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_stdio(folder: Path, ending: signal.Signals) -> None:
    """A signal ends a server that waits for its client, without a word."""
    with server(cwd=folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(OPENING) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(ending)
        assert process.wait(30) == -ending
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_http(folder: Path, ending: signal.Signals) -> None:
    """A signal stops an HTTP server in good order: code 0, without a word."""
    with server("--http", "127.0.0.1:0", cwd=folder) as process:
        address(process)
        process.send_signal(ending)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.anyio
async def test_http_answers(folder: Path) -> None:
    """--http serves the same store at /mcp."""
    with server("--http", "127.0.0.1:0", cwd=folder) as process:
        async with Client(address(process), timeout=60) as reader:
            answer = await reader.call_tool("get_project_status")
    assert answer.structured_content is not None
    assert answer.structured_content["project"] == "Harbour"


@pytest.mark.anyio
async def test_http_asks_for_the_token(folder: Path) -> None:
    """With a token set, who shows it is answered, and who does not is not."""
    with server("--http", "127.0.0.1:0", cwd=folder, TIDELOG_HTTP_TOKEN="open sesame") as process:
        url = address(process)
        async with Client(StreamableHttpTransport(url, auth="open sesame"), timeout=60) as reader:
            assert await reader.list_tools()
        with pytest.raises(HTTPError, match="401"):
            await asyncio.to_thread(urlopen, url, data=json.dumps(OPENING).encode(), timeout=60)


def test_http_beyond_loopback_needs_a_token(folder: Path) -> None:
    """Without a token it does not listen where other machines can reach it."""
    done = tidelog("serve", "--http", "0.0.0.0:0", cwd=folder)
    assert done.code == 1
    assert "token" in done.err
    assert len(done.err.splitlines()) == 1


def test_address_that_is_taken(folder: Path) -> None:
    """An address that is taken is reported in one line."""
    with server("--http", "127.0.0.1:0", cwd=folder) as process:
        taken = address(process).split("/")[2]
        done = tidelog("serve", "--http", taken, cwd=folder)
    assert done.code == 1
    assert done.err.startswith(f"tidelog: cannot listen on {taken}: ")
    assert len(done.err.splitlines()) == 1


def test_unknown_toolset(folder: Path) -> None:
    """A toolset that does not exist is refused with the names of those that do."""
    done = tidelog("serve", "--toolsets", "core,nothing", cwd=folder)
    assert done.code == 1
    assert "core, vendors, deployments" in done.err


def test_help_names_the_toolsets_there_are() -> None:
    """The toolsets named in the help are the server's."""
    assert list(arguments.TOOLSETS) == list(tools.TOOLSETS)
