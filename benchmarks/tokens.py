"""What a model reads of the server, in tokens of the o200k_base vocabulary."""

import json
import warnings

from fastmcp import Client
from mcp_types import TextContent

from benchmarks.figures import Bound, Figure
from benchmarks.promises import LIST_MUST, TOOLS_MUST
from benchmarks.timing import Sample
from localstore.store import Store
from mcp_server.layers import OneStore
from mcp_server.server import build_server

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it opens its vocabulary the old way
    from bpe_openai import get_encoding

SECTION = "What a model reads, tokens (o200k_base)"


async def measure_tokens(store: Store, items: int) -> list[Figure]:
    """Count the list of tools as a model sees it, and the answers it asks for most."""
    server = build_server(OneStore(store), version="0", render_report=lambda _: "")
    async with Client(server) as client:
        tools = [
            {"name": tool.name, "description": tool.description, "inputSchema": tool.input_schema}
            for tool in await client.list_tools()
        ]
        texts: list[tuple[str, str, Bound | None]] = [
            (f"tools/list, {len(tools)} tools", _compact(tools), TOOLS_MUST)
        ]
        for name, tool, must in (
            ("default list of 25", "list_work_items", LIST_MUST),
            ("full status", "get_project_status", None),
        ):
            answer = await client.call_tool_mcp(tool, {})
            block = answer.content[0]
            assert isinstance(block, TextContent)
            texts.append((name, block.text, must))
    encoding = get_encoding("o200k_base")
    return [
        Figure(
            SECTION,
            name,
            Sample((float(len(encoding.encode(text))),)),
            items=items,
            unit="tokens",
            must=must,
        )
        for name, text, must in texts
    ]


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
