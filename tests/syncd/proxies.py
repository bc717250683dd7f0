"""What may stand between a replica and a hub: it passes messages on, or does not."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.postgres import Server

_NOTIFICATION = b"A"


@dataclass
class Proxy:
    """A proxy on a port of its own."""

    port: int = 0
    drops_notifications: bool = False
    refuses_settings: bool = False
    """Like a pooler, which takes no settings at the start of a connection."""
    silent: bool = False
    """Passes nothing on any more, and closes nothing."""
    dropped: int = 0
    refused: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        """End every connection that goes through it."""
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    def through(self, dsn: str) -> str:
        """The same DSN, by way of this proxy."""
        login, _, place = dsn.rpartition("@")
        return f"{login}@127.0.0.1:{self.port}/{place.rpartition('/')[2]}"


@asynccontextmanager
async def proxy_to(server: Server) -> AsyncIterator[Proxy]:
    """A proxy before a server."""
    proxy = Proxy()
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(OSError, EOFError):
            await _serve(proxy, server.port, reader, writer)
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        proxy.cut()
        listening.close()
        await asyncio.gather(*filter(None, serving))


async def _serve(
    proxy: Proxy, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    size = await reader.readexactly(4)
    start = size + await reader.readexactly(struct.unpack("!i", size)[0] - 4)
    if proxy.refuses_settings and b"statement_timeout" in start:
        proxy.refused += 1
        said = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0"
        writer.write(b"E" + struct.pack("!i", len(said) + 4) + said)
        return
    inner, outer = await asyncio.open_connection("127.0.0.1", port)
    proxy.writers += [writer, outer]
    outer.write(start)
    up = asyncio.create_task(_pass_on(proxy, reader, outer))
    try:
        while True:
            kind, size = await inner.readexactly(1), await inner.readexactly(4)
            body = await inner.readexactly(struct.unpack("!i", size)[0] - 4)
            if kind == _NOTIFICATION and proxy.drops_notifications:
                proxy.dropped += 1
            elif not proxy.silent:
                writer.write(kind + size + body)
                await writer.drain()
    finally:
        outer.close()
        await up
        with suppress(OSError):
            await outer.wait_closed()


async def _pass_on(
    proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with suppress(OSError):
        while told := await reader.read(65536):
            if not proxy.silent:
                writer.write(told)
                await writer.drain()
    writer.close()
