"""Which words start this tidelog, and which folder is the project's."""

from pathlib import Path

import pytest

from localstore.errors import Unavailable
from tidelog.targets.machine import anywhere, here, in_cache, project_top
from tidelog.targets.target import Machine


def program(path: Path) -> Path:
    """A file that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_program_by_its_path(tmp_path: Path) -> None:
    """An installed program is named by its whole path; a link to it is not resolved."""
    real = program(tmp_path / "tool" / "bin" / "tidelog")
    link = tmp_path / "bin" / "tidelog"
    link.parent.mkdir()
    link.symlink_to(real)
    assert here(link, tmp_path / "tool", {}) == [str(link)]
    assert anywhere(tmp_path / "tool", {}) == ["tidelog"]


def test_a_relative_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was called by a path from the working directory is named in whole."""
    program(tmp_path / "bin" / "tidelog")
    monkeypatch.chdir(tmp_path)
    assert here(Path("bin/tidelog"), tmp_path, {}) == [str(tmp_path / "bin" / "tidelog")]


def test_run_as_a_module(tmp_path: Path) -> None:
    """`python -m tidelog` is the program of that environment, or else the module."""
    module = tmp_path / "site" / "tidelog" / "__main__.py"
    assert here(module, tmp_path, {}) == [str(tmp_path / "bin" / "python"), "-m", "tidelog"]
    script = program(tmp_path / "bin" / "tidelog")
    assert here(module, tmp_path, {}) == [str(script)]


def test_run_by_uvx(tmp_path: Path) -> None:
    """From an environment in a cache it is uvx that is named, wherever it is found."""
    cache = tmp_path / "uv"
    prefix = cache / "archive-v0" / "abc"
    script = program(prefix / "bin" / "tidelog")
    (cache / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    uvx = program(tmp_path / "bin" / "uvx")
    for variables in ({"UV": str(uvx.with_name("uv"))}, {"PATH": str(uvx.parent)}):
        assert here(script, prefix, variables) == [str(uvx), "tidelog"]
    assert anywhere(prefix, {}) == ["uvx", "tidelog"]
    with pytest.raises(Unavailable, match="runs from a cache"):
        here(script, prefix, {"PATH": str(tmp_path)})


def test_a_cache_without_a_tag(tmp_path: Path) -> None:
    """What stands in the user's folder of caches is in a cache."""
    variables = {"XDG_CACHE_HOME": str(tmp_path / "c")}
    assert in_cache(tmp_path / "c" / "pipx" / "abc", variables)
    assert not in_cache(tmp_path / "venvs" / "abc", variables)


def test_the_top_of_a_project(tmp_path: Path) -> None:
    """The project is the nearest folder with a repository or a store; else where one is."""
    below = tmp_path / "a" / "b" / "c"
    below.mkdir(parents=True)
    assert project_top(below) == below
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere")
    assert project_top(below) == tmp_path / "a"
    (tmp_path / "a" / "b" / ".tidelog").mkdir()
    assert project_top(below) == tmp_path / "a" / "b"


def test_paths_as_people_write_them() -> None:
    """The home folder is a tilde; what is elsewhere is told in whole."""
    machine = Machine(Path("/h/ada"), Path("/p"), "linux", {})
    assert machine.shown(Path("/h/ada/x/y")) == "~/x/y"
    assert machine.shown(Path("/h/adam/x")) == "/h/adam/x"
