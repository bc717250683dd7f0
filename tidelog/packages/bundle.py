"""The `.mcpb` bundle: tidelog as an extension that Claude Desktop installs by a click.

It holds the wheel and says what else is needed; the host brings uv, and uv brings Python and the
rest. That is why the bundle is small and the same for every platform.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from localstore.values import Row, Value
from mcp_server.server import offered_tools
from mcp_server.tools import ALL_TOOLSETS
from tidelog.packages.facts import Facts, text_of
from tidelog.packages.icon import icon_png

MANIFEST_VERSION = "0.4"
ENTRY_POINT, ICON = "server/main.py", "icon.png"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can hold: the same content is the same bundle."""

_MAIN = '''\
"""Serve the project that TIDELOG_HOME names, over stdio."""

import sys

from tidelog.__main__ import main

sys.argv[1:] = ["serve"]
sys.exit(main())
'''


def manifest(facts: Facts) -> Row:
    """`manifest.json`: what the host shows, asks, and starts."""
    return {
        "manifest_version": MANIFEST_VERSION,
        "name": facts.name,
        "display_name": facts.name,
        "version": facts.version,
        "description": facts.description,
        "long_description": text_of("templates/packages/bundle.md"),
        "author": {"name": facts.author},
        "license": facts.license,
        "keywords": list(facts.keywords),
        "icon": ICON,
        "server": {
            "type": "uv",
            "entry_point": ENTRY_POINT,
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", ENTRY_POINT],
                "env": {
                    "TIDELOG_HOME": "${user_config.project}/.tidelog",
                    "TIDELOG_READ_ONLY": "${user_config.read_only}",
                    "TIDELOG_TOOLSETS": "${user_config.toolsets}",
                },
            },
        },
        "tools": _tools(),
        "prompts_generated": True,
        "compatibility": {
            "platforms": ["darwin", "linux"],
            "runtimes": {"python": facts.requires_python},
        },
        "user_config": _questions(),
    }


def bundle_files(facts: Facts, wheel: Path) -> dict[str, bytes]:
    """Every file of the bundle by its path: the wheel, and what uv needs to run it."""
    written = json.dumps(manifest(facts), ensure_ascii=False, indent=2) + "\n"
    return {
        "manifest.json": written.encode(),
        "pyproject.toml": _project(facts, wheel.name).encode(),
        ENTRY_POINT: _MAIN.encode(),
        ICON: icon_png(),
        f"wheels/{wheel.name}": wheel.read_bytes(),
        "LICENSE": text_of("LICENSE").encode(),
    }


def write_bundle(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip file; the same files give the same bytes."""
    with ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])


def _tools() -> list[Value]:
    """Every tool, in the words that are meant for people."""
    specs = offered_tools(ALL_TOOLSETS, read_only=False)
    return [{"name": spec.name, "description": spec.title} for spec in specs]


def _questions() -> Row:
    """What the host asks the user; the answers go into the variables above."""
    return {
        "project": {
            "type": "directory",
            "title": "Project folder",
            "description": "The project to keep. Its store is in .tidelog there, and is made when "
            "it is missing.",
            "required": True,
        },
        "read_only": {
            "type": "boolean",
            "title": "Read only",
            "description": "Offer only tools that change nothing.",
            "default": False,
        },
        "toolsets": {
            "type": "string",
            "title": "Toolsets",
            "description": "Offer only these, like core,vendors. Empty: all.",
            "default": "",
        },
    }


def _project(facts: Facts, wheel: str) -> str:
    pins = "".join(f"  {json.dumps(pin)},\n" for pin in facts.pins)
    return f"""\
[project]
name = "{facts.name}-bundle"
version = "{facts.version}"
requires-python = "{facts.requires_python}"
dependencies = ["{facts.name}=={facts.version}"]

[tool.uv]
package = false
# The versions that {facts.name} {facts.version} was tested with.
constraint-dependencies = [
{pins}]

[tool.uv.sources]
{facts.name} = {{ path = "wheels/{wheel}" }}
"""
