"""A store that is gone while its snapshots are there, and a lock that a git left in them."""

import json
import shutil
from pathlib import Path

import pytest

from localstore.values import Row, rows_of
from tests.tidelog.conftest import Project
from tests.tidelog.running import tidelog


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    """A copy of the project, whose snapshots are up to date."""
    shutil.copytree(project.folder / ".tidelog", tmp_path / ".tidelog")
    assert tidelog("snapshot", cwd=tmp_path).code == 0
    return tmp_path


def changes(folder: Path) -> list[Row]:
    """Every change that history tells of."""
    told: Row = json.loads(tidelog("log", "--json", "--limit", "1000", cwd=folder).out)
    return rows_of(told, "items")


def checks(out: str) -> list[Row]:
    """What the doctor found."""
    told: Row = json.loads(out)
    return rows_of(told, "checks")


@pytest.mark.parametrize(
    ("words", "code"), [(("init",), 1), (("archive",), 1), (("serve",), 0), (("status",), 0)]
)
def test_no_empty_store_takes_its_place(folder: Path, words: tuple[str, ...], code: int) -> None:
    """Where only the snapshots are left nothing makes an empty store: what writes is refused, what
    reads goes on; `restore` brings all back."""
    before = changes(folder)
    for part in (folder / ".tidelog").glob("store.db*"):
        part.unlink()
    done = tidelog(*words, cwd=folder)
    assert done.code == code
    assert ("`tidelog restore`" in done.err) == (words != ("serve",))
    assert not (folder / ".tidelog/store.db").exists()
    assert tidelog("restore", cwd=folder).code == 0
    assert changes(folder) == before


def test_left_lock(folder: Path) -> None:
    """A lock that a git left in the repository fails a check, which names the file; once it is gone
    all is well."""
    lock = folder / ".tidelog/status/.git/index.lock"
    lock.touch()
    examined = tidelog("doctor", "--json", cwd=folder)
    assert examined.code == 1
    [failed] = [check for check in checks(examined.out) if check["ok"] is not True]
    assert failed["check"] == "snapshots"
    repair = str(failed["repair"])
    assert repair == f"`mv {lock} {folder / '.tidelog'}` once no git is at work there"
    lock.unlink()
    assert tidelog("doctor", cwd=folder).code == 0
