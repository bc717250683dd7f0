"""`python -m tidelog.packages DIST`: write every package that is made from the wheel in DIST."""

import argparse
import json
import shutil
import sys
from pathlib import Path

from tidelog.packages.bundle import bundle_files, write_bundle
from tidelog.packages.facts import PUBLISHER, read_facts
from tidelog.packages.plugin import plugin_files
from tidelog.packages.registry import server_json
from tidelog.screen import note, say


def main() -> int:
    """Write `server.json`, the bundle and the plugin; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tidelog.packages")
    parser.add_argument("dist", type=Path, help="a folder that holds the wheel")
    dist: Path = parser.parse_args().dist
    facts = read_facts()
    wheel = dist / f"{facts.name}-{facts.version}-py3-none-any.whl"
    if not wheel.is_file():
        note(f"{wheel} is not there; `make packages` builds it first")
        return 1
    for made in build(dist, wheel):
        say(str(made))
    if facts.needs_publisher:
        note(
            f"README.md names the server {facts.registry_name}: before you publish, put your own "
            f"account in the place of {PUBLISHER}"
        )
    return 0


def build(dist: Path, wheel: Path) -> list[Path]:
    """Write the packages of a wheel into `dist`, in the place of older ones; return where."""
    facts = read_facts()
    listing, bundle = dist / "server.json", dist / f"{facts.name}-{facts.version}.mcpb"
    plugin = dist / "claude-plugin"
    text = json.dumps(server_json(facts), ensure_ascii=False, indent=2) + "\n"
    listing.write_text(text, encoding="utf-8")
    write_bundle(bundle, bundle_files(facts, wheel))
    shutil.rmtree(plugin, ignore_errors=True)
    for name, content in plugin_files(facts).items():
        file = plugin / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return [listing, bundle, plugin]


if __name__ == "__main__":
    sys.exit(main())
