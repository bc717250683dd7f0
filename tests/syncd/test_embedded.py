"""The server of the wheel: made once, on one port, reached with a password that a file holds."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.embedded import EmbeddedPostgres, EmbeddedTrouble
from syncd.postgres import PostgresHub, prepare
from tests.postgres import binaries, scratch_folder

STARTER = """
import sys
from pathlib import Path
from syncd.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), binaries=Path(sys.argv[2]) if sys.argv[2] else None).start()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user who runs the server can reach."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture
def embedded(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that nobody has made yet."""
    server = EmbeddedPostgres(folder / "hub", binaries=binaries())
    yield server
    server.stop("immediate")


def start_by_command(folder: Path) -> None:
    """Start the server in a folder from a process that ends then."""
    where = [str(folder), str(binaries() or "")]
    subprocess.run([sys.executable, "-c", STARTER, *where], check=True, timeout=120)


@pytest.mark.anyio
async def test_from_nothing_to_a_hub(embedded: EmbeddedPostgres, folder: Path) -> None:
    """Started by a command that has ended, it serves on, on the port it keeps, and is reached by a
    DSN without a password; stopped, it has ended."""
    start_by_command(folder / "hub")
    pid, port = embedded.pid, embedded.port
    assert pid is not None
    assert await prepare(embedded.dsn)
    async with await PostgresHub.connect(embedded.dsn) as hub:
        project_id = await hub.open_project(None, "a project")
    embedded.stop()
    assert embedded.pid is None
    embedded.start()
    embedded.start()
    assert embedded.port == port
    async with await PostgresHub.connect(embedded.dsn_with_password) as hub:
        assert await hub.open_project(None, "a project") == project_id


def test_password_stands_in_one_file(embedded: EmbeddedPostgres, folder: Path) -> None:
    """The password is in a file that only its owner reads, in no DSN that is shown, no log and no
    command line; without it nobody gets in."""
    embedded.start()
    pgpass = folder / "hub" / "pgpass"
    password = pgpass.read_text().strip().rpartition(":")[2]
    assert pgpass.stat().st_mode & 0o777 == 0o600
    assert password not in embedded.dsn
    assert password not in (folder / "hub" / "log").read_text()
    assert not (folder / "hub" / "initial").exists()
    command = subprocess.run(
        ["ps", "-p", str(embedded.pid), "-o", "args="], check=True, capture_output=True, text=True
    )
    assert password not in command.stdout
    methods = (folder / "hub" / "cluster" / "pg_hba.conf").read_text()
    rules = [line.split()[-1] for line in methods.splitlines() if re.match(r"local|host", line)]
    assert set(rules) == {"scram-sha-256"}


def test_half_made_is_made_anew(embedded: EmbeddedPostgres, folder: Path) -> None:
    """A folder in which making it was cut short is begun again."""
    (folder / "hub" / "cluster").mkdir(parents=True)
    (folder / "hub" / "cluster" / "PG_VERSION").write_text("cut short")
    embedded.start()
    assert embedded.pid is not None


def test_port_taken(embedded: EmbeddedPostgres) -> None:
    """A port that another program has taken meanwhile is named, with the way out."""
    embedded.make()
    with (
        socket.create_server(("127.0.0.1", embedded.port)),
        pytest.raises(EmbeddedTrouble, match=f"port {embedded.port}") as trouble,
    ):
        embedded.start()
    assert "port" in trouble.value.hint


def test_start_that_fails(embedded: EmbeddedPostgres, folder: Path) -> None:
    """A server that does not start is reported with the end of its log."""
    embedded.make()
    (folder / "hub" / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedTrouble, match="no_such_setting"):
        embedded.start()


def test_package_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, the message says how to get it, and what will do instead."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(EmbeddedTrouble) as trouble:
        EmbeddedPostgres(folder / "hub")
    assert "pip install 'tidelog[hub]'" in trouble.value.hint


def test_binaries_out_of_reach(folder: Path) -> None:
    """Programs that the server's user cannot reach are copied to where he can."""
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    package = EmbeddedPostgres(folder / "hub")._programs.binaries.parents[1]
    for tree in (package, package.with_name(f"{package.name}.libs")):
        (hidden / tree.name).symlink_to(tree)
    server = EmbeddedPostgres(folder / "hub", binaries=hidden / package.name / "pginstall" / "bin")
    server.start()
    copied = server._programs.copied.exists()
    server.stop("immediate")
    assert copied == (os.geteuid() == 0)
