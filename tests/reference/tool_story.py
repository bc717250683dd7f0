"""Calls of the tools as a client makes them, on two laptops of fixed clocks, ids and names."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gitlayer.report import render_report
from localstore.values import Row, text_of
from mcp_server.layers import OneStore
from mcp_server.server import build_server
from tests.docs.pages import Refs
from tests.docs.story import pretty
from tests.laptops import Laptops, laptops
from tests.localstore.world import World
from tests.mcp_server.calling import Caller, calling, only_text
from tests.reference.tool_examples import CONFLICT


class ToolStory:
    """An assistant on Ben's laptop; Ann's is met on a hub where a conflict is wanted."""

    def __init__(self, both: Laptops, caller: Caller) -> None:
        self._both = both
        self._refs = Refs()
        self.caller = caller

    async def call(self, tool: str, arguments: Row) -> tuple[Row, Row]:
        """Call a tool; what was sent and what came back, an error under `error`."""
        sent: Row = json.loads(self._refs.resolved(json.dumps(arguments, ensure_ascii=False)))
        if tool == CONFLICT:
            await self._conflict(str(sent["id"]), text_of(sent, "ann"), text_of(sent, "ben"))
            return sent, {}
        answer = await self.caller.client.call_tool(tool, sent, raise_on_error=False)
        row: Row = json.loads(only_text(answer.content))
        self._refs.learn("", pretty(row))
        return sent, row

    async def _conflict(self, key: str, anns: str, bens: str) -> None:
        """Both give another priority to an item, then meet."""
        await self._both.sync()
        row = await self._both.ben.store.work_item(key)
        for world, priority, who in ((self._both.ann, anns, "ann"), (self._both.ben, bens, "ben")):
            await world.change(row, priority=priority, who=who)
        await self._both.sync()


@asynccontextmanager
async def telling() -> AsyncIterator[ToolStory]:
    """A story on new stores, gone in the end."""
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch, "new.db")
        world = await World.begin(new)
        await world.store.set_project("Invoice Desk")
        await world.store.close()
        async with laptops(new, Path(scratch)) as both:
            server = build_server(
                OneStore(both.ben.store), version="1", render_report=render_report
            )
            async with calling(server) as caller:
                yield ToolStory(both, caller)
