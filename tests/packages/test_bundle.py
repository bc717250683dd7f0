"""The `.mcpb` bundle: what is in it, and that what it says starts a server."""

import asyncio
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from mcp_server.server import offered_tools
from mcp_server.tools import ALL_TOOLSETS
from tests.packages.shapes import Manifest
from tests.packages.starting import filled, status_of
from tests.tidy_source import ROOT
from tidelog import __version__
from tidelog.packages.bundle import bundle_files, write_bundle
from tidelog.packages.facts import Facts


@pytest.fixture(scope="module")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as a host unpacks it."""
    folder = tmp_path_factory.mktemp("extension")
    with ZipFile(dist / f"tidelog-{__version__}.mcpb") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def manifest(unpacked: Path) -> Manifest:
    """Its manifest."""
    return Manifest.model_validate_json((unpacked / "manifest.json").read_bytes())


def test_one_version(unpacked: Path, manifest: Manifest) -> None:
    """Manifest, project and wheel are of the version of the code."""
    project = tomllib.loads((unpacked / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["uv"]["sources"]["tidelog"]["path"]
    assert manifest.version == project["project"]["version"] == __version__
    assert project["project"]["dependencies"] == [f"tidelog=={__version__}"]
    assert (unpacked / wheel).name == f"tidelog-{__version__}-py3-none-any.whl"
    assert (unpacked / wheel).is_file()


def test_others_are_the_versions_we_test_with(unpacked: Path) -> None:
    """What uv fetches is held to the versions in constraints.txt."""
    project = tomllib.loads((unpacked / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert project["tool"]["uv"]["constraint-dependencies"] == pins


def test_tools_are_the_servers(manifest: Manifest) -> None:
    """What the host shows before installing are the tools that are there afterwards, in order."""
    specs = offered_tools(ALL_TOOLSETS, read_only=False)
    told = [(tool.name, tool.description) for tool in manifest.tools]
    assert told == [(spec.name, spec.title) for spec in specs]


@pytest.mark.parametrize("read_only", [False, True])
def test_what_it_says_starts_a_server(
    unpacked: Path, manifest: Manifest, tmp_path: Path, *, read_only: bool
) -> None:
    """Filled in as a host does it, the command serves the folder the user chose, with the answers
    the user gave. Here Python stands for `uv run`, which `make conformance` runs."""
    project = tmp_path / "my project"
    project.mkdir()
    answers = {"project": str(project), "read_only": str(read_only).lower(), "toolsets": "core"}
    values = {f"user_config.{name}": value for name, value in answers.items()}
    values["__dirname"] = str(unpacked)
    start = manifest.server.mcp_config
    command = [filled(word, values) for word in (start.command, *start.args)]
    assert command == ["uv", "run", "--directory", str(unpacked), manifest.server.entry_point]
    variables = {name: filled(value, values) for name, value in start.env.items()}
    command, log = [sys.executable, command[-1]], tmp_path / "log"
    status, tools = asyncio.run(status_of(command, unpacked, variables, log=log))
    assert status["project"] == "my project"
    assert status["total"] == (0 if read_only else 1)
    assert ("create_work_item" in tools) is not read_only
    assert "list_vendors" not in tools
    assert (project / ".tidelog" / "store.db").is_file() is not read_only


def test_answers_not_given_are_the_defaults(manifest: Manifest) -> None:
    """Every placeholder is a question, and only the folder has to be answered."""
    questions = manifest.user_config
    for value in manifest.server.mcp_config.env.values():
        asked = questions[value.partition("user_config.")[2].partition("}")[0]]
        assert asked.required is (asked.default is None)
    assert [name for name, asked in questions.items() if asked.required] == ["project"]


def test_same_content_is_the_same_bundle(facts: Facts, dist: Path, tmp_path: Path) -> None:
    """Built twice from one wheel, the bundle is the same to the byte."""
    built = dist / f"tidelog-{__version__}.mcpb"
    again = tmp_path / "again.mcpb"
    write_bundle(again, bundle_files(facts, dist / f"tidelog-{__version__}-py3-none-any.whl"))
    assert again.read_bytes() == built.read_bytes()
