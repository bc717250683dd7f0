"""The Claude Code plugin, as far as it can be looked at without Claude Code."""

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from tests.packages.shapes import Catalogue, PluginManifest, Servers
from tests.tidy_source import ROOT
from tidelog import __version__
from tidelog.arguments import parse
from tidelog.packages.plugin import START


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
    """The plugin starts the version that its skill is about, by commands of tidelog."""
    folder = dist / "claude-plugin" / "tidelog"
    servers = Servers.model_validate_json((folder / ".mcp.json").read_bytes()).servers
    assert servers.keys() == {"tidelog"}
    start = servers["tidelog"]
    assert start.command == "sh"
    script = (folder / start.args[0].removeprefix("${CLAUDE_PLUGIN_ROOT}/")).read_text("utf-8")
    commands = re.findall(r"exec uvx (?:--offline )?(\S+) (\w+)", script)
    assert commands == [(f"tidelog@{__version__}", "serve")] * 2
    assert parse(["serve"]).command == "serve"


@pytest.mark.parametrize("cached", [True, False])
def test_without_a_network_it_starts_from_the_cache(
    dist: Path, tmp_path: Path, *, cached: bool
) -> None:
    """What uv has already is started without asking the index; else uv may fetch it."""
    said = tmp_path / "said"
    uvx = tmp_path / "uvx"
    uvx.write_text(
        f'#!/bin/sh\necho "$*" >> "{said}"\n'
        f'case "$*" in --offline*) exit {0 if cached else 1};; esac\n',
        encoding="utf-8",
    )
    uvx.chmod(0o755)
    script = dist / "claude-plugin" / "tidelog" / START
    subprocess.run(["sh", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True)
    last = said.read_text(encoding="utf-8").splitlines()[-1]
    assert last == f"{'--offline ' if cached else ''}tidelog@{__version__} serve"


def test_without_uv_it_says_so(dist: Path, tmp_path: Path) -> None:
    """Where uv is missing, the client's log names it and where to get it."""
    script = dist / "claude-plugin" / "tidelog" / START
    shell = shutil.which("sh") or "sh"
    done = subprocess.run(
        [shell, script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 127
    assert "needs uv" in done.stderr


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
