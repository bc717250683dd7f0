"""What docs/clients.md has from the code; `python -m tests.tidelog.clients.page` prints it."""

from pathlib import Path

from tests.tidy_source import ROOT
from tidelog.clients.catalogue import CLIENTS
from tidelog.clients.client import Client
from tidelog.targets.target import Asked, Machine, Scope

PAGE = ROOT / "docs" / "clients.md"
HOME, PROJECT = Path("/~"), Path("/project")
LINUX, MAC = (Machine(HOME, PROJECT, system, {}) for system in ("linux", "darwin"))
ASKED = Asked(
    machine=LINUX,
    scope=Scope.USER,
    command=["/usr/local/bin/tidelog"],
    store=Path("/srv/harbour/.tidelog"),
)


def section(client: Client) -> str:
    """What the page says of one client: how to set it up, what is written where, how to check."""
    language = "toml" if client.name == "codex" else "json"
    lines = [f"### {client.summary}", "", "```sh", f"tidelog install {client.name}"]
    if client.file(LINUX, Scope.PROJECT) is not None:
        lines.append(f"tidelog install {client.name} --scope project")
    lines += ["```", "", *_files(client), "", f"```{language}"]
    lines += [*client.shown(ASKED).splitlines(), "```", ""]
    told = [client.restart, client.approve and f"For a project: {client.approve}"]
    lines += [each for each in told if each] + [f"To check: {_quoted(client.check)}", ""]
    return "\n".join(lines)


def _files(client: Client) -> list[str]:
    on_linux = _shown(LINUX, client, Scope.USER)
    on_mac = _shown(MAC, client, Scope.USER)
    rows = (
        [("you", on_linux)]
        if on_linux == on_mac
        else [
            ("you, on Linux", on_linux),
            ("you, on macOS", on_mac),
        ]
    )
    if client.file(LINUX, Scope.PROJECT) is not None:
        rows.append(("a project", _shown(LINUX, client, Scope.PROJECT)))
    return ["| For | File |", "|---|---|", *(f"| {who} | `{file}` |" for who, file in rows)]


def _shown(machine: Machine, client: Client, scope: Scope) -> str:
    file = client.file(machine, scope)
    assert file is not None
    if file.is_relative_to(PROJECT):
        return str(file.relative_to(PROJECT))
    return machine.shown(file)


def _quoted(check: str) -> str:
    """A command as code, another way as it is."""
    return f"`{check}`." if " mcp list" in check else f"{check}."


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join(section(each) for each in CLIENTS))
