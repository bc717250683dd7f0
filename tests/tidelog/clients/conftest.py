"""An account of its own for each test, with a project in it."""

import json
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from localstore.values import Row
from tests.tidelog.running import Ended, tidelog
from tidelog.targets.machine import here

MINE = here(Path("tidelog"), Path(sys.prefix), {})
"""How the tests' own tidelog is started on this machine."""
ELSEWHERE = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "GEMINI_CLI_HOME")
XDG = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")


@dataclass(frozen=True)
class Account:
    """A scratch home folder, and a project with a store in it."""

    home: Path
    project: Path
    run: Callable[..., Ended]

    def install(self, *words: str, **variables: str) -> str:
        """Run `tidelog install` in the project, which must succeed: its output."""
        done = self.run("install", *words, **variables)
        assert (done.code, done.err) == (0, "")
        return done.out

    def uninstall(self, *words: str) -> str:
        """The same for `tidelog uninstall`."""
        done = self.run("uninstall", *words)
        assert (done.code, done.err) == (0, "")
        return done.out

    def refused(self, *words: str) -> str:
        """Run a command that must be refused in one line: that line."""
        done = self.run(*words)
        assert (done.code, done.out) == (1, "")
        assert len(done.err.splitlines()) == 1
        return done.err


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new store in it, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    assert tidelog("init", cwd=folder).code == 0
    return folder / ".tidelog"


@pytest.fixture
def account(tmp_path: Path, made_store: Path) -> Account:
    """An account whose clients keep their files where they do unless told otherwise."""
    home, project = tmp_path / "home", tmp_path / "home" / "code" / "harbour"
    project.mkdir(parents=True)
    plain = dict.fromkeys([*ELSEWHERE, *XDG], "") | {"HOME": str(home)}

    def run(*words: str, **variables: str) -> Ended:
        return tidelog(*words, cwd=project, **(plain | variables))

    shutil.copytree(made_store, project / ".tidelog")
    return Account(home, project, run)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but for the store's, with what is in it."""
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and ".tidelog" not in each.parts
    }


def read(file: Path) -> Row:
    """A configuration file, by Python's own readers, which know no comments."""
    text = file.read_text(encoding="utf-8")
    whole: Row = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    return whole
