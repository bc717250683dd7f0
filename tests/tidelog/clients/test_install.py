"""`tidelog install CLIENT` and `uninstall`: what they refuse, update, print and list."""

import json
import tomllib
from pathlib import Path

import pytest

from localstore.values import Row
from tests.tidelog.clients.conftest import MINE, Account, files_of, read
from tests.tidelog.running import too_wide
from tidelog.clients.catalogue import CLIENTS

ENTRY: Row = {"command": MINE[0], "args": [*MINE[1:], "serve"]}
"""An entry that starts this machine's tidelog."""


def test_print_changes_nothing(account: Account) -> None:
    """--print writes the entry alone on standard output, says where it belongs, writes no file."""
    before = files_of(account.home)
    for client, loads in (("cursor", json.loads), ("codex", tomllib.loads)):
        done = account.run("install", client, "--print")
        assert done.code == 0
        assert done.err.startswith("tidelog: this belongs into ~/.c")
        assert "tidelog" in next(iter(loads(done.out).values()))
    assert files_of(account.home) == before
    account.install("cursor")
    there = files_of(account.home)
    done = account.run("uninstall", "cursor", "--print")
    assert (done.code, done.out) == (0, "")
    assert done.err == "tidelog: nothing would be left of ~/.cursor/mcp.json\n"
    assert files_of(account.home) == there


def test_uninstall_says_where_else_it_stands(account: Account) -> None:
    """Where there is nothing to take out, the other name or the other file is told."""
    account.install("cursor", "--name", "harbour")
    account.install("cursor", "--scope", "project")
    told = account.uninstall("cursor")
    assert "There is no tidelog there; nothing was changed:\n  ~/.cursor/mcp.json\n" in told
    assert (
        "It stands there under another name, to be given with --name:\n  ~/.cursor/mcp.json\n"
        in told
    )
    assert "It stands in the file for --scope project:\n  ~/code/harbour/.cursor/mcp.json\n" in told
    assert "It stands" not in account.uninstall("codex")


def test_flags_reach_the_server(account: Account) -> None:
    """--toolsets and --read-only are written; without them a second install takes them out."""
    account.install("gemini-cli", "--toolsets", "core,sync", "--read-only")
    file = account.home / ".gemini/settings.json"
    args = ["serve", "--toolsets", "core,sync", "--read-only"]
    assert read(file) == {"mcpServers": {"tidelog": {**ENTRY, "args": [*MINE[1:], *args]}}}
    assert "has tidelog now" in account.install("gemini-cli")
    assert read(file) == {"mcpServers": {"tidelog": ENTRY}}


@pytest.mark.parametrize("client", ["claude-code", "codex"])
def test_our_entry_is_brought_up_to_date(account: Account, client: str) -> None:
    """An entry of ours that starts an older place is mended; what its user added stays."""
    file = account.home / {"claude-code": ".claude.json", "codex": ".codex/config.toml"}[client]
    file.parent.mkdir(exist_ok=True)
    old = "/old/bin/tidelog"
    file.write_text(
        '{"mcpServers": {"tidelog": {"timeout": 5, /* mine */ '
        f'"args": ["serve"], "command": "{old}"}}}}}}'
        if client == "claude-code"
        else f'[mcp_servers.tidelog]\ntimeout = 5 # mine\ncommand = "{old}"\nargs = ["serve"]\n'
    )
    account.install(client)
    text = file.read_text()
    assert old not in text
    assert MINE[0] in text
    assert "5" in text
    assert "mine" in text


def test_a_store_of_its_own(account: Account) -> None:
    """--home names a store for a client that would find one; without it the name goes again."""
    other = account.home / "other" / ".tidelog"
    assert account.run("init", "--home", str(other)).code == 0
    file = account.home / ".claude.json"
    said = account.install("claude-code", "--home", str(other))
    assert "It works on ~/other/.tidelog." in said
    entry = {"type": "stdio", **ENTRY, "env": {"TIDELOG_HOME": str(other)}}
    assert read(file) == {"mcpServers": {"tidelog": entry}}
    account.install("claude-code")
    assert read(file) == {"mcpServers": {"tidelog": {"type": "stdio", **ENTRY}}}


def test_two_stores_in_one_client(account: Account) -> None:
    """A client that has the entry for another store is not moved: it gets a second name."""
    account.install("claude-desktop")
    other = account.home / "other" / ".tidelog"
    assert account.run("init", "--home", str(other)).code == 0
    before = files_of(account.home)
    told = account.refused("install", "claude-desktop", "--home", str(other))
    assert f"works on another store, {account.project}/.tidelog" in told
    assert files_of(account.home) == before
    account.install("claude-desktop", "--home", str(other), "--name", "tidelog-other")
    file = account.home / ".config/Claude/claude_desktop_config.json"
    servers = read(file)["mcpServers"]
    assert isinstance(servers, dict)
    assert sorted(servers) == ["tidelog", "tidelog-other"]
    account.uninstall("claude-desktop", "--name", "tidelog-other")
    account.uninstall("claude-desktop")
    assert not file.exists()


def test_an_entry_of_somebody_else_is_left(account: Account) -> None:
    """An entry of our name that starts another program is neither changed nor taken out."""
    file = account.home / ".cursor/mcp.json"
    file.parent.mkdir()
    file.write_text('{"mcpServers": {"tidelog": {"command": "npx", "args": ["-y", "tide"]}}}')
    before = files_of(account.home)
    for verb in ("install", "uninstall"):
        told = account.refused(verb, "cursor")
        assert "~/.cursor/mcp.json: its entry 'tidelog' is not tidelog's; it starts npx" in told
        assert "--name" in told
    assert files_of(account.home) == before
    account.install("cursor", "--name", "tidelog-2")
    account.uninstall("cursor", "--name", "tidelog-2")
    assert file.read_bytes() == before[".cursor/mcp.json"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["install", "codx"], "there is none called 'codx'; did you mean codex?"),
        (["install", "emacs"], "`tidelog install` lists them all"),
        (["uninstall", "codx"], "did you mean codex?"),
        (["install", "windsurf", "--scope", "project"], "Windsurf has no file for a project"),
        (["install", "codex", "--name", "a b"], "--name: must have 1 to 64 letters"),
        (["install", "codex", "--name", "a" * 65], "--name: must have 1 to 64 letters"),
        (["install", "codex", "--toolsets", "core,bogus"], "--toolsets: must be among core"),
        (["install", "codex", "--home", "nowhere"], "run `tidelog init`"),
        (["install", "codex", "--scope", "project", "--home", ".tidelog"], "for everybody"),
    ],
)
def test_what_cannot_be_done_is_said(account: Account, words: list[str], told: str) -> None:
    """What was asked wrong is refused in one line with the way out, and nothing is written."""
    before = files_of(account.home)
    assert told in account.refused(*words)
    assert files_of(account.home) == before


def test_a_file_that_cannot_be_read_is_left(account: Account) -> None:
    """A broken file is refused with its name, line and column, and stays as it is."""
    file = account.home / ".gemini/settings.json"
    file.parent.mkdir()
    for content, told in (
        (b'{\n  "a": 1\n  "b": 2\n}', '~/.gemini/settings.json: line 3, column 3: a "," or a "}"'),
        (b'{"mcpServers": []}', "mcpServers is not an object"),
        (b'{"a": "\xff"}', "is not UTF-8 text (byte 7)"),
    ):
        file.write_bytes(content)
        for verb in ("install", "uninstall"):
            assert told in account.refused(verb, "gemini-cli")
        assert files_of(account.home) == {".gemini/settings.json": content}
    assert "unreadable" in account.install()


def test_a_client_that_starts_elsewhere_needs_a_store(account: Account, tmp_path: Path) -> None:
    """Without a store there is nothing to name, and that is said."""
    (account.project / ".tidelog" / "store.db").unlink()
    (account.project / ".tidelog").rename(tmp_path / "away")
    told = account.refused("install", "claude-desktop")
    assert "Claude Desktop does not start servers in a project's folder" in told
    assert "run `tidelog init`" in told
    account.install("claude-code")


def test_a_home_folder_is_no_project(account: Account) -> None:
    """In the home folder there is no project to install for."""
    (account.project / ".tidelog").rename(account.home / ".tidelog")
    told = account.refused("install", "cursor", "--scope", "project")
    assert "is no project's folder" in told


def test_the_table(account: Account) -> None:
    """Without a client every file is listed at 80 columns, with where tidelog stands."""
    account.install("codex", "--scope", "project")
    told = account.install()
    assert too_wide(told) == []
    assert [line.split() for line in told.splitlines() if line.endswith("installed")] == [
        ["project", ".codex/config.toml", "installed"]
    ]
    for client in CLIENTS:
        assert f"{client.name}  {client.summary}" in told
    rows = json.loads(account.install("--json"))
    assert [each["name"] for each in rows if each["installed"]] == ["codex"]
    assert {each["scope"] for each in rows} == {"user", "project"}
    assert all(Path(each["file"]).is_absolute() for each in rows)
