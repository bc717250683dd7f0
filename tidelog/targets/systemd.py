"""A service as a systemd unit of the user's own."""

from collections.abc import Sequence

from tidelog.packaged import packaged_text

MARK = "# Written by `tidelog install daemon`"
REFUSED = frozenset("\"'\\")
"""What systemd takes in no program's path, however it is quoted."""


def unit(command: Sequence[str], store: str, project: str, path: str) -> str:
    """The unit that runs `command` with `path` as its PATH while the folder `store` is there."""
    values = {
        "@PROJECT@": _plain(project),
        "@STORE@": _plain(store),
        "@COMMAND@": " ".join(quoted(word) for word in command),
        "@PATH@": quoted(f"PATH={path}"),
    }
    lines = packaged_text("service/daemon.service").splitlines()
    return "".join(f"{_filled(line, values)}\n" for line in lines)


def quoted(word: str) -> str:
    """A word as systemd reads it back. In an ExecStart that begins with `:` a dollar stays one."""
    escaped = _plain(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """Text in which systemd finds nothing to fill in."""
    return text.replace("%", "%%")


def _filled(line: str, values: dict[str, str]) -> str:
    """A line of the template; a value is never looked at for further names."""
    for name, value in values.items():
        if name in line:
            return line.replace(name, value)
    return line
