"""The clients there are: facts from their own documentation, help and sources, as of late 2026."""

from collections.abc import Callable
from pathlib import Path

from tidelog.clients.client import Client
from tidelog.clients.shapes import JSON, TOML, Shape
from tidelog.targets.target import Machine, Scope

ANYWHERE = frozenset(Scope)
USER, PROJECT = Scope.USER, Scope.PROJECT

Place = Callable[[Machine, Scope], Path | None]


def _in(user: Callable[[Machine], Path], project: str | None = None) -> Place:
    """A file of the user's, and one in a project under a path that is the same in all."""

    def place(machine: Machine, scope: Scope) -> Path | None:
        if scope is USER:
            return user(machine)
        return None if project is None else machine.project / project

    return place


def _claude_code(machine: Machine) -> Path:
    named = machine.variables.get("CLAUDE_CONFIG_DIR")
    return (Path(named).expanduser() if named else machine.home) / ".claude.json"


def _opencode(machine: Machine, scope: Scope) -> Path:
    """It reads either of two names; the one that is there is the one in use."""
    folder = machine.project
    if scope is USER:
        folder = machine.folder("XDG_CONFIG_HOME", ".config") / "opencode"
    commented = folder / "opencode.jsonc"
    return commented if commented.exists() else folder / "opencode.json"


MCP_SERVERS = ("mcpServers",)
PLAIN = Shape(JSON, MCP_SERVERS)
STDIO = Shape(JSON, MCP_SERVERS, first={"type": "stdio"})

CLIENTS: tuple[Client, ...] = (
    Client(
        name="claude-code",
        summary="Claude Code",
        place=_in(_claude_code, ".mcp.json"),
        shape=STDIO,
        in_project=ANYWHERE,
        restart="The next session has it.",
        approve="In each checkout it asks once whether to start what the file names.",
        check="claude mcp list",
    ),
    Client(
        name="claude-desktop",
        summary="Claude Desktop",
        place=_in(lambda machine: machine.settings / "Claude" / "claude_desktop_config.json"),
        shape=PLAIN,
        restart="Quit Claude Desktop and start it again.",
        check="Settings, Developer: tidelog is running",
    ),
    Client(
        name="cursor",
        summary="Cursor",
        place=_in(lambda machine: machine.home / ".cursor" / "mcp.json", ".cursor/mcp.json"),
        shape=PLAIN,
        project_store="${workspaceFolder}/.tidelog",
        restart="Cursor takes it up by itself; a new server may have to be switched on.",
        check="Settings, Tools & MCP: tidelog has a green dot",
    ),
    Client(
        name="vscode",
        summary="VS Code",
        place=_in(
            lambda machine: machine.settings / "Code" / "User" / "mcp.json", ".vscode/mcp.json"
        ),
        shape=Shape(JSON, ("servers",), first={"type": "stdio"}),
        in_project=ANYWHERE,
        restart="VS Code takes it up by itself, and asks once whether you trust it.",
        check="the command `MCP: List Servers`",
    ),
    Client(
        name="codex",
        summary="Codex",
        place=_in(
            lambda machine: machine.folder("CODEX_HOME", ".codex") / "config.toml",
            ".codex/config.toml",
        ),
        shape=Shape(TOML, ("mcp_servers",)),
        in_project=ANYWHERE,
        restart="The next session has it.",
        approve="The file counts in projects that you trust.",
        check="codex mcp list",
    ),
    Client(
        name="gemini-cli",
        summary="Gemini CLI",
        place=_in(
            lambda machine: machine.folder("GEMINI_CLI_HOME", "") / ".gemini" / "settings.json",
            ".gemini/settings.json",
        ),
        shape=PLAIN,
        in_project=ANYWHERE,
        restart="The next session has it, in folders that you trust.",
        check="gemini mcp list",
    ),
    Client(
        name="copilot-cli",
        summary="GitHub Copilot CLI",
        place=_in(
            lambda machine: machine.folder("COPILOT_HOME", ".copilot") / "mcp-config.json",
            ".github/mcp.json",
        ),
        shape=Shape(JSON, MCP_SERVERS, first={"type": "local"}, last={"tools": ["*"]}),
        in_project=ANYWHERE,
        restart="The next session has it.",
        check="copilot mcp list",
    ),
    Client(
        name="opencode",
        summary="opencode",
        place=_opencode,
        shape=Shape(
            JSON,
            ("mcp",),
            first={"type": "local"},
            last={"enabled": True},
            one_list=True,
            environment="environment",
        ),
        in_project=ANYWHERE,
        restart="The next session has it.",
        check="opencode mcp list",
    ),
    Client(
        name="zed",
        summary="Zed",
        place=_in(
            lambda machine: machine.folder("XDG_CONFIG_HOME", ".config") / "zed" / "settings.json",
            ".zed/settings.json",
        ),
        shape=Shape(JSON, ("context_servers",)),
        in_project=ANYWHERE,
        restart="Zed takes it up by itself.",
        approve="The file counts in projects that you trust.",
        check="the agent panel's settings: tidelog has a green dot",
    ),
    Client(
        name="windsurf",
        summary="Windsurf",
        place=_in(lambda machine: machine.home / ".codeium" / "windsurf" / "mcp_config.json"),
        shape=PLAIN,
        restart="Press Refresh among Cascade's MCP servers.",
        check="Settings, Cascade, MCP servers: tidelog lists its tools",
    ),
    Client(
        name="cline",
        summary="Cline, in VS Code",
        place=_in(
            lambda machine: (
                machine.settings
                / "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
            )
        ),
        shape=PLAIN,
        restart="Cline takes it up by itself.",
        check="Cline's MCP Servers, Configure: tidelog has a green dot",
    ),
)
"""Every client, the most used first."""
