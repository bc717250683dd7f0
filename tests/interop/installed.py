"""`tidelog install CLIENT`, judged by the clients themselves; no account is needed for that.

Each is asked for its own list of servers, once with the user's file and once with the project's,
and must know of none when it is uninstalled again.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from localstore.values import Row
from tests.interop.node import FOLDER, Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import Finished, Project, run, scratch_project
from tidelog.clients.catalogue import CLIENTS
from tidelog.targets.target import Machine, Scope

CLAUDE, CODEX = "@anthropic-ai/claude-code", "@openai/codex"
GEMINI, COPILOT = "@google/gemini-cli", "@github/copilot"
OPENCODE, VSCODE = "opencode-ai", "@codingame/monaco-vscode-api"
VSCODE_SERVERS = "@codingame/monaco-vscode-mcp-service-override"
SCRIPT = Path(__file__).with_name("vscode_file.mjs")
DISCOVERY = Path(__file__).with_name("vscode_discovery.mjs")
SECONDS = 120.0


@dataclass(frozen=True)
class Account:
    """Somebody who has tidelog on PATH, and a project with a store."""

    node: Node
    project: Project
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a client is run with: nothing of tidelog's but where it is."""
        environment = self.node.environment({"HOME": str(self.home)})
        beside = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        trusting = {"GEMINI_CLI_TRUST_WORKSPACE": "true", "OPENCODE_DISABLE_AUTOUPDATE": "1"}
        return environment | {"PATH": beside} | trusting

    def tidelog(self, *words: str) -> None:
        """Run a command that must succeed."""
        command = [sys.executable, "-m", "tidelog", *words]
        done = run(command, self.environment, self.project.folder)
        assert done.code == 0, done.stderr

    def script(self, path: Path, *words: str) -> str:
        """What a program of a client's prints that runs on Node."""
        return self.program(self.node.binary, str(path), *words)

    def program(self, path: Path, *words: str) -> str:
        """What a program of a client's prints."""
        command = [str(path), *words]
        done = run(command, self.environment, self.project.folder, seconds=SECONDS)
        return _output(done)

    def trust(self, file: str, text: str) -> None:
        """Write into a client's own settings that the project is to be trusted."""
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


Ask = Callable[[Account, str], str | None]
"""Asks a client in a scope: what it says of tidelog; nothing when it does not know of it."""


def outcomes(node: Node) -> Iterator[Outcome]:
    """Every client that can be asked, in both scopes."""
    clients: list[tuple[str, str, str, Ask]] = [
        ("claude-code", f"Claude Code {versions()[CLAUDE]}", "claude mcp get", _claude),
        ("codex", f"Codex {versions()[CODEX]}", "codex mcp list", _codex),
        ("gemini-cli", f"Gemini CLI {versions()[GEMINI]}", "gemini mcp list", _gemini),
        ("copilot-cli", f"Copilot CLI {versions()[COPILOT]}", "copilot mcp list", _copilot),
        ("opencode", f"opencode {versions()[OPENCODE]}", "opencode mcp list", _opencode),
        ("vscode", f"VS Code, as of {versions()[VSCODE]}", "its own schema", _vscode),
    ]
    for client, shown, how, ask in clients:
        for scope in ("user", "project"):
            what = f"tidelog install, for a {scope}: {how}"
            yield timed(shown, what, partial(_installed, node, (client, scope), ask))
    for client in ("claude-desktop", "cursor", "windsurf"):
        what = f"tidelog install {client}: VS Code takes it over"
        check = partial(_installed, node, (client, "user"), partial(_discovered, client))
        yield timed(f"VS Code, as of {versions()[VSCODE_SERVERS]}", what, check)


def _installed(node: Node, which: tuple[str, str], ask: Ask) -> str:
    client, scope = which
    home = node.scratch / "-".join(which)
    home.mkdir()
    with scratch_project() as project:
        account = Account(node, project, home)
        account.tidelog("install", client, "--scope", scope)
        told = ask(account, scope)
        assert told, f"{client} does not know of tidelog"
        account.tidelog("uninstall", client, "--scope", scope)
        assert ask(account, scope) is None, f"{client} still knows of tidelog"
    return told


def _claude(account: Account, scope: str) -> str | None:
    wrapper = account.node.package(CLAUDE) / "cli-wrapper.cjs"
    told = account.script(wrapper, "mcp", "get", "tidelog")
    if "No MCP server" in told:
        return None
    # A project's file is somebody else's word until it is approved in a session.
    state = "✔ Connected" if scope == "user" else "⏸ Pending approval"
    assert f"Status: {state}" in told, told
    assert f"Command: {_command(account, scope)}" in told, told
    return state


def _codex(account: Account, scope: str) -> str | None:
    if scope == "project":
        project = json.dumps(str(account.project.folder))
        account.trust(".codex/config.toml", f'[projects.{project}]\ntrust_level = "trusted"\n')
    script = account.node.package(CODEX) / "bin" / "codex.js"
    servers: list[Row] = json.loads(account.script(script, "mcp", "list", "--json"))
    if not servers:
        return None
    [server] = servers
    assert server["name"] == "tidelog"
    assert server["enabled"] is True
    return _entry(account, scope, server["transport"])


def _gemini(account: Account, scope: str) -> str | None:
    script = account.node.package(GEMINI) / "bundle" / "gemini.js"
    told = account.script(script, "mcp", "list")
    if "No MCP servers configured" in told:
        return None
    assert f"tidelog: {_command(account, scope)} serve (stdio) - Connected" in told, told
    return "Connected"


def _copilot(account: Account, scope: str) -> str | None:
    if scope == "project":
        trusted = {"trustedFolders": [str(account.project.folder)]}
        account.trust(".copilot/config.json", json.dumps(trusted))
    program = _native("@github/copilot-*", "copilot")
    told: dict[str, dict[str, Row]] = json.loads(account.program(program, "mcp", "list", "--json"))
    servers = told["mcpServers"]
    if not servers:
        return None
    assert servers["tidelog"]["enabled"] is True
    assert servers["tidelog"]["source"] == {"user": "user", "project": "workspace"}[scope]
    return _entry(account, scope, servers["tidelog"])


def _opencode(account: Account, scope: str) -> str | None:
    told = account.program(_native("opencode-*", "bin/opencode"), "mcp", "list")
    if "No MCP servers configured" in told:
        return None
    assert "✓ tidelog" in told, told
    assert f"{_command(account, scope)} serve" in told, told
    return "connected"


def _vscode(account: Account, scope: str) -> str | None:
    machine = Machine(account.home, account.project.folder, sys.platform, {})
    file = next(each for each in CLIENTS if each.name == "vscode").file(machine, Scope(scope))
    assert file is not None
    if not file.exists():
        return None
    script = Path(shutil.copy(SCRIPT, FOLDER))  # Node looks for packages above the script
    told: Row = json.loads(account.script(script, str(file)))
    assert told == {"servers": ["tidelog"], "mistakes": [], "objections": [], "notices": True}, told
    return "no objections"


def _discovered(client: str, account: Account, scope: str) -> str | None:
    script = Path(shutil.copy(DISCOVERY, FOLDER))
    told: dict[str, list[Row] | None] = json.loads(account.script(script, str(account.home)))
    servers = told[client]
    if servers is None:
        return None
    [server] = servers
    assert server["env"] == {"TIDELOG_HOME": str(account.project.home)}, server
    return _entry(account, scope, server)


def _entry(account: Account, scope: str, entry: object) -> str:
    assert isinstance(entry, dict), entry
    command = [entry["command"], *entry["args"]]
    assert command == [_command(account, scope), "serve"], command
    return " ".join(command)


def _command(account: Account, scope: str) -> str:
    own = shutil.which("tidelog", path=account.environment["PATH"])
    assert own is not None
    return own if scope == "user" else "tidelog"


def _native(package: str, program: str) -> Path:
    """The program of the package that npm chose for this machine."""
    found = sorted((FOLDER / "node_modules").glob(f"{package}/{program}"))
    assert found, f"{package} has nothing for this machine"
    found[0].chmod(0o755)
    return found[0]


def _output(done: Finished) -> str:
    """All that a program said; a server it does not know may be an exit code of its own."""
    return done.stdout or done.stderr
