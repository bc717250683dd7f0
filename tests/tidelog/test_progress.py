"""Long work shows a bar on a terminal, and none in a pipe."""

import asyncio
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from localstore.models import BulkCreate, WorkItemCreate
from localstore.store import Store, StoreOptions
from tests.tidelog.running import environment, tidelog
from tidelog import keeping
from tidelog.arguments import Arguments
from tidelog.opening import locate, opened
from tidelog.progress import LONG
from tidelog.wiring import Ids, now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with more changes than are committed in the blink of an eye."""

    async def fill() -> None:
        path = tmp_path / ".tidelog/store.db"
        options = StoreOptions(durable=False)
        async with await Store.open(path, clock=now, new_id=Ids(), options=options) as store:
            for start in range(0, LONG + 100, 100):
                items = [
                    BulkCreate(item=WorkItemCreate(item_type="task", title=f"Item {number}"))
                    for number in range(start, start + 100)
                ]
                await store.bulk(items, who="ada")

    asyncio.run(fill())
    return tmp_path


def on_terminal(folder: Path, *words: str) -> str:
    """What a command writes on a standard error that is a terminal."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "tidelog", *words],
            cwd=folder,
            env=environment() | {"TERM": "xterm"},
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        shown = bytearray()
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            shown += part
        assert process.wait() == 0
    finally:
        os.close(ours)
    return shown.decode(errors="replace")


def test_bar_on_a_terminal(folder: Path) -> None:
    """Committing and reading thousands of changes says on a terminal what it does and how far it
    is; committing nothing says nothing."""
    assert "Committing changes" in on_terminal(folder, "snapshot")
    assert "Committing changes" not in on_terminal(folder, "snapshot")
    assert "Reading commits" in on_terminal(folder, "restore")


def test_export_and_doctor_on_a_terminal(folder: Path) -> None:
    """Writing thousands of files shows how far it is; looking a store through says so."""
    shown = on_terminal(folder, "export", "out")
    assert "Rendering files" in shown
    assert "Writing files" in shown
    assert "Looking at every layer" in on_terminal(folder, "doctor")


def test_nothing_in_a_pipe(folder: Path) -> None:
    """In a pipe there is no bar."""
    assert tidelog("snapshot", cwd=folder).err == ""
    assert tidelog("restore", cwd=folder).err == ""
    assert tidelog("export", "out", cwd=folder).err == ""
    assert tidelog("doctor", cwd=folder).err == ""


def test_other_commands_do_not_wait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that was asked for something else commits a few changes on its way, not thousands:
    it says that they wait, and what commits them."""
    monkeypatch.setattr(keeping, "ON_THE_WAY", LONG)
    setting = locate(Arguments(home=str(folder / ".tidelog")), folder)

    async def look() -> None:
        async with opened(setting):
            pass

    asyncio.run(look())
    assert not (folder / ".tidelog/status.staged").exists()
    monkeypatch.setattr(keeping, "ON_THE_WAY", 2 * LONG)
    asyncio.run(look())
    assert (folder / ".tidelog/status.staged").exists()
