"""What `install` asks of the machine: whose account it is, and how tidelog is started here."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from localstore.errors import Unavailable
from tidelog.discovery import FOLDER
from tidelog.targets.target import NAME, Machine

CACHE_TAG = "CACHEDIR.TAG"
"""The file by which a cache says that it is one; a cleaner may empty such a folder."""


def this_machine() -> Machine:
    """The machine, the account and the project that the working directory is in."""
    return Machine(Path.home(), project_top(Path.cwd()), sys.platform, os.environ)


def project_top(start: Path) -> Path:
    """The nearest folder with a repository or a store in it, from `start` up; else `start`."""
    for folder in (start, *start.parents):
        if (folder / ".git").exists() or (folder / FOLDER).is_dir():
            return folder
    return start


def here(program: Path, prefix: Path, variables: Mapping[str, str]) -> list[str]:
    """The words that start this tidelog on this machine, whatever PATH is then.

    `program` is what runs now, `prefix` its Python environment. The program itself, by its whole
    path; a link to it stays one, so that an upgrade behind it is followed. From an environment that
    may be thrown away it is the runner that made it, which will make it again.

    Raises:
        Unavailable: it runs from a cache, and no runner is there.
    """
    if in_cache(prefix, variables):
        return [_runner(variables), NAME]
    for each in (program, prefix / "bin" / NAME):
        if each.name == NAME and os.access(each, os.X_OK) and each.is_file():
            return [str(each.absolute())]
    return [str(prefix / "bin" / "python"), "-m", NAME]


def anywhere(prefix: Path, variables: Mapping[str, str]) -> list[str]:
    """The words that start tidelog on any machine that has it."""
    return ["uvx", NAME] if in_cache(prefix, variables) else [NAME]


def in_cache(prefix: Path, variables: Mapping[str, str]) -> bool:
    """Whether a Python environment stands in a cache, as those of `uvx` do."""
    named = variables.get("XDG_CACHE_HOME")
    caches = [Path(named) if named else Path.home() / ".cache"]
    return any((folder / CACHE_TAG).is_file() or folder in caches for folder in prefix.parents)


def _runner(variables: Mapping[str, str]) -> str:
    uv = variables.get("UV")
    beside = Path(uv).with_name("uvx") if uv else None
    if beside is not None and beside.is_file():
        return str(beside)
    if found := shutil.which("uvx", path=variables.get("PATH")):
        return str(Path(found).absolute())
    raise Unavailable(
        "this tidelog runs from a cache, which may be emptied at any time",
        hint="install it to stay, with `uv tool install tidelog` or `pipx install tidelog`",
    )
