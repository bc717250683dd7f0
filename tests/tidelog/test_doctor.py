"""`tidelog doctor` on the snapshots: git, the repository, edits by hand, other people's files."""

import json
import os
import shutil
from pathlib import Path

import pytest

from localstore.models import VendorCreate
from localstore.store import Store
from localstore.values import Row, rows_of, text_of
from tests.tidelog.conftest import Project
from tests.tidelog.running import UP_TO_DATE, git, repository, tidelog, too_wide
from tidelog.wiring import Ids, now


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the project that a test may change."""
    shutil.copytree(project.folder / ".tidelog", tmp_path / ".tidelog")
    return tmp_path


@pytest.fixture
def kept(folder: Path) -> Path:
    """A project whose snapshots are up to date."""
    assert tidelog("snapshot", cwd=folder).code == 0
    return folder


def examined(folder: Path, variables: dict[str, str]) -> list[Row]:
    """What the doctor finds where snapshots are wanted."""
    settings = {"TIDELOG_SNAPSHOTS": "true"} | variables
    made: Row = json.loads(tidelog("doctor", "--json", cwd=folder, **settings).out)
    return rows_of(made, "checks")


def checks(folder: Path, name: str, **variables: str) -> list[Row]:
    """The checks of a name that the doctor makes."""
    return [check for check in examined(folder, variables) if check["check"] == name]


def failed(folder: Path, **variables: str) -> list[Row]:
    """The checks that fail."""
    return [check for check in examined(folder, variables) if check["ok"] is not True]


def status(folder: Path) -> Path:
    """Where the snapshots' files stand."""
    return folder / ".tidelog/status"


def item_file(folder: Path) -> Path:
    """The file of some work item."""
    return min(status(folder).glob("work-items/*/*.md"))


def damaged(file: Path) -> str:
    """Write into a file what cannot be read; return its path as the doctor tells it."""
    file.write_text(file.read_text(encoding="utf-8").replace("status:", "status: [", 1))
    return "/".join(file.parts[-3:])


def test_none_yet(folder: Path) -> None:
    """Where no snapshot was ever taken the doctor says so, and makes no repository."""
    [found] = checks(folder, "snapshots")
    assert (found["ok"], text_of(found, "found")[:8]) == (True, "none yet")
    assert not status(folder).exists()


def test_git_is_found(folder: Path) -> None:
    """The version of git is told."""
    [found] = checks(folder, "git")
    assert found["ok"] is True
    assert text_of(found, "found") in git("--version", cwd=folder)


def test_without_git(kept: Path) -> None:
    """Without git nothing fails; what is lost with it is said."""
    done = tidelog("doctor", cwd=kept, PATH=str(kept))
    assert done.code == 0
    assert "no way back when the store is lost" in " ".join(done.out.split())
    assert too_wide(done.out) == []


def test_old_git(kept: Path) -> None:
    """A git that cannot keep snapshots fails a check."""
    old = kept / "git"
    real = shutil.which("git")
    told = '[ "$1" = --version ] && exec echo git version 2.25.1'
    old.write_text(f'#!/bin/sh\n{told}\nexec {real} "$@"\n')
    old.chmod(0o755)
    [found] = checks(kept, "git", PATH=f"{kept}:{os.environ['PATH']}")
    assert (found["found"], found["repair"]) == ("2.25.1", "install git 2.32 or later")


def test_up_to_date(kept: Path) -> None:
    """After a snapshot the repository is whole, and every change is in it."""
    [found] = checks(kept, "snapshots")
    assert UP_TO_DATE.fullmatch(text_of(found, "found"))


def test_turned_off(kept: Path) -> None:
    """That nobody keeps the snapshots by themselves is said."""
    [found] = checks(kept, "snapshots", TIDELOG_SNAPSHOTS="false")
    assert text_of(found, "found").endswith("; turned off (snapshots = false)")


@pytest.mark.anyio
async def test_changes_that_wait(kept: Path) -> None:
    """Changes that are not committed yet are counted; they are no fault."""
    async with await Store.open(kept / ".tidelog/store.db", clock=now, new_id=Ids()) as store:
        for name in ("Fjordline", "Halden Optics"):
            await store.create_vendor(VendorCreate(name=name), who="copilot")
    [found] = checks(kept, "snapshots")
    assert found["ok"] is True
    assert "2 changes not committed yet" in text_of(found, "found")


def test_edit_that_could_not_be_taken(kept: Path) -> None:
    """A file that cannot be read fails a check with its reason, until it is put right."""
    file = item_file(kept)
    before = file.read_text(encoding="utf-8")
    path = damaged(file)
    assert tidelog("snapshot", cwd=kept).code == 0
    [found] = failed(kept)
    assert text_of(found, "found").startswith(f"{path}: line ")
    assert text_of(found, "repair") == "correct the file; the next snapshot takes it"
    assert too_wide(tidelog("doctor", cwd=kept).out) == []
    file.write_text(before + "Looked at twice.\n", encoding="utf-8")
    assert tidelog("snapshot", cwd=kept).code == 0
    assert failed(kept) == []


def test_many_edits(kept: Path) -> None:
    """Each edit that could not be taken is told of, up to twenty, and how many more there are."""
    for number in range(23):
        (status(kept) / f"{number:02}.md.problem.txt").write_text("x\n\n  because\n")
    found = failed(kept)
    assert [each["found"] for each in found[:1]] == ["00.md: because"]
    assert (len(found), found[-1]["found"]) == (21, "and 3 more")


def test_deleted_file(kept: Path) -> None:
    """A file that was deleted by hand is told of until the person has deleted the note."""
    file = item_file(kept)
    file.unlink()
    assert tidelog("snapshot", cwd=kept).code == 0
    [found] = failed(kept)
    assert text_of(found, "found").endswith(f"{file.name} was deleted by hand.")
    assert text_of(found, "repair").endswith(f"{file.name}.problem.txt; it may go then")
    file.with_name(file.name + ".problem.txt").unlink()
    assert failed(kept) == []


def test_other_files(kept: Path) -> None:
    """A file of somebody's among ours is told of and fails nothing."""
    (status(kept) / "notes.txt").write_text("Call Fjordline\n")
    [found] = checks(kept, "other files")
    assert (found["ok"], text_of(found, "found")[:10]) == (True, "notes.txt;")
    assert failed(kept) == []


def test_edited_files(kept: Path) -> None:
    """An edit that nobody has looked at yet is told of."""
    damaged(item_file(kept))
    [found] = checks(kept, "edited files")
    assert item_file(kept).name in text_of(found, "found")
    assert failed(kept) == []


def test_damaged_repository(kept: Path) -> None:
    """A repository that lost a pack fails a check; the repair begins a new one."""
    first = [*status(kept).glob(".git/objects/pack/*")]
    file = item_file(kept)
    file.write_text(file.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    assert tidelog("snapshot", cwd=kept).code == 0
    for pack in first:
        pack.unlink()
    [found] = failed(kept)
    assert "git fsck" in text_of(found, "found")
    assert "&& tidelog snapshot`" in text_of(found, "repair")
    shutil.move(status(kept), kept / "away")
    assert tidelog("snapshot", cwd=kept).code == 0
    assert failed(kept) == []


def test_repository_that_was_deleted(kept: Path) -> None:
    """Files without their repository fail a check, and the doctor makes no new one."""
    shutil.rmtree(status(kept) / ".git")
    [found] = failed(kept)
    assert "holds no repository" in text_of(found, "found")
    assert not (status(kept) / ".git").exists()


def test_store_that_is_behind(folder: Path) -> None:
    """Snapshots that tell of changes the store never had fail a check, which names the way back."""
    older = folder / "older.db"
    shutil.copy(folder / ".tidelog/store.db", older)
    assert tidelog("archive", "--older-than", "0", cwd=folder).code == 0
    assert tidelog("snapshot", cwd=folder).code == 0
    for file in (folder / ".tidelog").glob("store.db*"):
        file.unlink()
    shutil.copy(older, folder / ".tidelog/store.db")
    [found] = failed(folder)
    assert "changes that this store never had" in text_of(found, "found")
    assert "tidelog restore --from git" in text_of(found, "repair")


def test_named_repository(folder: Path) -> None:
    """Snapshots on a branch of a repository of the user's are examined there."""
    named = repository(folder / "named")
    setting = {"TIDELOG_SNAPSHOT_REPOSITORY": str(named)}
    assert tidelog("snapshot", cwd=folder, **setting).code == 0
    [found] = checks(folder, "snapshots", **setting)
    assert UP_TO_DATE.fullmatch(text_of(found, "found"))
    assert failed(folder, **setting) == []


def test_branch_that_is_checked_out(folder: Path) -> None:
    """A branch that somebody has checked out fails a check that says what to choose instead."""
    named = repository(folder / "named")
    setting = {"TIDELOG_SNAPSHOT_REPOSITORY": str(named)}
    assert tidelog("snapshot", cwd=folder, **setting).code == 0
    git("checkout", "--quiet", "--force", "tidelog", cwd=named)
    [found] = failed(folder, **setting)
    assert "is checked out" in text_of(found, "found")
    assert "snapshot_branch" in text_of(found, "repair")


def test_what_a_restore_leaves_is_private(kept: Path) -> None:
    """After a restore, and with everything that runs beside it, nobody else may read anything."""
    before = os.umask(0o022)
    try:
        assert tidelog("restore", cwd=kept).code == 0
        assert tidelog("snapshot", cwd=kept).code == 0
    finally:
        os.umask(before)
    home = kept / ".tidelog"
    modes = {
        file.relative_to(home).as_posix(): file.stat().st_mode & 0o077
        for file in [*home.iterdir(), *(home / "set-aside").rglob("*")]
    }
    assert {"set-aside", "status.lock", "status.staged"} <= modes.keys()
    assert {path for path, others in modes.items() if others} == set()
    assert failed(kept) == []
    [copy] = home.glob("set-aside/*/store.db")
    copy.chmod(0o644)
    assert [check["check"] for check in failed(kept)] == ["permissions"]
