"""Each client: its file, its entry, and what is left of others' text, on an account of its own."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from localstore.values import Row, Value
from tests.tidelog.clients.conftest import MINE, Account, files_of, read
from tests.tidelog.running import too_wide
from tidelog.clients.catalogue import CLIENTS
from tidelog.clients.client import Client
from tidelog.targets.target import Machine, Scope

MAC = "Library/Application Support"


def mine(**more: Value) -> Row:
    """An entry that starts this machine's tidelog."""
    return {"command": MINE[0], "args": [*MINE[1:], "serve"], **more}


def shared(**more: Value) -> Row:
    """An entry that starts anybody's."""
    return {"command": "tidelog", "args": ["serve"], **more}


STORE: Row = {"TIDELOG_HOME": "STORE"}
"""Stands for the folder of the project's store."""


class Written(NamedTuple):
    """What a client's file says after an install."""

    name: str
    scope: str
    path: str
    servers: str
    entry: Row


WRITTEN = [
    Written("claude-code", "user", ".claude.json", "mcpServers", mine(type="stdio")),
    Written("claude-code", "project", ".mcp.json", "mcpServers", shared(type="stdio")),
    Written(
        "claude-desktop",
        "user",
        ".config/Claude/claude_desktop_config.json",
        "mcpServers",
        mine(env=STORE),
    ),
    Written("cursor", "user", ".cursor/mcp.json", "mcpServers", mine(env=STORE)),
    Written(
        "cursor",
        "project",
        ".cursor/mcp.json",
        "mcpServers",
        shared(env={"TIDELOG_HOME": "${workspaceFolder}/.tidelog"}),
    ),
    Written("vscode", "user", ".config/Code/User/mcp.json", "servers", mine(type="stdio")),
    Written("vscode", "project", ".vscode/mcp.json", "servers", shared(type="stdio")),
    Written("codex", "user", ".codex/config.toml", "mcp_servers", mine()),
    Written("codex", "project", ".codex/config.toml", "mcp_servers", shared()),
    Written("gemini-cli", "user", ".gemini/settings.json", "mcpServers", mine()),
    Written("gemini-cli", "project", ".gemini/settings.json", "mcpServers", shared()),
    Written(
        "copilot-cli",
        "user",
        ".copilot/mcp-config.json",
        "mcpServers",
        mine(type="local", tools=["*"]),
    ),
    Written(
        "copilot-cli",
        "project",
        ".github/mcp.json",
        "mcpServers",
        shared(type="local", tools=["*"]),
    ),
    Written(
        "opencode",
        "user",
        ".config/opencode/opencode.json",
        "mcp",
        {"type": "local", "command": [*MINE, "serve"], "enabled": True},
    ),
    Written(
        "opencode",
        "project",
        "opencode.json",
        "mcp",
        {"type": "local", "command": ["tidelog", "serve"], "enabled": True},
    ),
    Written("zed", "user", ".config/zed/settings.json", "context_servers", mine()),
    Written("zed", "project", ".zed/settings.json", "context_servers", shared()),
    Written("windsurf", "user", ".codeium/windsurf/mcp_config.json", "mcpServers", mine(env=STORE)),
    Written(
        "cline",
        "user",
        ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "mcpServers",
        mine(env=STORE),
    ),
]


@pytest.mark.parametrize("written", WRITTEN, ids=lambda each: f"{each.name}-{each.scope}")
def test_each_client(account: Account, written: Written) -> None:
    """The client's own file is made with our entry; a second time says so; uninstall removes it."""
    name, scope, path, servers, entry = written
    before = files_of(account.home)
    file = (account.home if scope == "user" else account.project) / path
    store = json.dumps(f"{account.project}/.tidelog")
    entry = json.loads(json.dumps(entry).replace('"STORE"', store))
    said = account.install(name, "--scope", scope)
    assert read(file) == {servers: {"tidelog": entry}}
    assert file.stat().st_mode & 0o077 == (0 if scope == "user" else 0o044)
    assert too_wide(said.replace(path, "file").replace(str(account.project), "")) == []
    assert "To check: " in said
    content = file.read_bytes()
    assert account.install(name, "--scope", scope).startswith("It is there already")
    assert file.read_bytes() == content
    assert "so it is gone" in account.uninstall(name, "--scope", scope)
    assert files_of(account.home) == before


def test_every_client_is_tried() -> None:
    """The table above has every client in every scope it has a file for."""
    machine = Machine(Path("/h"), Path("/h/p"), "linux", {})
    there = {(each.name, s.value) for each in CLIENTS for s in Scope if each.file(machine, s)}
    assert there == {each[:2] for each in WRITTEN}
    assert all(len(each.summary) <= 30 for each in CLIENTS)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.name)
def test_what_was_there_stays(account: Account, client: Client) -> None:
    """Beside others' servers ours is added, with a backup that is told, and taken out again."""
    machine = Machine(account.home, account.project, "linux", {})
    file = client.file(machine, Scope.USER)
    assert file is not None
    [servers] = client.shape.servers
    text = (
        f'{{\n    // mine\n    "{servers}": {{\n        "other": {{"command": "x"}},\n    }},\n}}'
    )
    if file.suffix == ".toml":
        text = f'# mine\n[{servers}.other]\ncommand = "x" # y\n'
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    assert "nothing was changed" in account.uninstall(client.name)
    said = account.install(client.name)
    [backup] = file.parent.glob("*.tidelog-backup")
    assert backup.read_bytes() == text.encode()
    assert backup.name in said
    assert len(file.read_bytes()) > len(text)
    assert f"without tidelog now:\n  ~/{file.relative_to(account.home)}" in account.uninstall(
        client.name
    )
    assert file.read_bytes() == text.encode()


def test_folders_that_variables_name(account: Account) -> None:
    """A client whose folder is named by its own variable is set up there."""
    for client, variable, file in (
        ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("codex", "CODEX_HOME", "config.toml"),
        ("copilot-cli", "COPILOT_HOME", "mcp-config.json"),
        ("gemini-cli", "GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("zed", "XDG_CONFIG_HOME", "zed/settings.json"),
    ):
        folder = account.home / "at" / client
        account.install(client, **{variable: str(folder)})
        assert list(files_of(folder)) == [file]


def test_files_on_a_mac() -> None:
    """On macOS, programs with windows keep their files under Library; others as on Linux."""
    machine = Machine(Path("/h"), Path("/h/p"), "darwin", {"XDG_CONFIG_HOME": ""})
    files = {each.name: str(each.file(machine, Scope.USER)) for each in CLIENTS}
    assert files["claude-desktop"] == f"/h/{MAC}/Claude/claude_desktop_config.json"
    assert files["vscode"] == f"/h/{MAC}/Code/User/mcp.json"
    assert files["cline"].startswith(f"/h/{MAC}/Code/User/globalStorage/")
    assert files["zed"] == "/h/.config/zed/settings.json"
    assert files["claude-code"] == "/h/.claude.json"


def test_opencode_with_comments(account: Account) -> None:
    """opencode's file is the one that is there: opencode.jsonc, if there is one."""
    file = account.project / "opencode.jsonc"
    file.write_text("{\n  // mine\n}\n")
    account.install("opencode", "--scope", "project")
    assert '"tidelog"' in file.read_text()
    assert not (account.project / "opencode.json").exists()
    account.uninstall("opencode", "--scope", "project")
    assert file.read_text() == "{\n  // mine\n}\n"
