"""What the skill and the block for AGENTS.md teach an assistant is true of the server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import frontmatter
import pytest
from fastmcp import Client

from localstore import errors
from localstore.metadata import MODELS
from localstore.values import Row, Value
from mcp_server.layers import OneStore
from mcp_server.server import build_server, offered_tools
from mcp_server.tools import ALL_TOOLSETS
from tests.localstore.world import World
from tests.mcp_server.calling import Caller
from tests.tidy_source import ROOT
from tidelog.packaged import SKILL_FILES
from tidelog.summaries import SUMMARIES

FOLDER = ROOT / "templates" / "skill"
TEXTS = [FOLDER / name for name in SKILL_FILES] + [ROOT / "templates" / "agents" / "AGENTS.md"]
SPECS = {spec.name: spec for spec in offered_tools(ALL_TOOLSETS, read_only=False)}
SOURCES = {"local", "hub", "git", "markdown", "journal"}
"""What `source` may say; tests/tidelog/test_lost_store.py and test_journal.py hold that."""
ELSEWHERE = {
    "warning",  # of an answer that is not from the store: the same tests
    "commit",
    "unavailable",
    "hint",
    "summary",  # of a conflict: tests/mcp_server/test_conflicts.py
    "ways",
    "local",
    "remote",
    "schema_version",  # of a session's frontmatter
    "tidelog",  # the server's name
    "@",
    ".project_status.md",
}


def text_in(file: Path) -> str:
    """A file's text."""
    return file.read_text(encoding="utf-8")


def calls() -> list[tuple[str, str]]:
    """Every call that is shown in a fence: the tool and its arguments."""
    found = []
    for file in TEXTS:
        for fence in re.findall(r"^```\n(.*?)^```$", text_in(file), re.DOTALL | re.MULTILINE):
            for line in fence.splitlines():
                tool, _, arguments = line.partition(" ")
                found.append((tool, arguments))
    return found


def said_in_backticks(text: str) -> set[str]:
    """What stands between single backticks, without the fences."""
    fenceless = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", fenceless))


def codes() -> set[str]:
    """Every code an error of a tool can have."""
    return {
        each.code
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.TidelogError)
    }


def schema_words(schema: Value) -> Iterator[str]:
    """The names of parameters and the words of enums in a schema."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties" and isinstance(value, dict):
                yield from value
            if name == "enum" and isinstance(value, list):
                yield from (word for word in value if isinstance(word, str))
            yield from schema_words(value)


def known_words() -> set[str]:
    """Tools, parameters, enums, keys of metadata and codes of errors."""
    words = {*SPECS, *codes(), *SOURCES, *ELSEWHERE}
    for spec in SPECS.values():
        words |= set(schema_words(spec.schema))
    for model in MODELS.values():
        words |= model.model_fields.keys()
    return words


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.name)
def test_names_are_the_servers(file: Path, answered: frozenset[str]) -> None:
    """What stands in backticks is a tool, a parameter, a word of one, a field of an answer, a code
    of an error, or a command."""
    known = known_words() | answered
    unknown = []
    for said in said_in_backticks(text_in(file)):
        if said.startswith("tidelog "):
            if said.split()[1] not in SUMMARIES:
                unknown.append(said)
        elif said not in known and not set(said.partition(":")[0].split(".")) <= known:
            unknown.append(said)
    assert not unknown


@pytest.mark.parametrize(("tool", "arguments"), calls())
async def test_calls_are_understood(
    tool: str, arguments: str, tmp_path: Path, anyio_backend: str
) -> None:
    """Each call that is shown is one the server takes; only its rows need not be there."""
    world = await World.begin(tmp_path / "store.db")
    given: Row = json.loads(arguments)
    server = build_server(OneStore(world.store), version="0", render_report=lambda _: "")
    async with Client(server) as client:
        await Caller(client).ok("create_vendor", {"name": "Fjordline"})
        answer = await client.call_tool(tool, given, raise_on_error=False)
    await world.store.close()
    if answer.is_error:
        block = answer.content[0]
        assert json.loads(getattr(block, "text", ""))["error"]["code"] == "not_found"


def test_every_tool_is_taught() -> None:
    """Each tool of the server is named in the skill."""
    whole = "".join(text_in(FOLDER / name) for name in SKILL_FILES)
    assert [name for name in SPECS if name not in whole] == []


def test_every_error_has_its_way_out() -> None:
    """The table of errors has a row for each code, and for nothing else."""
    text = text_in(FOLDER / "references" / "trouble.md")
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    table = [row for row in rows if row != "source"]
    assert sorted(table) == sorted(codes())


def test_metadata_is_complete() -> None:
    """The table of metadata names each key of each type of work item."""
    text = text_in(FOLDER / "references" / "writing.md")
    for kind in ("project", "session", "task", "research"):
        row = next(line for line in text.splitlines() if line.startswith(f"| {kind} | `"))
        assert said_in_backticks(row) - {"schema_version"} == {*MODELS[kind].model_fields}


def test_frontmatter_is_what_clients_read() -> None:
    """The skill is called as its folder, says when to use it in at most 1,024 characters, and its
    links lead to files that are there."""
    head = frontmatter.loads(text_in(FOLDER / "SKILL.md"))
    assert head["name"] == "tidelog"
    assert "Use when" in str(head["description"])
    assert len(str(head["description"])) <= 1024
    links = set(re.findall(r"\]\(([^)]+)\)", head.content))
    assert links == {name for name in SKILL_FILES if name != "SKILL.md"}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md")} == {*SKILL_FILES}
