"""What can be installed into: the contract that every target keeps.

A target says which file it is about and edits its text, purely: text in, text out. Reading, backing
up and replacing files is done in one place for all (`tidelog.targets.applying`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

NAME = "tidelog"
"""What tidelog is called in a client, unless told otherwise."""


class Scope(Enum):
    """For whom something is installed."""

    USER = "user"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of the machine and the user's account, as values.

    `home` is the user's folder, `project` the top of the project that the working directory is in,
    `system` what `sys.platform` says (`linux` or `darwin`), `variables` the environment.
    """

    home: Path
    project: Path
    system: str
    variables: Mapping[str, str]

    @property
    def is_mac(self) -> bool:
        """Whether files stand where macOS keeps them."""
        return self.system == "darwin"

    @property
    def settings(self) -> Path:
        """The folder in which programs keep their settings."""
        if self.is_mac:
            return self.home / "Library" / "Application Support"
        return self.folder("XDG_CONFIG_HOME", ".config")

    def folder(self, variable: str, default: str) -> Path:
        """A folder that a variable may name; else `default`, in the user's folder."""
        named = self.variables.get(variable)
        return Path(named).expanduser() if named else self.home / default

    def shown(self, path: Path) -> str:
        """A path as people write it, with `~` for the user's folder."""
        if path.is_relative_to(self.home):
            return str("~" / path.relative_to(self.home))
        return str(path)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, with what a target may need to do it.

    `command` starts tidelog, without its subcommand: the words for this machine in the user's
    scope, for any machine in the project's. `store` is the folder of the store that is in use where
    the command was given; None without one. `pinned` says that the user named that folder.
    """

    machine: Machine
    scope: Scope
    command: Sequence[str]
    store: Path | None = None
    pinned: bool = False
    name: str = NAME
    toolsets: str | None = None
    read_only: bool = False

    @property
    def serving(self) -> list[str]:
        """The words that start the server, with the flags that were asked for."""
        words = [*self.command, "serve"]
        if self.toolsets:
            words += ["--toolsets", self.toolsets]
        return [*words, "--read-only"] if self.read_only else words


class Target(Protocol):
    """Something that `tidelog install NAME` writes and `tidelog uninstall NAME` takes back.

    The edits are pure and keep every byte that is not about tidelog. They hold
    `installed(installed(text)) == installed(text)` and, for a text without tidelog in it,
    `removed(installed(text)) == text`.
    """

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        ...

    @property
    def summary(self) -> str:
        """What it is, in at most 30 characters."""
        ...

    @property
    def private(self) -> bool:
        """Whether the file may hold secrets, so that a new one is for its owner's eyes only."""
        ...

    def file(self, machine: Machine, scope: Scope) -> Path | None:
        """The file that is written; None when there is none for that scope."""
        ...

    def stands(self, text: str) -> bool:
        """Whether tidelog is in that text. Raises: InvalidArguments: it cannot be read."""
        ...

    def shown(self, asked: Asked) -> str:
        """What is written, by itself, ready to be pasted. Raises: as `installed`."""
        ...

    def installed(self, before: str | None, asked: Asked) -> str:
        """The file's text with tidelog in it; `before` is None when there is no file.

        Raises:
            InvalidArguments: the text cannot be read or edited; or what was asked cannot be done.
            Unavailable: a store is needed, and there is none.
        """
        ...

    def removed(self, before: str, asked: Asked) -> str | None:
        """The text without tidelog; None when nothing else was in it, so that the file can go.

        Raises:
            InvalidArguments: as above.
        """
        ...

    def next_steps(self, asked: Asked) -> Sequence[str]:
        """What to do now that it is installed, in lines of at most 80 columns."""
        ...

    def last_steps(self, asked: Asked) -> Sequence[str]:
        """What to do now that it is uninstalled, beside committing what is shared; may be empty."""
        ...
