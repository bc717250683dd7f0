"""Real MCP clients, each with a server process of its own, that all work on one store."""

import json
import sys
import time
from pathlib import Path
from random import Random
from typing import Literal

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp_types import Implementation, TextContent

from localstore.values import Row, Value, mapping_of, number_of, text_of

Era = Literal["legacy", "auto"]
ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """One client: creates and updates items of its own and items that all share."""

    def __init__(self, number: int, home: Path, shared: list[str]) -> None:
        self.name = f"client-{number}"
        self.run = f"k{number}"
        self.dice = Random(number)
        self.count = 0
        self.versions = dict.fromkeys(shared, 1)
        self.shared = shared
        self.words: dict[str, str] = {}
        """Each acknowledged word, and the row and version that it was acknowledged at."""
        self.stale = 0
        self.faults: list[Row] = []
        era: Era = "legacy" if number % 2 else "auto"
        transport = StdioTransport(
            sys.executable,
            ["-m", "tidelog", "serve", "--no-daemon", "--home", str(home)],
            # A server takes little of its client's environment; this is how it finds this code.
            env={"PYTHONPATH": str(ROOT)},
            cwd=str(home.parent),
            keep_alive=False,
            log_file=home.parent / f"{self.name}.log",
        )
        whoever = Implementation(name=self.name, version="1")
        self.client = Client(transport, client_info=whoever, mode=era, timeout=120)

    async def work(self, seconds: float) -> None:
        """Start a server and work until the time is over."""
        async with self.client:
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and not self.faults:
                await self.dice.choice([self.create, self.update_own, self.update_shared])()

    async def create(self) -> None:
        """A new item, which must be visible at once."""
        word = self.word()
        row = await self.call("create_work_item", item_type="task", title=word, client_ref=word)
        if row:
            self.acknowledged(word, row)
            seen = await self.call("query_work_item", id=text_of(row, "id"))
            assert seen["title"] == word

    async def update_own(self) -> None:
        """An item that nobody else touches: its version is known, so this may not be refused."""
        own = [item for item in self.versions if item not in self.shared]
        if own:
            await self.update(self.dice.choice(own))

    async def update_shared(self) -> None:
        """An item that others change too, from the version seen last."""
        await self.update(self.dice.choice(self.shared))

    async def update(self, item: str) -> None:
        """Another title, from the version known; a refusal teaches the new version."""
        word, version = self.word(), self.versions[item]
        row = await self.call("update_work_item", id=item, version=version, title=word)
        if row.get("code") == "version_conflict" and item in self.shared:
            current = mapping_of(row, "current")
            assert number_of(current, "version") > version
            self.versions[item] = number_of(current, "version")
            self.stale += 1
        elif row:
            assert row["version"] == version + 1
            self.acknowledged(word, row)

    def word(self) -> str:
        """A word that nobody has written before."""
        self.count += 1
        return f"{self.run}w{self.count}"

    def acknowledged(self, word: str, row: Row) -> None:
        """Remember what the store has taken."""
        self.versions[text_of(row, "id")] = number_of(row, "version")
        self.words[word] = f"{text_of(row, 'ref')}@{number_of(row, 'version')}"

    async def call(self, tool: str, **arguments: Value) -> Row:
        """Call a tool; return its row, or a version conflict. Anything else is a fault."""
        answer = await self.client.call_tool_mcp(tool, arguments)
        block = answer.content[0]
        row: Row = json.loads(block.text) if isinstance(block, TextContent) else {}
        if not answer.is_error:
            return row
        error = mapping_of(row, "error")
        if error.get("code") == "version_conflict":
            return error
        self.faults.append(row or {"error": str(answer)})
        return {}
