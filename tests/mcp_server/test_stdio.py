"""The server as a child process on standard input and output, as assistants start it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastmcp.client.transports import StdioTransport

from localstore.values import Row, Value
from tests.mcp_server.calling import Era, calling
from tests.mcp_server.watching import watcher

SECONDS = 20.0


def environment(folder: Path) -> dict[str, str]:
    """What the child sees of the environment: a store of its own, of which nobody keeps files."""
    settings = {"TIDELOG_HOME": str(folder / ".tidelog"), "TIDELOG_SNAPSHOTS": "false"}
    return {**os.environ, **settings}


def transport(folder: Path) -> StdioTransport:
    """A server as a child process over the store in `folder`."""
    return StdioTransport(
        command=sys.executable,
        args=["-m", "tidelog", "serve"],
        env=environment(folder),
        keep_alive=False,
        log_file=folder / "stderr",
    )


class Wire:
    """A server process, spoken to line by line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with (folder / "stderr").open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tidelog", "serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment(folder),
            )
        self._id = 0

    def send(self, line: bytes) -> None:
        """Send one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def receive(self) -> Row:
        """The next line, which must be JSON."""
        assert self.process.stdout is not None
        message: Row = json.loads(self.process.stdout.readline())
        return message

    def request(self, method: str, params: str) -> Row:
        """Send a request with raw parameters; its answer must come next."""
        self._id += 1
        line = f'{{"jsonrpc":"2.0","id":{self._id},"method":"{method}","params":{params}}}'
        self.send(line.encode())
        answer = self.receive()
        assert answer["id"] == self._id
        return answer

    def create(self, arguments: str) -> Row:
        """Call create_work_item with raw arguments; return the tool's answer."""
        params = f'{{"name":"create_work_item","arguments":{arguments}}}'
        result = self.request("tools/call", params)["result"]
        assert isinstance(result, dict)
        content: Value = result["content"]
        assert isinstance(content, list)
        assert isinstance(content[0], dict)
        answer: Row = json.loads(str(content[0]["text"]))
        return answer

    def close(self) -> int:
        """End its input and wait for it to end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait(SECONDS)
        assert self.process.stdout.read() == b""
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """One server process after its handshake; the tests of this module share it."""
    wire = Wire(tmp_path_factory.mktemp("stdio"))
    try:
        hello = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "raw", "version": "1"},
        }
        wire.request("initialize", json.dumps(hello))
        wire.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        yield wire
        assert wire.close() == 0
        assert (wire.folder / "stderr").read_bytes() == b""
    finally:
        wire.process.kill()
        wire.process.wait()


POISON = {
    "10,000-deep mapping": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "10,000-deep list": "[" * 10_000 + "]" * 10_000,
    "10,000-deep JSON text": json.dumps("[" * 10_000 + "]" * 10_000),
    "half a surrogate pair": r'"a\ud800b"',
    "half a pair as a key": r'{"a\udfff":1}',
    "NUL": r'"a\u0000b"',
    "NaN": "NaN",
    "infinity": "-Infinity",
    "a float beyond all": "1e999",
    "5,000 digits": "9" * 5_000,
    "10 MB": '"' + "x" * 10_000_000 + '"',
    "10 MB of members": "[" + ",".join(["1"] * 1_000_000) + "]",
}


@pytest.mark.parametrize("name", POISON)
@pytest.mark.parametrize("field", ["title", "metadata", "labels"])
def test_poison_is_answered(wire: Wire, name: str, field: str) -> None:
    """Whatever stands in an argument, the answer is invalid_arguments, at once."""
    answer = wire.create(f'{{"item_type":"task","title":"x","{field}":{POISON[name]}}}')
    error = answer["error"]
    assert isinstance(error, dict)
    assert error["code"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{not json", -32700),
        (b"[" * 100_000, -32700),
        (b'"\xff\xfe', -32700),
        (b"[]", -32600),
        (b"17", -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":1}', -32600),
    ],
)
def test_a_line_that_is_no_message_is_answered(wire: Wire, line: bytes, code: int) -> None:
    """A line without an id to answer to is answered with a null id, as JSON-RPC asks."""
    wire.send(line)
    answer = wire.receive()
    error = answer["error"]
    assert isinstance(error, dict)
    assert (answer["id"], error["code"]) == (None, code)


def test_an_empty_line_is_nothing(wire: Wire) -> None:
    """An empty line is passed over, and the next request is answered."""
    wire.send(b"")
    wire.send(b"  \r")
    assert "result" in wire.request("ping", "{}")


def test_an_emoji_arrives_whole(wire: Wire) -> None:
    """A whole surrogate pair is a character like any other."""
    assert wire.create(r'{"item_type":"task","title":"\ud83d\ude00"}')["title"] == "😀"


@pytest.mark.anyio
async def test_both_eras_over_stdio(tmp_path: Path, era: Era) -> None:
    """A client of either era writes and reads through a child process, under its own name."""
    async with calling(transport(tmp_path), era, name="claude-code") as caller:
        row = await caller.ok("create_work_item", {"item_type": "task", "title": "Fix"})
        found = await caller.ok("query_work_item", {"id": row["ref"], "detail": "full"})
    assert found["created_by"] == "claude-code"


@pytest.mark.anyio
async def test_a_change_by_another_process_is_told_over_stdio(tmp_path: Path, era: Era) -> None:
    """Of two processes on one store, the one is told what the other wrote."""
    async with (
        watcher(transport(tmp_path), era) as client,
        client.watching("tidelog://status") as heard,
        calling(transport(tmp_path)) as other,
    ):
        await other.ok("create_work_item", {"item_type": "task", "title": "Made elsewhere"})
        assert await heard.next() == "tidelog://status"
        assert "Made elsewhere" in await client.text("tidelog://status")
