"""An assistant's client: where it keeps its servers, and how an entry of ours looks there."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from localstore.errors import InvalidArguments, Unavailable
from localstore.values import Row, Value
from tidelog.clients.shapes import Shape
from tidelog.clients.unfit import Unfit
from tidelog.targets.target import Asked, Machine, Scope

HOME_VARIABLE = "TIDELOG_HOME"
_SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_REQUIREMENT = re.compile(r"tidelog(?:\[.*\])?[@=<>~!]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client of MCP servers, as a target.

    `place` says which file lists its servers. `in_project` are the scopes in which it starts a
    server in the project's folder; in others the entry names the store. `project_store` is how its
    file in a project names the store of that project, where the client does not start servers
    there. `restart`, for a project's file `approve`, and `check` are what a person does next.
    """

    name: str
    summary: str
    place: Callable[[Machine, Scope], Path | None]
    shape: Shape
    in_project: frozenset[Scope] = frozenset()
    project_store: str | None = None
    private: bool = True
    restart: str
    approve: str = ""
    check: str

    def file(self, machine: Machine, scope: Scope) -> Path | None:
        """Where its servers are listed; None when it has no such file."""
        return self.place(machine, scope)

    def stands(self, text: str) -> bool:
        """Whether an entry of ours is there, whatever it is called."""
        with _explained(self.name):
            servers = self.shape.format.found(text, self.shape.servers)
        entries = servers.values() if isinstance(servers, dict) else ()
        return any(is_ours(self.shape.words(each)) for each in entries)

    def shown(self, asked: Asked) -> str:
        """A document with our entry alone."""
        return self.installed(None, asked)

    def installed(self, before: str | None, asked: Asked) -> str:
        """The text with our entry; one of ours that is there is brought up to date.

        What its user added to our entry is left there.
        """
        path, entry = self._path(asked.name), self._entry(asked)
        with _explained(self._called(asked)):
            there = None if before is None else self.shape.format.found(before, path)
            if before is None or there is None:
                return self.shape.format.put(before, path, entry)
            self._expect_ours(there, asked)
            self._expect_same_store(there, entry, asked)
            return self._updated(before, path, entry)

    def removed(self, before: str, asked: Asked) -> str | None:
        """The text without the entry of that name; one that is not ours is refused."""
        path = self._path(asked.name)
        with _explained(self._called(asked)):
            there = self.shape.format.found(before, path)
            if there is None:
                return before
            self._expect_ours(there, asked)
            return self.shape.format.dropped(before, path)

    def next_steps(self, asked: Asked) -> Sequence[str]:
        """How the client takes it up, what it will work on, and how to see that it does."""
        store = self._store(asked)
        if asked.scope is Scope.PROJECT:
            steps = ["Commit the file: whoever has tidelog gets the server with the project."]
        elif store is not None:
            steps = [f"It works on {asked.machine.shown(Path(store))}."]
        else:
            steps = [
                "It works on the project you open: on the nearest .tidelog. Where there is none",
                "it makes one when something is to be kept. To have it in this project only, use",
                "`--scope project` instead.",
            ]
        steps.append(self.restart)
        if asked.scope is Scope.PROJECT and self.approve:
            steps.append(self.approve)
        if Path(asked.command[0]).name == "uvx":
            steps.append("Without a network it will not start, for uvx asks the package index each")
            steps.append("time; after `uv tool install tidelog`, install it again, and it does.")
        return [*steps, f"To check: {self.check}"]

    def last_steps(self, asked: Asked) -> Sequence[str]:
        """When the client lets go of it."""
        del asked
        return ["A session that runs keeps its server until it ends."]

    def _updated(self, text: str, path: Sequence[str], entry: Row) -> str:
        """The text with the fields of our entry as they should be."""
        environment = self.shape.environment
        for key, value in entry.items():
            if key == environment and isinstance(value, dict):
                for variable, each in value.items():
                    text = self._with(text, (*path, key, variable), each)
            else:
                text = self._with(text, (*path, key), value)
        store = (*path, environment, HOME_VARIABLE)
        if environment not in entry and self.shape.format.found(text, store) is not None:
            text = self._without(text, store)
            if self.shape.format.found(text, store[:-1]) == {}:
                text = self._without(text, store[:-1])
        return text

    def _without(self, text: str, path: Sequence[str]) -> str:
        """The text without a field of our entry, which leaves others, so that something is left."""
        return self.shape.format.dropped(text, path) or text

    def _with(self, text: str, path: Sequence[str], value: Value) -> str:
        there = self.shape.format.found(text, path)
        return text if there == value else self.shape.format.put(text, path, value)

    def _entry(self, asked: Asked) -> Row:
        if asked.pinned and asked.scope is Scope.PROJECT:
            raise InvalidArguments(
                "--home",
                "names a folder of this machine, and a project's file is for everybody",
                hint="leave it out, or install for yourself with --scope user",
            )
        store = self._store(asked)
        return self.shape.entry(asked.serving, {} if store is None else {HOME_VARIABLE: store})

    def _store(self, asked: Asked) -> str | None:
        """The store that the entry names; None when the folder it is started in tells."""
        if asked.scope is Scope.PROJECT:
            return self.project_store
        if asked.scope in self.in_project and not asked.pinned:
            return None
        if asked.store is None:
            raise Unavailable(
                f"{self.summary} does not start servers in a project's folder, so the entry has "
                "to name a store, and there is none here",
                hint="run `tidelog init` in the project first, or name one with --home",
            )
        return str(asked.store)

    def _expect_ours(self, there: Value, asked: Asked) -> None:
        words = self.shape.words(there)
        if not is_ours(words):
            starts = f"; it starts {words[0]}" if words else ""
            raise InvalidArguments(
                self._called(asked),
                f"its entry {asked.name!r} is not tidelog's{starts}",
                hint="choose another name with --name; nothing was changed",
            )

    def _expect_same_store(self, there: Value, entry: Row, asked: Asked) -> None:
        old = self.shape.variable(there, HOME_VARIABLE)
        new = self.shape.variable(entry, HOME_VARIABLE)
        if isinstance(old, str) and isinstance(new, str) and old != new:
            raise InvalidArguments(
                self._called(asked),
                f"its entry {asked.name!r} works on another store, {old}",
                hint="give this one a name of its own with --name, or uninstall that one first",
            )

    def _path(self, name: str) -> list[str]:
        if not _SERVER_NAME.fullmatch(name):
            raise InvalidArguments(
                "--name", "must have 1 to 64 letters, digits, - and _, and begin with none of these"
            )
        return [*self.shape.servers, name]

    def _called(self, asked: Asked) -> str:
        """The file, as people write it."""
        file = self.place(asked.machine, asked.scope)
        return self.name if file is None else asked.machine.shown(file)


def is_ours(words: Sequence[str]) -> bool:
    """Whether a command line starts tidelog's server, however it is come by."""
    before = words[: words.index("serve")] if "serve" in words else []
    return any(PurePosixPath(word).name == "tidelog" or _REQUIREMENT.match(word) for word in before)


@contextmanager
def _explained(file: str) -> Iterator[None]:
    """Turn what an editor refuses into words for a person."""
    try:
        yield
    except Unfit as failure:
        raise InvalidArguments(
            file, str(failure), hint="put that right and try again; nothing was changed"
        ) from None
