"""A line between daemons and Postgres that a test cuts, slows and lets run dry."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, no seconds. Closing then resets the connection, and what was under way is lost."""


@dataclass
class Line:
    """Passes bytes on to a port and back, in whatever state the line is in."""

    to_port: int
    dice: Random
    port: int = 0
    delay_seconds: float = 0.0
    """How long each piece is held back."""
    dry: bool = False
    """Takes all and passes nothing on, and closes nothing."""
    resets_after: int | None = None
    """So many more bytes from the hub get through; then every connection is reset."""
    connections: int = 0
    resets: int = 0
    swallowed: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def through(self, dsn: str) -> str:
        """The same address, by way of this line."""
        login, _, place = dsn.rpartition("@")
        return f"{login}@127.0.0.1:{self.port}/{place.rpartition('/')[2]}"

    async def slow(self) -> str:
        """Every piece comes late for a while."""
        self.delay_seconds = self.dice.uniform(0.01, 0.05)
        await asyncio.sleep(self.dice.uniform(0.2, 0.8))
        self.delay_seconds = 0.0
        return "slow line"

    async def run_dry(self) -> str:
        """Nothing comes through any more, either way; when something was swallowed, it breaks."""
        self.swallowed, self.dry = 0, True
        await self._until(lambda: self.swallowed > 0)
        self.reset()
        self.dry = False
        return "line that swallows what is sent, then breaks"

    async def break_off(self) -> str:
        """The line breaks in the middle of the hub's next answers."""
        before = self.resets
        self.resets_after = self.dice.randrange(1, 2_000)
        await self._until(lambda: self.resets > before)
        return "line broken in the middle of an answer"

    async def heal(self) -> None:
        """From now on it passes everything on."""
        self.delay_seconds, self.dry, self.resets_after = 0.0, False, None

    def reset(self) -> None:
        """Break every connection, as a machine does that has gone away."""
        self.resets += 1
        for writer in self._open:
            peer: socket.socket = writer.get_extra_info("socket")
            with suppress(OSError):
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        self._open.clear()

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end leaves."""
        self.connections += 1
        with suppress(OSError):
            inner, outer = await asyncio.open_connection("127.0.0.1", self.to_port)
            self._open |= {writer, outer}
            up = asyncio.create_task(self._pass_on(reader, outer, answers=False))
            await self._pass_on(inner, writer, answers=True)
            await up
        writer.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if self.dry:
                    self.swallowed += len(piece)
                elif answers and self.resets_after is not None:
                    await self._pass_the_last(piece, writer)
                else:
                    writer.write(piece)
                    await writer.drain()
                self._news.set()
        self._open.discard(writer)
        writer.close()

    async def _pass_the_last(self, piece: bytes, writer: asyncio.StreamWriter) -> None:
        assert self.resets_after is not None
        writer.write(piece[: self.resets_after])
        await writer.drain()
        self.resets_after -= len(piece)
        if self.resets_after <= 0:
            self.resets_after = None
            self.reset()


@asynccontextmanager
async def line_to(port: int, dice: Random) -> AsyncIterator[Line]:
    """A line to a port, until the block ends."""
    line = Line(port, dice)
    listening = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = listening.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        listening.close()
        line.reset()
