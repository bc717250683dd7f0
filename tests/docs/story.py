"""A story that a page tells: laptops with scratch homes, real commands, real assistants' calls."""

import asyncio
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp_types import Implementation

from localstore.values import Row, Value
from syncd.programs import Programs
from tests.docs.pinned import FIRST_ID, MACHINE, MOMENT
from tests.mcp_server.calling import only_text

ROOT = Path(__file__).parents[2]
BEGIN = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
"""From one command to the next."""
IDS_A_STEP = 100
HUB = Path(".local", "share", "tidelog", "hub")
"""Where the hub of the first laptop is, from its home: what `tidelog hub start` would choose."""
PORT = "54321"
_WIDTH = 96
_OF_THE_MACHINE = {
    rf"\bPython {re.escape(platform.python_version())}": "Python 3.13.1",
    rf"\bSQLite( +){re.escape(sqlite3.sqlite_version)}": r"SQLite\g<1>3.46.1",
    r"\bgit( +)\d+\.\d+[.\d]*": r"git\g<1>2.47.2",
}
"""What is of the machine that tells the story, and what the page says instead."""


@dataclass
class Laptop:
    """One person's machine."""

    name: str
    home: Path
    folder: Path


class Story:
    """What is done one after the other, each five minutes later, and what it prints."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._commands = root / "bin"
        self._commands.mkdir()
        postgres = Programs(root, None).binaries
        for name, words in {
            "tidelog": f'"{sys.executable}" -m tests.docs.pinned',
            "python3": f'"{sys.executable}"',
            "psql": f'"{postgres / "psql"}" -X',
            "pg_dump": f'"{postgres / "pg_dump"}"',
            "pg_restore": f'"{postgres / "pg_restore"}"',
        }.items():
            command = self._commands / name
            command.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            command.chmod(0o755)
        self._laptops: dict[str, Laptop] = {}
        self._moment = BEGIN
        self._steps = 0

    def wait(self, hours: int) -> None:
        """Let some hours go by."""
        self._moment += timedelta(hours=hours)

    def type(self, who: str, line: str) -> str:
        """Run a line of the shell on a laptop; what a terminal of 80 columns would show of it."""
        laptop = self._laptop(who)
        if line.startswith("cd "):
            laptop.folder = laptop.folder / line.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=laptop.folder,
            env=self._environment(laptop),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return self._shown(done.stdout)

    def call(self, who: str, assistant: str, call: tuple[str, Row]) -> str:
        """Let an assistant on a laptop start its server and call a tool; the answer, as JSON."""
        laptop = self._laptop(who)
        answer = asyncio.run(_call(laptop, self._environment(laptop), assistant, call))
        return self._shown(pretty(json.loads(answer)))

    def end(self) -> None:
        """Stop the hub, if one was started."""
        for name in self._laptops:
            self.type(name, "tidelog hub stop")

    def _laptop(self, who: str) -> Laptop:
        if who not in self._laptops:
            home = self._root / who
            home.mkdir()
            (home / ".gitconfig").write_text(
                f"[user]\n  name = {who}\n  email = {who}@example.org\n[init]\n"
                "  defaultBranch = main\n"
            )
            self._laptops[who] = Laptop(who, home, home)
        return self._laptops[who]

    def _environment(self, laptop: Laptop) -> dict[str, str]:
        self._moment += STEP
        self._steps += 1
        hub = next(iter(self._laptops.values())).home / HUB
        login = f"passfile={hub / 'pgpass'}"
        return {
            "HOME": str(laptop.home),
            "HUB": f"postgresql://tidelog@127.0.0.1:{_first_line(hub / 'port')}/tidelog?{login}",
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self._commands}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "TIDELOG_HUB_FOLDER": str(hub),
            "TZ": "UTC",
            MOMENT: str(self._moment.timestamp()),
            FIRST_ID: str(self._steps * IDS_A_STEP),
            MACHINE: f"{laptop.name}-laptop",
        }

    def _shown(self, text: str) -> str:
        for laptop in self._laptops.values():
            text = text.replace(str(laptop.home), "~")
            if port := _first_line(laptop.home / HUB / "port"):
                text = text.replace(f":{port}", f":{PORT}")
        for pattern, shown in _OF_THE_MACHINE.items():
            text = re.sub(pattern, shown, text)
        return "\n".join(line.rstrip() for line in text.splitlines())


def _first_line(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


async def _call(
    laptop: Laptop, environment: dict[str, str], assistant: str, call: tuple[str, Row]
) -> str:
    transport = StdioTransport(
        str(Path(environment["PATH"].partition(":")[0], "tidelog")),
        ["serve", "--no-daemon"],
        cwd=str(laptop.folder),
        env=environment,
        keep_alive=False,
    )
    identity = Implementation(name=assistant, version="1")
    async with Client(transport, client_info=identity, timeout=60) as client:
        tool, arguments = call
        return only_text((await client.call_tool(tool, arguments, raise_on_error=False)).content)


@contextmanager
def told() -> Iterator[Story]:
    """A story in a scratch folder, whose path has the same length everywhere; gone in the end."""
    root = Path(tempfile.mkdtemp(prefix="page-", dir=Path("/", "tmp"))).resolve()
    root.chmod(0o711)  # for root, another user runs the hub's server in it
    story = Story(root)
    try:
        yield story
    finally:
        story.end()
        shutil.rmtree(root)


def pretty(value: Value, indent: int = 0) -> str:
    """JSON for people: what fits a line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if indent + len(line) <= _WIDTH or not isinstance(value, dict | list):
        return line
    inner, outer = " " * (indent + 2), " " * indent
    if isinstance(value, dict):
        members = [
            f"{json.dumps(name)}: {pretty(each, indent + 2)}" for name, each in value.items()
        ]
        return "{\n" + ",\n".join(inner + each for each in members) + f"\n{outer}}}"
    return "[\n" + ",\n".join(inner + pretty(each, indent + 2) for each in value) + f"\n{outer}]"
