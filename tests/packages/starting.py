"""Starting what a package says, with a real client."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.values import Row


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of a bundle's manifest as the host starts it: `${name}` is what `values` says."""
    for name, value in values.items():
        text = text.replace("${" + name + "}", value)
    assert "${" not in text, f"nobody fills in {text}"
    return text


async def status_of(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], *, log: Path
) -> tuple[Row, list[str]]:
    """Start a server in `folder`, have it make an item, and return its status and its tools.

    What it says on standard error goes into the file `log`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDELOG")}
    transport = StdioTransport(
        command[0],
        list(command[1:]),
        env=kept | {"TIDELOG_SNAPSHOTS": "false", "TIDELOG_SYNC": "false"} | dict(variables),
        cwd=str(folder),
        keep_alive=False,
        log_file=log,
    )
    async with Client(transport) as client:
        tools = [tool.name for tool in await client.list_tools()]
        if "create_work_item" in tools:
            item = {"item_type": "task", "title": "Read scanned totals"}
            await client.call_tool("create_work_item", item)
        status: Row = (await client.call_tool("get_project_status")).structured_content or {}
        return status, tools
