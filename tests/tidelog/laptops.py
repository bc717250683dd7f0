"""Laptops that share a hub: a store in a folder each, and the processes that sync it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self

import anyio
import psutil
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.postgres import run_as_owner
from tests.tidelog.keepers import SECONDS, Kept
from tests.tidelog.running import Ended, environment, tidelog

PASSWORD = "s3cr3t-of-the-hub"


class Laptop(Kept):
    """A store that has joined the project Harbour on a hub."""

    @classmethod
    def joined(cls, folder: Path, dsn: str) -> Self:
        """A new one."""
        folder.mkdir()
        done = tidelog("init", "--hub", dsn, "--project", "Harbour", cwd=folder)
        assert done.code == 0, done.err
        return cls(folder)

    def command(self, *words: str, **variables: str) -> Ended:
        """Run a command here, however it ends."""
        return tidelog(*words, cwd=self.folder, **variables)

    @contextmanager
    def syncing(self, *words: str, **variables: str) -> "Iterator[subprocess.Popen[str]]":
        """`tidelog sync` at work; killed with the block."""
        with subprocess.Popen(
            [sys.executable, "-m", "tidelog", "sync", *words],
            cwd=self.folder,
            env=environment(TIDELOG_POLL_SECONDS="3600", **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    @asynccontextmanager
    async def serving(self, errors: Path) -> AsyncIterator[Client[StdioTransport]]:
        """A client of `tidelog serve`, which keeps a daemon beside it."""
        with errors.open("w") as told:
            transport = StdioTransport(
                sys.executable,
                ["-m", "tidelog", "serve"],
                cwd=str(self.folder),
                env=environment(TIDELOG_POLL_SECONDS="3600"),
                keep_alive=False,
                log_file=told,
            )
            async with Client(transport, timeout=60) as client:
                yield client

    async def state(self) -> str:
        """How sync stands, as the store tells."""
        async with self.store() as store:
            return str((await store.sync_status()).get("state", ""))

    async def is_online(self) -> bool:
        """Whether its daemon is in step with the hub."""
        return await self.state() == "online"


def line_of(process: "subprocess.Popen[str]") -> str:
    """The next line that a process says on standard error."""
    assert process.stderr is not None
    return process.stderr.readline()


def with_password(dsn: str, password: str) -> str:
    """The same address with another password."""
    login, _, place = dsn.rpartition("@")
    return f"{login.rpartition(':')[0]}:{password}@{place}"


async def eventually(
    holds: Callable[[], object | Awaitable[object]], seconds: float = SECONDS
) -> None:
    """Wait until something holds that is found out at once, or by waiting."""
    with anyio.fail_after(seconds):
        while True:
            found = holds()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return
            await anyio.sleep(0.01)


def title_of(process: int) -> str:
    """What every user of the machine may read of a process: its command line."""
    try:
        return " ".join(psutil.Process(process).cmdline())
    except psutil.Error:
        return ""


async def login(dsn: str, role: str) -> str:
    """A new role without any rights; its address."""
    await run_as_owner(dsn, f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    place = dsn.rpartition("@")[2]
    return f"postgresql://{role}:{PASSWORD}@{place}"


def begun(folder: Path) -> Path:
    """A folder with a store that has no hub."""
    folder.mkdir()
    assert tidelog("init", "--project", folder.name, cwd=folder).code == 0
    return folder


def refused(done: Ended) -> str:
    """The one line of a command that was refused, exit 1."""
    assert (done.code, done.out) == (1, "")
    [line] = done.err.splitlines()
    assert PASSWORD not in line
    return line
