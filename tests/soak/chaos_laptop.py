"""A laptop of the chaos tests: a store, its processes, and the client that writes through them."""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp.shared.exceptions import MCPError
from mcp_types import Implementation, TextContent

from localstore.values import Row, Value, mapping_of, text_of
from tests.soak.chaos_book import Book, Refused
from tests.soak.chaos_writer import ServedWriter
from tests.tidelog.running import environment, tidelog
from tidelog.turns import SYNC_LOCK

ROOT = Path(__file__).resolve().parents[2]
GONE = (MCPError, ConnectionError, RuntimeError, OSError)
"""What a client meets whose server has died."""
ERAS = ("legacy", "auto")


class Laptop:
    """One store with a server, and a daemon: the server's own child, one that stands alone, or
    both, of which one works and the other waits. Its daemon may keep snapshots as well."""

    def __init__(
        self,
        folder: Path,
        dice: Random,
        book: Book,
        *,
        child: bool,
        alone: bool,
        snapshots: bool,
    ) -> None:
        self.name = folder.name
        self.folder = folder
        self.home = folder / ".tidelog"
        self.dice = dice
        self.writer = ServedWriter(self.name, dice, book)
        self.log = folder / "stderr"
        self.cut = 0
        self.servers = 0
        self._child = child
        self._alone = alone
        self._environment = environment(
            PYTHONPATH=str(ROOT),
            TIDELOG_POLL_SECONDS="5",
            TIDELOG_SNAPSHOTS="true" if snapshots else "false",
        )
        self._daemon: subprocess.Popen[bytes] | None = None
        self._over = asyncio.Event()

    def join(self, dsn: str) -> None:
        """Begin the store, in the project that all of them join."""
        self.folder.mkdir()
        done = tidelog("init", "--hub", dsn, "--project", "Chaos", cwd=self.folder)
        assert done.code == 0, done.err

    async def live(self) -> None:
        """Write through one server after the other, until told to stop."""
        if self._alone:
            self.start_daemon()
        while not self._over.is_set():
            self.servers += 1
            try:
                async with self._client() as client:
                    await self._write(client)
            except GONE:
                self.cut += 1
            # What the transport leaves behind must not keep the next server waiting.

    def stop(self) -> None:
        """Write no more; `live` ends when the call that is under way is answered."""
        self._over.set()

    async def _write(self, client: "Client[StdioTransport]") -> None:
        async def call(tool: str, **arguments: Value) -> Row:
            answer = await client.call_tool_mcp(tool, arguments)
            block = answer.content[0]
            row: Row = json.loads(block.text) if isinstance(block, TextContent) else {}
            if answer.is_error:
                error = mapping_of(row, "error")
                raise Refused(text_of(error, "code") or str(row))
            return row

        await self.writer.begin(call)
        while not self._over.is_set():
            await self.writer.write()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self.dice.uniform(0, 0.08))

    def _client(self) -> "Client[StdioTransport]":
        words = ["-m", "tidelog", "serve", "--home", str(self.home)]
        transport = StdioTransport(
            sys.executable,
            words if self._child else [*words, "--no-daemon"],
            env=self._environment,
            cwd=str(self.folder),
            keep_alive=False,
            log_file=self.log,
        )
        whoever = Implementation(name=self.name, version="1")
        era = self.dice.choice(ERAS)
        return Client(
            transport,
            client_info=whoever,
            mode="legacy" if era == "legacy" else "auto",
            timeout=60,
        )

    def start_daemon(self) -> None:
        """`tidelog sync`, as a service of the system would run it."""
        with self.log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "tidelog", "sync"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def kill_daemon(self) -> bool:
        """End the daemon that stands alone; it is started again. False when there is none."""
        if self._daemon is None or self._daemon.poll() is not None:
            return False
        self._daemon.kill()
        self._daemon.wait()
        self.start_daemon()
        return True

    def kill_child(self) -> bool:
        """End the server's child; it starts another in a while. False when there is none."""
        return self._killed("--until-eof")

    def kill_server(self) -> bool:
        """End the server; its child ends, and the client starts another. False: there is none."""
        return self._killed("serve")

    def _killed(self, word: str) -> bool:
        for process in self.served():
            with suppress(psutil.Error):
                if word in process.cmdline():
                    process.kill()
                    return True
        return False

    def served(self) -> Iterator[psutil.Process]:
        """The server, and its child."""
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if str(self.home) in process.cmdline():
                    yield process

    def is_exchanging(self) -> bool:
        """Whether a daemon is talking to the hub at this moment."""
        with suppress(FileNotFoundError):
            file = os.open(self.home / SYNC_LOCK, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            finally:
                os.close(file)
        return False

    def end_daemon(self) -> int:
        """Ask the daemon that stands alone to stop; how it ended."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGTERM)
        code = self._daemon.wait(30)
        self._daemon = None
        return code

    def end(self) -> None:
        """End every process of this laptop's, whatever happened."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None
        left = [*self.served()]
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=10)
