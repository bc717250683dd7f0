"""The project is somebody's repository: it is left alone, or gets a branch and nothing else."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gitlayer.past import resolve
from gitlayer.repository import Repository
from localstore.errors import Unavailable
from tests.gitlayer.kept import Kept, asked, git
from tests.localstore.lived_in import Worker
from tests.localstore.world import World

pytestmark = pytest.mark.anyio
SETTINGS = """
[commit]
    gpgSign = true
[gpg]
    program = false
[core]
    hooksPath = FOLDER/hooks
    autocrlf = true
    eol = crlf
    pager = false
    excludesFile = FOLDER/ignore
    attributesFile = FOLDER/attributes
    fsmonitor = true
    ignoreCase = true
[init]
    templateDir = FOLDER/template
    defaultBranch = other
    defaultObjectFormat = sha256
[user]
    useConfigOnly = true
[log]
    showSignature = true
    date = relative
    follow = true
[status]
    short = true
[diff]
    noprefix = true
    external = false
    renames = copies
[filter "x"]
    clean = false
    required = true
[alias]
    log = !false
[color]
    ui = always
[i18n]
    logOutputEncoding = UTF-16
[fastimport]
    unpackLimit = 1
"""
"""What somebody may have in their git configuration."""


def users_repository(folder: Path) -> Path:
    """A repository with two branches that conflict, a staged file, an edited one and a new one."""
    folder.mkdir()
    git(folder, "init", "-q", "--initial-branch=main")
    (folder / "a.txt").write_text("one\n")
    git(folder, "add", "a.txt")
    git(folder, "commit", "-q", "-m", "One")
    git(folder, "checkout", "-q", "-b", "side")
    (folder / "a.txt").write_text("side\n")
    git(folder, "commit", "-q", "-a", "-m", "Side")
    git(folder, "checkout", "-q", "main")
    (folder / "a.txt").write_text("main\n")
    git(folder, "commit", "-q", "-a", "-m", "Main")
    (folder / "b.txt").write_text("staged\n")
    git(folder, "add", "b.txt")
    (folder / "b.txt").write_text("edited\n")
    (folder / "c.txt").write_text("new\n")
    return folder


def state(folder: Path) -> dict[str, bytes | str]:
    """Every byte below a folder, `.git` included, but for what is tidelog's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
        if ".tidelog" not in path.relative_to(folder).parts
    }


def rebase_stopped(folder: Path) -> None:
    """A rebase that stopped at a conflict."""
    git(folder, "stash", "-q", "-u")
    assert asked(folder, "rebase", "side").returncode != 0
    assert (folder / ".git" / "rebase-merge").is_dir()


def locks_left(folder: Path) -> None:
    """Lock files that a git left behind when it died."""
    for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock", "packed-refs.lock"):
        (folder / ".git" / name).write_bytes(b"")


def no_more(_: Path) -> None:
    """A dirty index and edited files are there already."""


MISCHIEF = {"dirty": no_more, "rebase": rebase_stopped, "locks": locks_left}


@pytest.fixture
async def users(anyio_backend: str, new_store: Path, tmp_path: Path) -> AsyncIterator[World]:
    """A store in somebody's repository."""
    folder = users_repository(tmp_path / "project")
    (folder / ".tidelog").mkdir()
    shutil.copy(new_store, folder / ".tidelog" / "store.db")
    world = await World.begin(folder / ".tidelog" / "store.db", first_id=100)
    yield world
    await world.store.close()


@pytest.mark.parametrize("case", MISCHIEF)
async def test_own_repository_touches_nothing_else(users: World, case: str) -> None:
    """Snapshots in their own repository leave every byte of the project's own, whatever state that
    is in."""
    folder = users.path.parent.parent
    MISCHIEF[case](folder)
    before = state(folder)
    kept = Kept(users)
    await Worker(users, 1).work(20)
    await kept.snapshot()
    await kept.snapshot()
    await kept.expect_whole()
    assert state(folder) == before


@pytest.mark.parametrize("case", MISCHIEF)
async def test_branch_in_a_users_repository(users: World, case: str) -> None:
    """A branch of ours in somebody's repository adds that branch and objects: nothing else."""
    folder = users.path.parent.parent
    MISCHIEF[case](folder)
    before = state(folder)
    home = users.path.parent
    kept = Kept(users, Repository.orphan(folder / ".git", "tidelog", home / "status"))
    item = await users.item("Fix")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: blocked")
    taken = await kept.snapshot()
    assert [edit.changed for edit in taken.edits] == [["status"]]
    assert (await kept.snapshot()).commits == 0
    after = state(folder)
    assert {path: after.get(path) for path in before} == before
    added = {path for path in after.keys() - before.keys() if after[path] != "folder"}
    assert {path for path in added if not path.startswith(".git/objects/")} == {
        ".git/refs/heads/tidelog"
    }
    assert git(folder, "log", "--format=%s", "tidelog").splitlines()[0] == (
        'task "Fix": active → blocked'
    )
    assert git(folder, "rev-list", "--max-parents=0", "tidelog").strip() == kept.steps()[0].commit


async def test_checked_out_branch_is_refused(users: World) -> None:
    """A branch that is checked out, in a worktree too, is not written to, and that is said."""
    folder = users.path.parent.parent
    git(folder, "worktree", "add", "-q", "-b", "tidelog", str(folder.parent / "there"), "main")
    before = state(folder)
    for branch in ("tidelog", "main"):
        with pytest.raises(Unavailable, match="checked out"):
            Repository.orphan(folder / ".git", branch, users.path.parent / "status")
    assert state(folder) == before


async def test_branch_that_is_the_users(users: World) -> None:
    """A branch with commits of the user's is not built upon."""
    folder = users.path.parent.parent
    git(folder, "branch", "tidelog", "main")
    kept = Kept(users, Repository.orphan(folder / ".git", "tidelog", users.path.parent / "status"))
    before = git(folder, "rev-parse", "tidelog")
    with pytest.raises(Unavailable, match="never had"):
        await kept.snapshot()
    assert git(folder, "rev-parse", "tidelog") == before


async def test_settings_of_the_users(
    users: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing in anybody's git configuration has an effect: no signing, no hooks, no templates, no
    line ends, no pager, no other branch name."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "reference-transaction", "post-index-change", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "template" / "hooks").mkdir(parents=True)
    (tmp_path / "template" / "from-template").write_text("x")
    settings = SETTINGS.replace("FOLDER", str(tmp_path))
    (tmp_path / "ignore").write_text("*\n")
    (tmp_path / "attributes").write_text(
        "* text eol=crlf ident filter=x working-tree-encoding=UTF-16\n"
    )
    (tmp_path / "gitconfig").write_text(settings)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text(settings)
    kept = Kept(users)
    item = await users.item("Fix", description="one\r\ntwo\n$Id$\n")
    await kept.snapshot()
    kept.replace(item, "status: active", "status: blocked")
    await kept.edit()
    assert kept.changes() == [entry["change_id"] for entry in await kept.history()]
    monkeypatch.undo()
    await kept.expect_whole()
    assert not (tmp_path / "ran").exists()
    assert not (kept.folder / ".git" / "from-template").exists()
    assert kept.git("symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert b"one\r\ntwo\n$Id$\n" in kept.file(item).read_bytes()


async def test_revisions_are_of_the_branch(users: World) -> None:
    """HEAD means the branch of the snapshots, also with an ancestor behind it, wherever the user's
    own HEAD is."""
    folder = users.path.parent.parent
    kept = Kept(users, Repository.orphan(folder / ".git", "tidelog", users.path.parent / "status"))
    await users.item()
    await kept.snapshot()
    first, last = (step.commit for step in kept.steps())
    found = [resolve(kept.repository, each) for each in ("HEAD", "HEAD~1", "HEAD^", "HEAD~2")]
    assert found == [last, first, first, None]
    for revision in ("@", "main", git(folder, "rev-parse", "side").strip()):
        assert resolve(kept.repository, revision) is None
