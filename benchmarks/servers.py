"""Server processes of ours and bare ones, each with a real client, ended by their own id."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from fastmcp import Client
from fastmcp.client.transports import ClientTransport, StdioTransport, StreamableHttpTransport

from benchmarks.workload import Call
from localstore.values import Row

START_SECONDS = 30.0
"""How long a server may take to say where it listens."""
STOP_SECONDS = 10.0

CHECKOUT = Path(__file__).parent.parent
BARE_STDIO = (sys.executable, "-m", "benchmarks.bare")
BARE_HTTP = (sys.executable, "-m", "benchmarks.bare_http")


@dataclass(frozen=True, slots=True)
class Running:
    """A server process and the way to call its tools."""

    call: Call
    process: psutil.Process

    def megabytes(self) -> float:
        """The memory it has resident now."""
        return float(self.process.memory_info().rss) / 1e6


def ours(store: Path, *more: str) -> tuple[str, ...]:
    """The command that serves the store at `store`, and does nothing beside that."""
    words = ("serve", "--no-daemon", "--home", str(store.parent))
    return (sys.executable, "-m", "tidelog", *words, *more)


@asynccontextmanager
async def over_stdio(command: Sequence[str]) -> AsyncIterator[Running]:
    """Start a server on stdio and connect to it; end it afterwards."""
    known = {child.pid for child in psutil.Process().children()}
    transport = StdioTransport(
        command[0],
        [*command[1:]],
        cwd=str(CHECKOUT),
        keep_alive=False,
        log_file=Path(os.devnull),
    )
    async with _connected(transport) as call:
        (process,) = (each for each in psutil.Process().children() if each.pid not in known)
        yield Running(call, process)


@asynccontextmanager
async def over_http(command: Sequence[str]) -> AsyncIterator[Running]:
    """Start a server on a free port of the loopback and connect to it; end it afterwards.

    Raises:
        TimeoutError: it did not say in time where it listens. RuntimeError: it ended instead.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, cwd=CHECKOUT, env=environment()
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            address = await _address(process.stderr)
        rest = asyncio.create_task(process.stderr.read())  # so that the pipe never fills
        async with _connected(StreamableHttpTransport(address)) as call:
            yield Running(call, psutil.Process(process.pid))
    finally:
        await end(process)
    await rest


@asynccontextmanager
async def _connected(transport: ClientTransport) -> AsyncIterator[Call]:
    async with Client(transport, timeout=60) as client:

        async def call(tool: str, arguments: Row) -> Row:
            answer = await client.call_tool_mcp(tool, arguments)
            assert not answer.is_error, answer.content
            return answer.structured_content or {}

        yield call


def environment() -> dict[str, str]:
    """The environment without anybody's settings of tidelog."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TIDELOG_")}


async def _address(stderr: asyncio.StreamReader) -> str:
    said = ""
    async for line in stderr:
        said += line.decode()
        _, found, address = said.partition("listening on ")
        if found:
            return address.strip()
    raise RuntimeError(f"the server ended before it listened: {said}")


async def end(process: Process) -> None:
    """Ask a process of ours to end; one that takes long is killed."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
