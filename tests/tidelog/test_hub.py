"""`tidelog hub`, and where a hub's address and password are and are not."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.postgres import Server, run_as_owner
from tests.tidelog.laptops import Laptop, begun, login, refused
from tests.tidelog.running import Ended, on_terminal, tidelog, too_wide
from tidelog.arguments import parse

pytestmark = pytest.mark.anyio


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that other users can reach into: for root another user runs the server."""
    with TemporaryDirectory(prefix="tidelog-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


async def test_init_is_done_once(postgres_server: Server, tmp_path: Path) -> None:
    """`hub init` makes a hub of a Postgres; a second time it finds it done. Each says what is next,
    and neither says the password."""
    await run_as_owner(postgres_server.dsn(), "CREATE DATABASE to_prepare")
    dsn = postgres_server.dsn("to_prepare")
    first, second = (tidelog("hub", "init", dsn, cwd=tmp_path) for _ in range(2))
    assert (first.code, second.code, first.err + second.err) == (0, 0, "")
    assert "is a hub now" in first.out
    assert "is a hub already" in second.out
    assert "tidelog hub join" in first.out
    assert dsn.partition("@")[0].rpartition(":")[2] not in first.out + second.out
    assert too_wide(first.out) == []
    await run_as_owner(postgres_server.dsn(), "DROP DATABASE to_prepare WITH (FORCE)")


async def test_not_prepared(postgres_server: Server, tmp_path: Path) -> None:
    """A Postgres that is no hub yet is not joined; the line says what makes it one."""
    folder = begun(tmp_path / "alone")
    line = refused(tidelog("hub", "join", postgres_server.dsn(), "--project", "X", cwd=folder))
    assert "tidelog hub init" in line
    assert not (folder / ".tidelog/hub").exists()


async def test_join_says_what_met(hub_database: str, tmp_path: Path) -> None:
    """Two stores that were begun alone join one project, and each is told what went and came."""
    ann, ben = (Laptop(begun(tmp_path / name)) for name in ("ann", "ben"))
    await ann.create("From ann")
    await ben.create("From ben")
    words = ("hub", "join", hub_database, "--project", "Harbour")
    first, second = ann.command(*words), ben.command(*words)
    assert (first.code, second.code, first.err + second.err) == (0, 0, "")
    assert "Joined the project Harbour" in first.out
    assert "sent 2 rows, received 0 rows" in first.out
    assert "sent 1 row" in second.out
    assert await ben.titles() == ["From ann", "From ben"]
    assert "Harbour" in ben.command("status").out
    assert too_wide(first.out + second.out) == []
    told = json.loads(ben.command("hub", "join", "--project", "harbour", "--json").out)
    assert (told["sent"], told["received"]) == (0, 0)


async def test_a_project_that_lost_its_row(hub_database: str, tmp_path: Path) -> None:
    """A hub from which somebody deleted a project's row, and not its commits, takes nothing of it;
    the line says what is wrong, and what waits is offered as soon as the row is back."""
    ann = Laptop.joined(tmp_path / "ann", hub_database)
    await ann.create("Before")
    assert ann.command("sync", "--once").code == 0
    kept = "CREATE TABLE public.kept AS SELECT * FROM tidelog.projects"
    await run_as_owner(hub_database, kept, "DELETE FROM tidelog.projects")
    await ann.create("After")
    line = refused(ann.command("sync", "--once"))
    assert "is gone from tidelog.projects, and its commits are not" in line
    sync = json.loads(ann.command("status", "--json").out)["sync"]
    assert (sync["dirty"], "refused" in sync) == (1, False)
    await run_as_owner(hub_database, "INSERT INTO tidelog.projects SELECT * FROM public.kept")
    done = ann.command("sync", "--once")
    assert (done.code, "sent 1 row," in done.out) == (0, True)


async def test_grants(hub_database: str, tmp_path: Path) -> None:
    """A role may join what it was granted, and nothing else; a refusal says who can help."""
    owner = Laptop.joined(tmp_path / "owner", hub_database)
    guest = begun(tmp_path / "guest")
    dsn = await login(hub_database, "guest")
    words = ("hub", "join", dsn, "--project", "Harbour")
    refused(tidelog(*words, cwd=guest))
    done = owner.command("hub", "grant", "guest", "--project", "Harbour")
    assert (done.code, done.err) == (0, "")
    assert "guest may see and change the project Harbour" in done.out
    assert tidelog(*words, cwd=guest).code == 0
    line = refused(tidelog("hub", "join", "--project", "Other", cwd=guest))
    assert "tidelog hub grant" in line
    line = refused(tidelog("hub", "grant", "guest", "--project", "Harbour", cwd=guest))
    assert "only the owner" in line
    await run_as_owner(hub_database, "DROP OWNED BY guest", "DROP ROLE guest")


async def test_doctor_looks_at_the_hub(hub_database: str, tmp_path: Path) -> None:
    """Doctor says whether the hub answers and knows the project, and what waits."""
    ann = Laptop.joined(tmp_path / "ann", hub_database)
    await ann.create("Fix")
    done = on_terminal("doctor", cwd=ann.folder)
    assert done.code == 0
    assert "answers and knows the project" in " ".join(done.out.split())
    assert "1 row to send" in " ".join(done.out.split())
    assert too_wide(done.out) == []
    await run_as_owner(hub_database, "DROP SCHEMA tidelog CASCADE")
    done = ann.command("doctor")
    assert done.code == 1
    assert "tidelog hub init" in " ".join(done.out.split())
    assert ann.command("hub", "init", hub_database).code == 0
    done = ann.command("doctor")
    assert done.code == 1
    assert "tidelog sync --once" in " ".join(done.out.split())
    assert ann.command("sync", "--once").code == 0
    done = ann.command("doctor")
    assert done.code == 0, done.out


def test_a_hub_on_this_machine(reachable: Path, tmp_path: Path) -> None:
    """start, status and stop of the one-machine hub: it outlives the command, stores join it
    without an address, what is in it survives, and its password is in no output."""
    setting = {"TIDELOG_HUB_FOLDER": str(reachable / "hub")}
    folder = begun(tmp_path / "project")

    def hub(*words: str) -> Ended:
        return tidelog("hub", *words, cwd=folder, **setting)

    assert hub("status").code == 1
    assert "tidelog hub start" in refused(hub("join", "--project", "Harbour"))
    started = hub("start")
    try:
        assert (started.code, started.err) == (0, "")
        assert hub("start").code == 0
        assert hub("status").code == 0
        joined = hub("join", "--project", "Harbour")
        assert (joined.code, joined.err) == (0, "")
        assert hub("stop").code == 0
        done = tidelog("sync", "--once", cwd=folder, **setting)
        assert "tidelog hub start" in refused(done)
        assert hub("start").code == 0
        again = tidelog("sync", "--once", cwd=folder, **setting)
        assert "nothing to send, nothing to receive" in again.out
        told = json.loads(hub("status", "--json").out)
        assert told["running"] is True
        password = (reachable / "hub/pgpass").read_text(encoding="utf-8").rpartition(":")[2].strip()
        assert password not in started.out + joined.out + json.dumps(told)
        assert too_wide(joined.out) == []
    finally:
        stopped = hub("stop")
    assert "stopped" in stopped.out
    assert hub("status").code == 1
    assert hub("stop").code == 0


def test_hub_of_the_command_line() -> None:
    """A hub's address is taken by `init`, `hub init`, `hub join` and `hub grant`."""
    dsn = "postgresql://host/db"
    assert parse(["init", "--hub", dsn]).hub == dsn
    assert parse(["hub", "init", dsn]).hub == dsn
    assert parse(["hub", "join", dsn, "--project", "X"]).hub == dsn
    assert parse(["hub", "grant", "ann", "--project", "X", "--hub", dsn]).role == "ann"
