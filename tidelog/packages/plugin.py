"""The Claude Code plugin: the server, and the skill that teaches when and how to use it."""

import json

from localstore.values import Row
from tidelog.packaged import SKILL_FILES
from tidelog.packages.facts import Facts, text_of
from tidelog.packages.icon import icon_png

START = "server/serve.sh"
"""The script that starts the server."""


def plugin_files(facts: Facts) -> dict[str, bytes]:
    """Every file of a marketplace with the one plugin in it, by its path."""
    plugin = facts.name
    texts = {
        ".claude-plugin/marketplace.json": _json(marketplace(facts)),
        f"{plugin}/.claude-plugin/plugin.json": _json(plugin_manifest(facts)),
        f"{plugin}/.mcp.json": _json(servers(facts)),
        f"{plugin}/{START}": text_of("templates/packages/serve.sh").replace(
            "@REQUIREMENT@", facts.requirement
        ),
        f"{plugin}/README.md": text_of("templates/packages/plugin.md"),
        f"{plugin}/LICENSE": text_of("LICENSE"),
    }
    for name in SKILL_FILES:
        texts[f"{plugin}/skills/{facts.name}/{name}"] = text_of(f"templates/skill/{name}")
    files = {path: text.encode() for path, text in texts.items()}
    return files | {f"{plugin}/.claude-plugin/icon.png": icon_png()}


def marketplace(facts: Facts) -> Row:
    """`marketplace.json`: a catalogue of one."""
    return {
        "name": facts.name,
        "owner": {"name": facts.author},
        "description": facts.description,
        "plugins": [
            {
                "name": facts.name,
                "source": f"./{facts.name}",
                "description": facts.description,
                "version": facts.version,
            }
        ],
    }


def plugin_manifest(facts: Facts) -> Row:
    """`plugin.json`."""
    return {
        "name": facts.name,
        "version": facts.version,
        "description": facts.description,
        "author": {"name": facts.author},
        "license": facts.license,
        "keywords": list(facts.keywords),
    }


def servers(facts: Facts) -> Row:
    """`.mcp.json`: the server at the plugin's own version, which the skill's text is about.

    Claude Code starts it in the project's folder, so it needs no setting to find the store.
    """
    start: Row = {"command": "sh", "args": [f"${{CLAUDE_PLUGIN_ROOT}}/{START}"]}
    return {"mcpServers": {facts.name: start}}


def _json(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, indent=2) + "\n"
