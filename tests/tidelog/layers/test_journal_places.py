"""Where the journal is, who tells of it, and who passes its note by."""

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.values import Row, rows_of, text_of
from tests.tidelog.keepers import Kept
from tests.tidelog.layers import breaking
from tests.tidelog.layers.breaking import Prepared, served
from tests.tidelog.layers.test_commands import BOUND_BY_MODES
from tests.tidelog.layers.test_journal import create, expect_journalled
from tests.tidelog.layers.waiting import TITLE, die, repair, times
from tests.tidelog.running import Ended, environment, tidelog

pytestmark = pytest.mark.anyio


def client(kept: Kept, before: str) -> Client[StdioTransport]:
    """A client that starts a server behind some lines of Python."""
    words = ["-c", before, "serve", "--no-daemon"]
    return Client(
        StdioTransport(
            sys.executable, words, cwd=str(kept.folder), env=environment(), keep_alive=False
        ),
        timeout=60,
    )


async def created_over(caller: Client[StdioTransport]) -> Row:
    """A task, as a client creates it."""
    arguments = {"item_type": "task", "title": TITLE}
    row: Row = (await caller.call_tool("create_work_item", arguments)).structured_content or {}
    return row


async def test_a_folder_that_takes_nothing(
    prepared: Prepared, tmp_path: Path, own_state: Path
) -> None:
    """In a folder that is read-only the journal is one of the user's own, and comes in from there
    when the folder can be written again."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    every = [*kept.home.rglob("*"), kept.home]
    modes = [path.stat().st_mode for path in every]
    for path in every:
        path.chmod(0o500 if path.is_dir() else 0o400)
    async with client(kept, BOUND_BY_MODES) as caller:
        made = await created_over(caller)
        expect_journalled(made, kept)
        assert "a copy of the store" in text_of(made, "warning")
    (file,) = own_state.rglob("journal.jsonl")
    for path, mode in zip(every[::-1], modes[::-1], strict=True):
        path.chmod(mode)
    kept.run("status")
    assert await times(kept) == (1, 1)
    assert not file.exists()


LIMITED = """
import os, resource, sys
size = int(os.environ["LONGEST"])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
os.execv(sys.executable, [sys.executable, "-m", "tidelog", *sys.argv[1:]])
"""


async def test_a_disk_that_is_full(prepared: Prepared, tmp_path: Path) -> None:
    """Where the store's files can grow no more, reads show what the store has and what the journal
    took; with room again it comes in."""
    kept = prepared.copy(tmp_path / "w")
    breaking.without_hub(kept)
    newer = await kept.create("Only the store knows")
    log = kept.home / "store.db-wal"
    with closing(sqlite3.connect(kept.database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()  # so that the log only grows
        longest = 2 * kept.database.stat().st_size
        async with kept.store() as store:
            while not log.exists() or log.stat().st_size <= longest:
                for name in "one", "two", "three", "Harbour":
                    await store.set_project(name * 20)
        transport = client(kept, LIMITED).transport
        assert isinstance(transport, StdioTransport)
        transport.env = environment(LONGEST=str(longest))
        async with Client(transport, timeout=60) as caller:
            made = await created_over(caller)
            expect_journalled(made, kept)
            assert "a copy of the store" in text_of(made, "warning")
            result = await caller.call_tool("query_work_item", {"id": newer["id"]})
            shown: Row = result.structured_content or {}
            assert (shown["title"], shown["source"]) == ("Only the store knows", "local")
    kept.run("status")
    assert await times(kept) == (1, 1)


def doctor(kept: Kept) -> Row:
    """What the doctor says of the journal."""
    checks = rows_of(json.loads(tidelog("doctor", "--json", cwd=kept.folder).out), "checks")
    (found,) = [check for check in checks if check["check"] == "journal"]
    return found


async def test_the_doctor(lost: Kept) -> None:
    """It tells what waits, whether or not there is a store, and of what is damaged."""
    assert doctor(lost)["found"] == "nothing waits"
    die(lost, "after the line")
    assert text_of(doctor(lost), "found").startswith("1 change waits since ")
    file = lost.home / "journal.jsonl"
    line = file.read_bytes()
    newer = line.replace(b'"format":1', b'"format":2').replace(b'"number":1', b'"number":9')
    file.write_bytes(line + b"damage\n" + newer)
    found = doctor(lost)
    assert found["ok"] is False
    assert "1 line of it cannot be read" in text_of(found, "found")
    repair(lost)
    told = lost.run("status").err
    assert "2 lines of the journal could not be read" in told
    found = doctor(lost)
    assert "only a newer tidelog can take in" in text_of(found, "found")
    assert await times(lost) == (1, 1)
    (aside,) = (lost.home / "set-aside").glob("journal-*.jsonl")
    assert b"damage\n" in aside.read_bytes()


async def test_the_note_for_people(lost: Kept) -> None:
    """It says what waits as the log would; git, snapshots, the doctor and restore pass it by."""
    exclude = lost.status / ".git" / "info" / "exclude"
    exclude.write_text("*.problem.txt\nmine")  # as it was before there was a journal
    nasty = "# <b>Thursday</b>\n* [x](y)"
    async with served(lost) as (caller, _):
        await create(caller, nasty.replace("\n", " "))
        vendor = await caller.ok("query_vendor_status", {"name": "Vendor number 00"})
        await caller.ok(
            "update_vendor_status",
            {
                "name": "Vendor number 00",
                "version": vendor["version"],
                "status": "broken" if vendor["status"] == "operational" else "operational",
            },
        )
    note = lost.status / "JOURNAL.md"
    lines = [line for line in note.read_text().splitlines() if line.startswith("- ")]
    assert len(lines) == 2
    assert r"\<b>Thursday" in lines[0]
    assert 'vendor "Vendor number 00"' in lines[1]
    assert "→" in lines[1]
    assert note.stat().st_mode & 0o777 == 0o600
    assert lost.is_clean()
    assert exclude.read_text() == "*.problem.txt\nmine\n/JOURNAL.md\n"
    done: Ended = lost.run("restore")
    assert "JOURNAL" not in done.out + done.err
    note.write_text(note.read_text())
    checks = json.loads(tidelog("doctor", "--json", cwd=lost.folder).out)["checks"]
    assert "JOURNAL" not in json.dumps(checks)
    lost.run("snapshot")
    assert not note.exists()
    assert lost.is_clean()
    shutil.rmtree(lost.status)
    lost.database.rename(lost.folder / "good.db")
    async with served(lost) as (caller, _):
        await create(caller)
    assert (lost.home / "JOURNAL.md").exists()
    repair(lost)
    lost.run("status")
    assert not (lost.home / "JOURNAL.md").exists()
