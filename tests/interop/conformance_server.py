"""The server that the official conformance suite is pointed at.

`python -m tests.interop.conformance_server FOLDER` serves the store in FOLDER over HTTP on a free
loopback port, put together and served as `tidelog serve --http` does it, with the suite's fixtures
added. It says where it listens on standard error and runs until it is told to stop.
"""

import asyncio
import sys
from pathlib import Path

from mcp_server.layers import OneStore
from tests.interop.suite_content import add_content, watch_the_suites_resource
from tests.interop.suite_input import add_asking
from tests.interop.suite_schemas import add_schemas
from tidelog import serving
from tidelog.arguments import Address
from tidelog.discovery import Found, Place
from tidelog.settings import Settings
from tidelog.wiring import open_store


async def serve(home: Path) -> None:
    """Serve the store in `home` until the process is told to stop."""
    place, settings = Place(home, Found.NAMED), Settings()
    async with await open_store(place, settings) as store:
        server = serving.server_over(OneStore(store), place, settings)
        add_content(server)
        add_schemas(server)
        add_asking(server)
        watch_the_suites_resource(server)
        await serving._serve_http(server, Address("127.0.0.1", 0), settings)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
