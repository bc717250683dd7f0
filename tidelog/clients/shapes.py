"""How an entry is written: the format of the file, the path to the servers, the names of fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from localstore.values import Row, Value
from tidelog.clients import jsonedit, tomledit


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: what is at a path, and the text with a value put there or dropped."""

    found: Callable[[str, Sequence[str]], Value]
    put: Callable[[str | None, Sequence[str], Value], str]
    dropped: Callable[[str, Sequence[str]], str | None]


JSON = Format(jsonedit.found, jsonedit.put, jsonedit.dropped)
TOML = Format(tomledit.found, tomledit.put, tomledit.dropped)


@dataclass(frozen=True, slots=True)
class Shape:
    """An entry's form; `first` and `last` are fields that it has beside the command."""

    format: Format
    servers: tuple[str, ...]
    first: Mapping[str, Value] = field(default_factory=dict)
    last: Mapping[str, Value] = field(default_factory=dict)
    one_list: bool = False
    """Whether the command and its arguments are one list."""
    environment: str = "env"

    def entry(self, words: Sequence[str], variables: Mapping[str, Value]) -> Row:
        """An entry that starts these words with these variables."""
        command: Row = {"command": list(words)}
        if not self.one_list:
            command = {"command": words[0], "args": list(words[1:])}
        env: Row = {self.environment: dict(variables)} if variables else {}
        return {**self.first, **command, **env, **self.last}

    def words(self, entry: Value) -> list[str]:
        """What an entry starts; empty when it starts nothing."""
        if not isinstance(entry, Mapping):
            return []
        command, arguments = entry.get("command"), entry.get("args", [])
        words = command if isinstance(command, list) else [command]
        if isinstance(arguments, list):
            words = words + arguments
        return [each for each in words if isinstance(each, str)]

    def variable(self, entry: Value, name: str) -> Value:
        """One of the variables of an entry; None without it."""
        variables = entry.get(self.environment) if isinstance(entry, Mapping) else None
        return variables.get(name) if isinstance(variables, Mapping) else None
