"""The Claude Code plugin, as far as it can be looked at without Claude Code."""

import struct
import zlib
from pathlib import Path

import pytest

from tests.packages.shapes import Catalogue, PluginManifest, Servers
from tests.tidy_source import ROOT
from tidelog import __version__
from tidelog.arguments import parse


@pytest.fixture
def catalogue(dist: Path) -> Catalogue:
    """The catalogue of one that the plugin comes in."""
    file = dist / "claude-plugin" / ".claude-plugin" / "marketplace.json"
    return Catalogue.model_validate_json(file.read_bytes())


def test_one_version(dist: Path, catalogue: Catalogue) -> None:
    """Catalogue and plugin are of the version of the code, under one name."""
    listed = catalogue.plugins[0]
    file = dist / "claude-plugin" / listed.source / ".claude-plugin" / "plugin.json"
    plugin = PluginManifest.model_validate_json(file.read_bytes())
    assert (listed.name, listed.version) == (plugin.name, plugin.version)
    assert plugin.version == __version__


def test_server_is_of_that_version(dist: Path) -> None:
    """The server that the plugin starts is the one its skill is about, by a command of tidelog."""
    file = dist / "claude-plugin" / "tidelog" / ".mcp.json"
    servers = Servers.model_validate_json(file.read_bytes()).servers
    start = servers["tidelog"]
    assert (start.command, start.args[0]) == ("uvx", f"tidelog@{__version__}")
    assert parse(start.args[1:]).command == "serve"
    assert servers.keys() == {"tidelog"}


def test_skill_is_whole(dist: Path) -> None:
    """Every file of the skill is there, as it is in the sources."""
    source, made = ROOT / "templates" / "skill", dist / "claude-plugin/tidelog/skills/tidelog"
    files = {path.relative_to(source) for path in source.rglob("*.md")}
    assert {path.relative_to(made) for path in made.rglob("*") if path.is_file()} == files
    assert all((made / file).read_bytes() == (source / file).read_bytes() for file in files)


def test_page_names_its_commands(dist: Path, catalogue: Catalogue) -> None:
    """The plugin's own page installs it by the names that the catalogue gives it."""
    page = (dist / "claude-plugin" / "tidelog" / "README.md").read_text(encoding="utf-8")
    assert f"claude plugin install {catalogue.plugins[0].name}@{catalogue.name}" in page


def test_icon_is_a_picture(dist: Path) -> None:
    """The icon is a PNG of 512 by 512 with clear corners, and something light on something dark."""
    read = (dist / "claude-plugin" / "tidelog" / ".claude-plugin" / "icon.png").read_bytes()
    assert read.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", read[16:24]) == (512, 512)
    rows = zlib.decompress(read[41 : 41 + int.from_bytes(read[33:37], "big")])
    width = 1 + 512 * 4
    assert len(rows) == 512 * width
    corner, above, bullet = (
        tuple(rows[y * width + 1 + x * 4 :][:4]) for x, y in ((0, 0), (128, 60), (128, 256))
    )
    assert (corner[3], above[3], bullet[3]) == (0, 255, 255)
    assert min(bullet[:3]) > 200
    assert max(above[:3]) < 100
