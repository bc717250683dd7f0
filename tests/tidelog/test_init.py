"""`tidelog init`: a store, private, that git does not see."""

import os
import stat
from pathlib import Path

import pytest

from tests.tidelog.running import environment, git, repository, tidelog


def mode(path: Path) -> int:
    """The permission bits of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_makes_a_store(tmp_path: Path) -> None:
    """It makes the store where one stands, and names the project after the folder."""
    done = tidelog("init", cwd=tmp_path)
    assert done.code == 0
    assert (tmp_path / ".tidelog" / "store.db").is_file()
    assert f"for the project {tmp_path.name}." in done.out


def test_project_has_the_name_it_is_given(tmp_path: Path) -> None:
    """--project names the project, and `status` says so."""
    tidelog("init", "--project", "Harbour", cwd=tmp_path)
    assert tidelog("status", cwd=tmp_path).lines[0] == "Harbour"


def test_twice_is_harmless(tmp_path: Path) -> None:
    """The second time it says that the store is there, and changes nothing."""
    tidelog("init", "--project", "Harbour", cwd=tmp_path)
    before = (tmp_path / ".tidelog" / "store.db").read_bytes()
    again = tidelog("init", cwd=tmp_path)
    assert again.code == 0
    assert "is there already, for the project Harbour" in again.out
    assert (tmp_path / ".tidelog" / "store.db").read_bytes() == before


def test_twice_with_another_name_renames(tmp_path: Path) -> None:
    """--project on a store that is there gives its project a new name."""
    tidelog("init", "--project", "Harbour", cwd=tmp_path)
    assert "is now called Quay" in tidelog("init", "--project", "Quay", cwd=tmp_path).out
    assert tidelog("status", cwd=tmp_path).lines[0] == "Quay"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_impossible_names_are_refused(tmp_path: Path, name: str) -> None:
    """A name without characters or with more than 200 is refused, and nothing is made."""
    done = tidelog("init", "--project", name, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tidelog: --project: must have 1 to 200 characters")
    assert list(tmp_path.iterdir()) == []


def test_private_whatever_the_umask(tmp_path: Path) -> None:
    """Under umask 022 the folder is 0700 and every file in it 0600."""
    before = os.umask(0o022)
    try:
        tidelog("init", cwd=tmp_path)
        tidelog("status", cwd=tmp_path)
    finally:
        os.umask(before)
    home = tmp_path / ".tidelog"
    assert mode(home) == 0o700
    modes = {file.name: mode(file) for file in home.iterdir()}
    assert modes == {"store.db": 0o600, "project": 0o600}


def test_git_sees_nothing(tmp_path: Path) -> None:
    """After it `git status` is clean and no tracked file has changed."""
    folder = repository(tmp_path / "main")
    done = tidelog("init", cwd=folder)
    assert "Git does not see it" in done.out
    assert git("status", "--porcelain", "--untracked-files=all", cwd=folder) == ""
    assert (folder / ".git/info/exclude").read_text().splitlines()[-1] == ".tidelog/"


def test_excluded_once(tmp_path: Path) -> None:
    """A line that hides the folder already is not written a second time."""
    folder = repository(tmp_path / "main")
    exclude = folder / ".git/info/exclude"
    exclude.write_text("*.log\n.tidelog/")
    tidelog("init", cwd=folder)
    assert exclude.read_text() == "*.log\n.tidelog/"


def test_last_line_without_an_end(tmp_path: Path) -> None:
    """An exclude file whose last line has no end keeps that line whole."""
    folder = repository(tmp_path / "main")
    exclude = folder / ".git/info/exclude"
    exclude.write_text("*.log")
    tidelog("init", cwd=folder)
    assert exclude.read_text() == "*.log\n.tidelog/\n"


def test_below_the_top_git_sees_nothing_either(tmp_path: Path) -> None:
    """A store in a folder of a repository is hidden too."""
    folder = repository(tmp_path / "main") / "service"
    folder.mkdir()
    tidelog("init", cwd=folder)
    assert (folder / ".tidelog/store.db").is_file()
    assert git("status", "--porcelain", "--untracked-files=all", cwd=folder) == ""


def test_in_a_worktree_it_is_made_for_all(tmp_path: Path) -> None:
    """In a linked worktree the store goes to the main one; git sees nothing in either."""
    main = repository(tmp_path / "main")
    git("worktree", "add", "--quiet", "../linked", cwd=main)
    done = tidelog("init", cwd=tmp_path / "linked")
    assert "All worktrees of this repository share it." in done.out
    assert (main / ".tidelog/store.db").is_file()
    for folder in (main, tmp_path / "linked"):
        assert git("status", "--porcelain", "--untracked-files=all", cwd=folder) == ""
        assert tidelog("status", cwd=folder).lines[0] == "main"
    assert "shared by this worktree" in tidelog("init", cwd=tmp_path / "linked").out


def test_named_folder(tmp_path: Path) -> None:
    """TIDELOG_HOME is made and used from anywhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home = str(tmp_path / "deep" / "down" / "harbour-store")
    assert tidelog("init", cwd=elsewhere, TIDELOG_HOME=home).code == 0
    assert tidelog("status", cwd=Path("/"), TIDELOG_HOME=home).lines[0] == "down"
    assert list(elsewhere.iterdir()) == []


def test_inner_store_says_what_it_replaces(tmp_path: Path) -> None:
    """Below another store it makes one of its own and says which it takes the place of."""
    tidelog("init", cwd=tmp_path)
    inner = tmp_path / "inner"
    inner.mkdir()
    done = tidelog("init", cwd=inner)
    assert f"used instead of {tmp_path}/.tidelog/store.db" in done.out


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Where a file stands in the way it says so in one line and exits 1."""
    (tmp_path / ".tidelog").touch()
    done = tidelog("init", cwd=tmp_path)
    assert done.code == 1
    assert done.err.startswith("tidelog: ")
    assert len(done.err.splitlines()) == 1


def test_environment_is_clean() -> None:
    """What the tests hand to the command holds no setting of whoever runs them, and two of ours."""
    told = [name for name in environment() if name.startswith("TIDELOG_")]
    assert told == ["TIDELOG_SNAPSHOTS", "TIDELOG_BACKUPS"]
