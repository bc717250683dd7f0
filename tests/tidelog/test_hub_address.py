"""Where a hub's address and its password are, and where they are not."""

import json
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.postgres import run_as_owner
from tests.tidelog.laptops import (
    PASSWORD,
    Laptop,
    begun,
    eventually,
    login,
    refused,
    title_of,
    with_password,
)
from tests.tidelog.running import environment, tidelog
from tests.tidelog.test_serve_snapshots import words_of
from tidelog.hub_address import checked
from tidelog.secrecy import has_password

pytestmark = pytest.mark.anyio


async def test_the_password_is_nowhere(hub_database: str, tmp_path: Path) -> None:
    """A hub's password is in one file that only its owner reads: not in the settings file, not in a
    process's title, an answer of a tool, an output or an error."""
    dsn = await login(hub_database, "ann")
    assert (await run_as_owner(hub_database, "SELECT tidelog.grant_create('ann')")) is not None
    ann = Laptop.joined(tmp_path / "ann", dsn)
    file = ann.home / "hub"
    assert PASSWORD in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    errors = tmp_path / "errors"
    async with ann.serving(errors) as client:
        await eventually(ann.is_online)
        answer = await client.call_tool("get_sync_status", {})
        shown = json.dumps(answer.structured_content)
        status = await client.call_tool("get_project_status", {})
        shown += json.dumps(status.structured_content)
        for words in (["status"], ["status", "--json"], ["doctor"], ["doctor", "--json"]):
            done = ann.command(*words)
            shown += done.out + done.err
        shown += "".join(title_of(each) for each in of_the_store(ann))
    wrong = ann.command("hub", "join", with_password(dsn, f"not-{PASSWORD}"), "--project", "X")
    shown += wrong.out + wrong.err + errors.read_text(encoding="utf-8")
    assert "127.0.0.1" in shown
    assert PASSWORD not in shown
    others = [each for each in ann.folder.rglob("*") if each.is_file() and each != file]
    assert [each for each in others if PASSWORD.encode() in each.read_bytes()] == []
    await run_as_owner(hub_database, "DROP OWNED BY ann", "DROP ROLE ann")


def of_the_store(laptop: Laptop) -> list[int]:
    """The processes that work on a store: a server, and its daemon."""
    servers = [each for each in psutil.Process().children() if "serve" in words_of(each)]
    daemons = [child for server in servers for child in server.children()]
    assert any(str(laptop.home) in words_of(each) for each in daemons)
    return [each.pid for each in [*servers, *daemons]]


def test_no_password_in_the_list_of_processes(tmp_path: Path) -> None:
    """An address on the command line is gone from the list of processes before anything waits for
    the hub, and the command still knows it."""
    folder = begun(tmp_path / "alone")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://ann:{PASSWORD}@127.0.0.1:{silent.getsockname()[1]}/tidelog"
        words = ["hub", "join", dsn, "--project", "X"]
        with subprocess.Popen(
            [sys.executable, "-m", "tidelog", *words],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            silent.accept()[0].close()
            shown = title_of(process.pid)
            process.kill()
    assert PASSWORD not in shown
    assert "hub join $TIDELOG_HUB --project X" in shown


@pytest.mark.parametrize(
    "dsn",
    [
        "nonsense",
        "",
        f"mysql://ann:{PASSWORD}@host/db",
        f"postgresql://ann:{PASSWORD}@[::1/db",
        f"postgresql://ann:{PASSWORD}@host:port/db",
        f"host=localhost password={PASSWORD}",
    ],
)
def test_what_is_no_address(dsn: str, tmp_path: Path) -> None:
    """What cannot be an address is refused in one line that shows one, wherever it stands; it is
    not repeated."""
    folder = begun(tmp_path / "alone")
    for done in (
        tidelog("hub", "join", dsn, "--project", "X", cwd=folder),
        tidelog("sync", "--once", cwd=folder, TIDELOG_HUB=dsn or "x"),
    ):
        assert "postgresql://user:password@host:5432/database" in refused(done)
    (folder / "tidelog.toml").write_text(f'hub = "{dsn or "x"}"\n', encoding="utf-8")
    refused(tidelog("sync", "--once", cwd=folder))


def test_which_addresses_hold_a_password() -> None:
    """A password in the login or among the options is one; a file that holds it is none."""
    assert has_password("postgresql://ann:x@host/db")
    assert has_password("postgresql://host/db?user=ann&password=x")
    assert not has_password("postgresql://ann@host:5432/db?passfile=/somewhere/pgpass")
    assert checked("postgresql://ann@host/db", "hub") == "postgresql://ann@host/db"


async def test_the_order_of_settings(hub_database: str, tmp_path: Path) -> None:
    """A variable goes before tidelog.toml, and that before the file in the store's folder; doctor
    tells which it is, and warns of a password in tidelog.toml."""
    ann = Laptop.joined(tmp_path / "ann", hub_database)
    told = json.loads(ann.command("doctor", "--json").out)
    assert told["settings"]["hub"] == {"value": "set", "from": str(ann.home / "hub")}
    nowhere = "postgresql://ann:x@127.0.0.1:1/tidelog"
    toml = ann.folder / "tidelog.toml"
    toml.write_text(f'hub = "{nowhere}"\n', encoding="utf-8")
    assert ann.command("sync", "--once").code == 1
    assert ann.command("sync", "--once", TIDELOG_HUB=hub_database).code == 0
    told = json.loads(ann.command("doctor", "--json").out)
    assert told["settings"]["hub"] == {"value": "set", "from": f"{toml}: hub"}
    failed = {each["check"] for each in told["checks"] if not each["ok"]}
    assert {"hub", "hub's password"} <= failed
