"""The demo's assistants: real MCP clients, each with a server process of its own over stdio."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Literal

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp_types import Implementation, TextContent

from localstore.values import Row, Value, mapping_of

Era = Literal["legacy", "auto"]
"""`legacy` opens with the handshake of 2025-11-25, `auto` speaks the newest there is."""


START = "start, handshake, tools/list"
"""What every client does first, as one kind of call among the timings."""


class UnexpectedAnswerError(Exception):
    """A call was refused that the story needs, or taken that should have been refused."""


class Timings:
    """How long calls took, as their caller saw it."""

    def __init__(self) -> None:
        self.by_kind: dict[str, list[float]] = {}

    def add(self, kind: str, seconds: float) -> None:
        """Note one call."""
        self.by_kind.setdefault(kind, []).append(seconds * 1000)

    def rows(self) -> list[tuple[str, int, float, float]]:
        """For each kind, in order of first use: how many, the median and the slowest in ms."""
        return [
            (kind, len(taken), median(taken), max(taken)) for kind, taken in self.by_kind.items()
        ]


class Assistant:
    """One client on one server process."""

    def __init__(
        self, name: str, client: "Client[StdioTransport]", timings: Timings, *, tools: int
    ) -> None:
        self.name = name
        self.tools = tools
        self._client = client
        self._timings = timings

    @property
    def protocol(self) -> str:
        """The protocol version the two agreed on."""
        return str(self._client.session.protocol_version)

    async def call(self, tool: str, **arguments: Value) -> Row:
        """Call a tool and return its row.

        Raises:
            UnexpectedAnswerError: the call was refused.
        """
        row, refused = await self._ask(tool, arguments)
        if refused:
            raise UnexpectedAnswerError(f"{tool} was refused: {row.get('message')}")
        return row

    async def refused(self, tool: str, **arguments: Value) -> Row:
        """Call a tool that should refuse, and return the error as the client reads it.

        Raises:
            UnexpectedAnswerError: the call was taken.
        """
        row, refused = await self._ask(tool, arguments)
        if not refused:
            raise UnexpectedAnswerError(f"{tool} was taken, and should have been refused")
        return row

    async def _ask(self, tool: str, arguments: Row) -> tuple[Row, bool]:
        started = perf_counter()
        answer = await self._client.call_tool_mcp(tool, arguments)
        self._timings.add(tool, perf_counter() - started)
        block = answer.content[0]
        row: Row = json.loads(block.text) if isinstance(block, TextContent) else {}
        return (mapping_of(row, "error"), True) if answer.is_error else (row, False)


@asynccontextmanager
async def assistant(name: str, era: Era, home: Path, timings: Timings) -> AsyncIterator[Assistant]:
    """Start a server on the store in `home`, as an AI client would, and talk to it as `name`."""
    transport = StdioTransport(
        sys.executable,
        # The snapshot is taken in the evening, in front of the reader.
        ["-m", "tidelog", "serve", "--no-daemon", "--home", str(home)],
        cwd=str(home.parent),
        keep_alive=False,
        log_file=home.parent / f"{name}.log",
    )
    started = perf_counter()
    client = Client(
        transport, client_info=Implementation(name=name, version="1.0"), mode=era, timeout=60
    )
    async with client:
        tools = await client.list_tools()
        timings.add(START, perf_counter() - started)
        yield Assistant(name, client, timings, tools=len(tools))
