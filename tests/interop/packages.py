"""The packages, by the tools of those who read them: uv, mcpb, Claude Code, the registry's schema.

The packages are built anew; uv gets a cache of this run, so that it installs as on a new machine.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from tests.interop import claude_code
from tests.interop.node import NOWHERE, Node, versions
from tests.interop.report import Outcome, timed
from tests.interop.scratch import ROOT, Finished, run
from tests.packages.shapes import Manifest
from tests.packages.starting import filled, status_of
from tidelog import __version__
from tidelog.targets.skill_file import whole_skill
from tidelog.targets.systemd import unit

MCPB = "@anthropic-ai/mcpb"
BIN = Path(sys.executable).parent
"""Where uv is: the extra `conformance` installs it beside Python."""
BUILD_SECONDS = 120.0


@dataclass(frozen=True)
class Bench:
    """A scratch folder with the packages, a place for an extension, and projects to serve."""

    folder: Path
    node: Node

    @property
    def dist(self) -> Path:
        """What `make packages` makes."""
        return self.folder / "dist"

    @property
    def wheel(self) -> Path:
        """The wheel among it."""
        return self.dist / f"tidelog-{__version__}-py3-none-any.whl"

    @property
    def bundle(self) -> Path:
        """The bundle among it."""
        return self.dist / f"tidelog-{__version__}.mcpb"

    @property
    def plugin(self) -> Path:
        """The marketplace with the plugin among it."""
        return self.dist / "claude-plugin"

    @property
    def uv(self) -> dict[str, str]:
        """Variables under which uv knows nothing yet, and finds tidelog in `dist` as an index."""
        path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        cache, python = str(self.folder / "cache"), sys.executable
        return {
            "PATH": path,
            "UV_CACHE_DIR": cache,
            "UV_FIND_LINKS": str(self.dist),
            "UV_PYTHON": python,
        }

    def project(self, name: str) -> Path:
        """A new project's folder."""
        folder = self.folder / name
        folder.mkdir()
        return folder


def outcomes(node: Node) -> Iterator[Outcome]:
    """Build the packages, have each checked by its reader's tool, and start what each says."""
    uv = run([str(BIN / "uv"), "--version"], os.environ, ROOT).stdout.split()[1]
    mcpb, claude = f"mcpb {versions()[MCPB]}", f"Claude Code {versions()[claude_code.PACKAGE]}"
    with tempfile.TemporaryDirectory(prefix="tidelog-packages-") as folder:
        bench = Bench(Path(folder), node)
        yield timed("tidelog", "make packages", partial(_build, bench))
        yield timed("skillsaw", "server.json, plugin and skill, strictly", partial(_lint, bench))
        yield timed(f"uv {uv}", "uvx tidelog serve, first time", partial(_uvx, bench))
        yield timed(mcpb, "unpack, validate", partial(_unpack, bench))
        yield timed(f"uv {uv}", "what the bundle says, started twice", partial(_bundle, bench))
        yield timed(claude, "plugin validate --strict, 4 times", partial(_validate, bench))
        yield timed(claude, "plugin install, mcp list", partial(_install, bench))
        if shutil.which("systemd-analyze"):
            yield timed("systemd", "the daemon's unit, in an odd folder", partial(_systemd, bench))


def _build(bench: Bench) -> None:
    bench.dist.mkdir()
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(bench.dist)]
    _passed(run(build, os.environ, ROOT, seconds=BUILD_SECONDS))
    _passed(run([sys.executable, "-m", "tidelog.packages", str(bench.dist)], os.environ, ROOT))


def _lint(bench: Bench) -> str:
    for folder in (bench.dist, bench.plugin):
        _passed(_skillsaw(folder))
    listing = bench.dist / "server.json"
    whole = listing.read_bytes()
    broken = json.loads(whole) | {"version": "latest"}
    listing.write_text(json.dumps(broken), encoding="utf-8")
    try:
        assert _skillsaw(bench.dist).code == 1, (
            "a version `latest` goes through: nothing is checked"
        )
    finally:
        listing.write_bytes(whole)
    return "no error, no warning"


def _uvx(bench: Bench) -> str:
    command = ["uvx", "--from", str(bench.wheel), "tidelog", "serve"]
    return _served(bench, command, bench.project("newcomer"), bench.uv)


def _unpack(bench: Bench) -> str:
    extension = bench.folder / "extension"
    _passed(_mcpb(bench, "unpack", str(bench.bundle), str(extension)))
    _passed(_mcpb(bench, "validate", str(extension / "manifest.json")))
    with ZipFile(bench.bundle) as archive:
        assert all((extension / name).is_file() for name in archive.namelist())
    return f"{bench.bundle.stat().st_size // 1000} kB"


def _bundle(bench: Bench) -> str:
    first, again = bench.project("a desktop's project"), bench.project("another")
    _desktop(bench, first, {})
    return _desktop(bench, again, NOWHERE) + ", without a network"


def _desktop(bench: Bench, project: Path, network: Mapping[str, str]) -> str:
    """Start what the bundle's manifest says as a host does for somebody who chose that project."""
    extension = bench.folder / "extension"
    manifest = Manifest.model_validate_json((extension / "manifest.json").read_bytes())
    values = {"__dirname": str(extension), "user_config.project": str(project)}
    for name, asked in manifest.user_config.items():
        if asked.default is not None:
            values[f"user_config.{name}"] = str(asked.default).lower()
    start = manifest.server.mcp_config
    command = [filled(word, values) for word in (start.command, *start.args)]
    variables = {name: filled(value, values) for name, value in start.env.items()}
    return _served(bench, command, bench.folder, {**bench.uv, **variables, **network})


def _validate(bench: Bench) -> str:
    plugin = bench.plugin / "tidelog"
    words = ["plugin", "validate", "--strict"]
    alone = bench.project("skills") / "tidelog" / "SKILL.md"
    alone.parent.mkdir()
    alone.write_text(whole_skill(), encoding="utf-8")
    for folder in (bench.plugin, plugin / "skills", alone.parent.parent):
        _passed(_claude(bench, bench.folder, [*words, str(folder)]))
    _passed(_claude(bench, bench.folder, [*words, "--profile", "directory", str(plugin)]))
    return "no error, no warning"


def _install(bench: Bench) -> str:
    project = bench.project("opened")
    for words in (
        ["plugin", "marketplace", "add", str(bench.plugin)],
        ["plugin", "install", "tidelog@tidelog"],
    ):
        _passed(_claude(bench, project, words))
    done = _claude(bench, project, ["mcp", "list"])
    lines = [line for line in done.stdout.splitlines() if line.startswith("plugin:tidelog:")]
    assert len(lines) == 1, done.stdout + done.stderr
    assert lines[0].endswith("✔ Connected"), done.stdout + done.stderr
    assert not (project / ".tidelog").exists(), "connecting is not writing"
    return "plugin:tidelog:tidelog: connected"


def _systemd(bench: Bench) -> str:
    program = bench.project("o%dd $HOME pot of ☂") / "tidelog"
    program.symlink_to("/bin/true")
    store = str(bench.project("a \"%d\" $HOME \\ 'x'"))
    assert not _complaints(bench, program, store)
    program.unlink()
    assert "not executable" in _complaints(bench, program, store), "it never looked for it"
    return "no complaint; without the program it complains"


def _complaints(bench: Bench, program: Path, store: str) -> str:
    file = bench.folder / "tidelog-odd.service"
    command = [str(program), "sync", "--watch", "--home", store]
    file.write_text(unit(command, store, Path(store).name, "/usr/bin"), encoding="utf-8")
    where = {"HOME": str(bench.folder), "XDG_RUNTIME_DIR": str(bench.folder), "LANG": "C.UTF-8"}
    verify = ["systemd-analyze", "--user", "verify", str(file)]
    done = run(verify, os.environ | where, bench.folder)
    return done.stdout + done.stderr


def _served(
    bench: Bench, command: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> str:
    start = [str(BIN / command[0]), *command[1:]]
    log = bench.folder / "server.log"
    try:
        status, tools = asyncio.run(status_of(start, folder, variables, log=log))
    except Exception as failure:
        raise AssertionError(log.read_text(encoding="utf-8")[-2000:]) from failure
    assert status["total"] == 1
    return f"{len(tools)} tools, an item made in {status['project']}"


def _skillsaw(folder: Path) -> Finished:
    flags = ["--strict", "--no-plugins", "--no-custom-rules", "--no-baseline"]
    return run([sys.executable, "-m", "skillsaw", "lint", *flags, str(folder)], os.environ, folder)


def _mcpb(bench: Bench, *words: str) -> Finished:
    script = bench.node.package(MCPB) / "dist" / "cli" / "cli.js"
    return bench.node.run(script, words, {}, folder=bench.folder)


def _claude(bench: Bench, project: Path, words: list[str]) -> Finished:
    # The client and its children get no network: what uvx needs has to come from its cache.
    home = {"HOME": str(bench.folder / "home"), "TIDELOG_SYNC": "false"}
    script = bench.node.package(claude_code.PACKAGE) / "cli-wrapper.cjs"
    path = f"{bench.uv['PATH']}{os.pathsep}{bench.node.binary.parent}"
    return bench.node.run(script, words, bench.uv | home | {"PATH": path}, folder=project)


def _passed(done: Finished) -> None:
    assert done.code == 0, (done.stdout + done.stderr)[-2000:]
