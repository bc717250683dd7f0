"""Where snapshots are kept and who signs them, as commands, hooks and settings have it."""

import subprocess
import sys
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from localstore.values import text_of
from tests.tidelog.keepers import Kept, begun
from tests.tidelog.running import environment, git, repository, tidelog

pytestmark = pytest.mark.anyio
KEEPING = {"TIDELOG_SNAPSHOTS": "true"}


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Kept:
    """A store in a project that is a git repository."""
    return await begun(repository(tmp_path / "project"))


def of_a_repository() -> list[str]:
    """The variables by which git tells hooks which repository they are for."""
    listed = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, check=True, text=True
    )
    return listed.stdout.split()


def settings(kept: Kept, *lines: str) -> None:
    """Write the project's settings."""
    told = "\n".join(['person = "grace"', *lines, ""])
    (kept.folder / "tidelog.toml").write_text(told, encoding="utf-8")


def users(kept: Kept) -> dict[str, bytes]:
    """Every byte of the project and its repository that is not tidelog's."""
    return {
        path.relative_to(kept.folder).as_posix(): path.read_bytes()
        for path in kept.folder.rglob("*")
        if path.is_file() and ".tidelog" not in path.parts and path.name != "tidelog.toml"
    }


async def test_from_a_hook(kept: Kept) -> None:
    """Run from a git hook, with everything git hands to one, snapshots go into their own
    repository, and not a byte of the project's own is changed."""
    item = await kept.create("Fix")
    before = users(kept)
    variables = {
        "GIT_DIR": str(kept.folder / ".git"),
        "GIT_WORK_TREE": str(kept.folder),
        "GIT_INDEX_FILE": str(kept.folder / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(kept.folder / ".git" / "objects"),
        "GIT_PREFIX": "sub/",
        "GIT_CONFIG_PARAMETERS": "'core.bare'='true'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": "hooks",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "Hook",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_DEFAULT_HASH": "sha1",
    }
    kept.run("snapshot", **variables)
    kept.edit(item, "status: active", "status: blocked")
    kept.run("snapshot", **variables)
    assert users(kept) == before
    assert kept.subjects()[0] == 'task "Fix": active → blocked'
    assert kept.git("log", "-1", "--format=%cn").strip() == "tidelog"
    assert kept.is_clean()
    kept.run("restore", **variables)
    assert users(kept) == before


async def test_every_variable_of_a_hook(kept: Kept) -> None:
    """No variable by which git points at a repository has an effect, whatever it holds."""
    await kept.create("Fix")
    before = users(kept)
    known = [name for name in of_a_repository() if name != "GIT_CONFIG_COUNT"]
    kept.run("snapshot", **dict.fromkeys(known, str(kept.folder / ".git")))
    assert users(kept) == before
    assert kept.subjects()[0] == 'task "Fix": created, active'
    assert kept.is_clean()


async def test_branch_in_the_project(kept: Kept) -> None:
    """With `snapshot_repository` the log is a branch of the project's repository, restore finds it
    there, and the user's branch, index and files are as they were."""
    item = await kept.create("Fix")
    (kept.folder / "README.md").write_text("edited\n")
    git("add", "README.md", cwd=kept.folder)
    (kept.folder / "README.md").write_text("edited again\n")
    (kept.folder / ".git" / "index.lock").write_bytes(b"")
    settings(kept, 'snapshot_repository = "."', 'snapshot_branch = "status"')
    before = users(kept)
    await kept.do("snapshot")
    kept.edit(item, "status: active", "status: blocked")
    await kept.do("snapshot")
    after = users(kept)
    assert {path: after.get(path) for path in before} == before
    added = {path for path in after if path not in before and "/objects/" not in path}
    assert added == {".git/refs/heads/status"}
    assert git("log", "-1", "--format=%s", "status", cwd=kept.folder).strip() == (
        'task "Fix": active → blocked'
    )
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (kept.home / name).unlink(missing_ok=True)
    for revision in ("main", "@"):
        done = tidelog("restore", "--at", revision, cwd=kept.folder)
        assert (done.code, kept.database.exists()) == (1, False)
    await kept.do("restore")
    assert (await kept.row(item))["status"] == "blocked"
    await kept.do("restore", "--at", "HEAD~1")
    assert (await kept.row(item))["status"] == "active"
    await kept.do("snapshot")
    after = users(kept)
    assert {path: after.get(path) for path in before} == before


async def test_commands_look_first(kept: Kept) -> None:
    """Without a keeper the next command takes an edit in before it answers, and says so."""
    item = await kept.create("Fix")
    await kept.do("snapshot")
    kept.edit(item, "title: Fix", "title: Mend")
    done = kept.run("show", text_of(item, "ref"), **KEEPING)
    assert "Mend" in done.out
    assert "took your edit" in done.err
    assert (await kept.row(item))["updated_by"] == "grace"
    assert kept.is_clean()
    assert kept.run("status", **KEEPING).err == ""


async def test_commands_go_on_without_snapshots(kept: Kept) -> None:
    """What stands in the way of a snapshot is told, and stops no command."""
    await kept.create("Fix")
    await kept.do("snapshot")
    kept.git("commit", "-q", "--allow-empty", "-m", "x\n\nTidelog-Change: unknown")
    done = kept.run("status", **KEEPING)
    assert "never had" in done.err
    assert "Fix" in done.out


async def test_without_git(kept: Kept, tmp_path: Path) -> None:
    """Where git is missing commands work without a word about it; a snapshot that is asked for says
    what is missing."""
    item = await kept.create("Fix")
    (tmp_path / "empty").mkdir()
    path = {"PATH": str(tmp_path / "empty")}
    done = kept.run("show", text_of(item, "ref"), **KEEPING, **path)
    assert ("Fix" in done.out, done.err) == (True, "")
    for command in ("snapshot", "restore"):
        done = tidelog(command, cwd=kept.folder, **path)
        assert (done.code, len(done.err.splitlines())) == (1, 1)
        assert "git" in done.err
        assert "fault of its own" not in done.err
        kept.status.mkdir(exist_ok=True)


async def test_report_in_the_project(kept: Kept) -> None:
    """With `report_path` the report is kept in a file of the user's, and what is written there by
    hand stays, byte for byte."""
    settings(kept, 'report_path = "STATUS.md"')
    file = kept.folder / "STATUS.md"
    await kept.create("Fix")
    await kept.do("snapshot")
    assert "Fix" in file.read_text()
    file.write_bytes(file.read_bytes() + b"\n## Mine\r\n\r\nby hand\r\n")
    await kept.create("Mend")
    await kept.do("snapshot")
    content = file.read_bytes()
    assert b"Mend" in content
    assert b"## Mine\r\n\r\nby hand\r\n" in content
    before = file.stat().st_mtime_ns
    await kept.do("snapshot")
    assert file.stat().st_mtime_ns == before
    file.write_bytes(b"\xff\xfe")
    done = tidelog("snapshot", cwd=kept.folder)
    assert (done.code, "cannot be read" in done.err) == (1, True)
    assert file.read_bytes() == b"\xff\xfe"


@pytest.mark.parametrize("named", [True, False])
async def test_who_signs(kept: Kept, tmp_path: Path, named: bool) -> None:
    """An edit is signed by git's name for the user where no setting names one; a name of many lines
    becomes one."""
    (kept.folder / "tidelog.toml").unlink()
    name = "Zoë\\n<x> " if named else ""
    (tmp_path / ".gitconfig").write_text(f'[user]\n\tname = "{name}"\n' if named else "")
    item = await kept.create("Fix")
    await kept.do("snapshot")
    kept.edit(item, "status: active", "status: blocked")
    kept.run("snapshot", HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path), LOGNAME="login")
    signed = text_of(await kept.row(item), "updated_by")
    assert signed.startswith("Zoë") if named else signed
    assert len(kept.git("log", "-1", "--format=%an").strip().splitlines()) == 1
    kept.git("fsck", "--strict")
    assert kept.is_clean()


async def test_a_server_sees_what_was_restored(kept: Kept) -> None:
    """A server that runs while its store goes back to a commit answers from the restored rows and
    writes to them."""
    await kept.create("One")
    await kept.do("snapshot")
    await kept.create("Unknown to git")
    transport = StdioTransport(
        sys.executable, ["-m", "tidelog", "serve", "--home", str(kept.home)], env=environment()
    )
    async with Client(transport) as client:
        listed = await client.call_tool("list_work_items", {})
        assert listed.data["total"] == 2
        await kept.do("restore", "--at", "HEAD")
        listed = await client.call_tool("list_work_items", {})
        assert [row["title"] for row in listed.data["items"]] == ["One"]
        new = {"item_type": "task", "title": "Three"}
        await client.call_tool("create_work_item", new)
    assert await kept.titles() == ["One", "Three"]
    await kept.do("snapshot")
    assert kept.subjects()[0] == 'task "Three": created, active'
    assert len([*(kept.home / "set-aside").iterdir()]) == 1
