"""Finding the store: as git finds its folder, through worktrees, or by name."""

import os
from pathlib import Path

import pytest

from tests.tidelog.running import git, repository
from tidelog.discovery import Found, Place, find_place, git_directory, init_place, new_place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder with a store's folder in it."""
    (tmp_path / "project" / ".tidelog").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A linked worktree of the repository `main` beside it."""
    git("worktree", "add", "--quiet", "../linked", cwd=repository(tmp_path / "main"))
    return tmp_path / "linked"


def test_found_where_one_stands(folder: Path) -> None:
    """A store in the working directory is found."""
    assert find_place(folder) == Place(folder / ".tidelog", Found.ABOVE)


def test_found_from_below(folder: Path) -> None:
    """A store is found from any folder below its own."""
    deep = folder / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert find_place(deep) == Place(folder / ".tidelog", Found.ABOVE)


def test_nearest_is_found(folder: Path) -> None:
    """Of two stores on the way up the nearer one is found."""
    inner = folder / "inner"
    (inner / ".tidelog").mkdir(parents=True)
    assert find_place(inner) == Place(inner / ".tidelog", Found.ABOVE)


def test_none_is_none(tmp_path: Path) -> None:
    """Where there is no store, none is found."""
    assert find_place(tmp_path) is None


def test_a_file_is_no_store(tmp_path: Path) -> None:
    """A file called .tidelog is passed by."""
    (tmp_path / ".tidelog").touch()
    assert find_place(tmp_path) is None


def test_named_outright(folder: Path, tmp_path: Path) -> None:
    """A named folder is taken as it is, though another is nearer and this one does not exist."""
    named = tmp_path / "elsewhere"
    assert find_place(folder, home=named) == Place(named, Found.NAMED)


def test_somebody_elses_is_passed_by(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that belongs to another user is not taken for ours."""
    monkeypatch.setattr(os, "getuid", lambda: (folder / ".tidelog").stat().st_uid + 1)
    assert find_place(folder) is None


def test_worktree_shares_the_store(worktree: Path) -> None:
    """From a linked worktree, and from below its top, the main worktree's store is found."""
    home = worktree.parent / "main" / ".tidelog"
    home.mkdir()
    below = worktree / "src"
    below.mkdir()
    assert find_place(worktree) == Place(home, Found.SHARED)
    assert find_place(below) == Place(home, Found.SHARED)


def test_worktree_of_a_bare_repository(tmp_path: Path) -> None:
    """The worktrees of a bare repository share a store inside of it."""
    git("clone", "--quiet", "--bare", str(repository(tmp_path / "main")), "bare.git", cwd=tmp_path)
    git("worktree", "add", "--quiet", "../linked", cwd=tmp_path / "bare.git")
    assert new_place(tmp_path / "linked").home == tmp_path / "bare.git" / ".tidelog"
    (tmp_path / "bare.git" / ".tidelog").mkdir()
    assert find_place(tmp_path / "linked") == Place(
        tmp_path / "bare.git" / ".tidelog", Found.SHARED
    )


def test_submodule_is_no_worktree(tmp_path: Path) -> None:
    """A submodule has a .git file too; the store found from it is the one above, not its own."""
    outer, inner = repository(tmp_path / "outer"), repository(tmp_path / "inner")
    git(
        *("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "module"),
        cwd=outer,
    )
    (outer / ".tidelog").mkdir()
    assert find_place(outer / "module") == Place(outer / ".tidelog", Found.ABOVE)
    assert git_directory(outer / "module") == outer / ".git" / "modules" / "module"


def test_new_store_at_the_top_of_the_repository(tmp_path: Path) -> None:
    """A store that is made unasked goes to the top of the repository."""
    below = repository(tmp_path / "main") / "src"
    below.mkdir()
    assert new_place(below) == Place(tmp_path / "main" / ".tidelog", Found.NEW)


def test_new_store_outside_of_git(tmp_path: Path) -> None:
    """Outside a repository a store is made where one stands."""
    assert new_place(tmp_path) == Place(tmp_path / ".tidelog", Found.NEW)


def test_new_store_from_a_worktree(worktree: Path) -> None:
    """A store that is made in a linked worktree is made for all of them."""
    shared = worktree.parent / "main" / ".tidelog"
    assert new_place(worktree).home == shared
    assert init_place(worktree) == Place(shared, Found.SHARED)


def test_init_is_for_right_here(tmp_path: Path) -> None:
    """In a folder of an ordinary repository `init` makes a store in that very folder."""
    below = repository(tmp_path / "main") / "src"
    below.mkdir()
    assert init_place(below) == Place(below / ".tidelog", Found.NEW)


@pytest.mark.parametrize("content", ["", "gitdir:", "gitdir: /nowhere/at/all", "\x00\xff", "x\n"])
def test_damaged_pointers_are_passed_by(tmp_path: Path, content: str) -> None:
    """A .git file that points nowhere breaks nothing."""
    (tmp_path / ".git").write_text(content, encoding="latin-1")
    assert find_place(tmp_path) is None
    assert new_place(tmp_path).home == tmp_path / ".tidelog"
