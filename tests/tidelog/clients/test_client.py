"""A client's edits as pure functions, on random files: the laws that every target keeps."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from localstore.values import Row, Value
from tests.tidelog.clients.documents import json_documents, patient, toml_documents
from tests.tidelog.clients.test_toml_edit import meaning as toml_meaning
from tidelog.clients.catalogue import CLIENTS
from tidelog.clients.client import Client, is_ours
from tidelog.clients.shapes import JSON
from tidelog.targets.target import Asked, Machine, Scope

MACHINE = Machine(Path("/h"), Path("/h/p"), "linux", {})
CODEX = next(each for each in CLIENTS if each.name == "codex")
ours = st.builds(
    Asked,
    machine=st.just(MACHINE),
    scope=st.just(Scope.USER),
    command=st.sampled_from(
        [["/opt/bin/tidelog"], ["/a b/uvx", "tidelog"], ["py", "-m", "tidelog"]]
    ),
    store=st.just(Path("/h/p/.tidelog")),
    pinned=st.booleans(),
    name=st.sampled_from(["tidelog", "tidelog-2"]),
    toolsets=st.sampled_from([None, "core,sync"]),
    read_only=st.booleans(),
)


@st.composite
def clients_and_files(draw: st.DrawFn) -> tuple[Client, str]:
    """A client with a file of its own, in which there may be servers of others."""
    client = draw(st.sampled_from(CLIENTS))
    if client.shape.format is JSON:
        return client, draw(json_documents(client.shape.servers[0]))
    text = draw(toml_documents())
    toml_meaning(text)
    return client, text


def entry_of(client: Client, text: str, asked: Asked) -> Value:
    """The entry that a file has of the name asked for."""
    return client.shape.format.found(text, [*client.shape.servers, asked.name])


@patient
@given(clients_and_files(), ours)
def test_laws(client_and_file: tuple[Client, str], asked: Asked) -> None:
    """Installing twice is installing once, it stands then, and uninstalling gives back the file."""
    client, text = client_and_file
    once = client.installed(text, asked)
    assert client.installed(once, asked) == once
    assert client.stands(once)
    assert is_ours(client.shape.words(entry_of(client, once, asked)))
    assert client.removed(once, asked) == (text if text.removeprefix("\ufeff") else None)


@patient
@given(clients_and_files(), ours, ours)
def test_the_last_word_holds(
    client_and_file: tuple[Client, str], first: Asked, second: Asked
) -> None:
    """What is installed over an older entry is what is installed alone, and goes as that does."""
    client, text = client_and_file
    first, second = replace(first, name="t"), replace(second, name="t")
    both = client.installed(client.installed(text, first), second)
    alone = client.installed(text, second)
    assert entry_of(client, both, second) == entry_of(client, alone, second)
    assert client.removed(both, second) == client.removed(alone, second)


@patient
@given(clients_and_files(), ours)
def test_what_a_user_added_stays(client_and_file: tuple[Client, str], asked: Asked) -> None:
    """A field and a variable of theirs in our entry survive that it is brought up to date."""
    client, text = client_and_file
    put, path = client.shape.format.put, [*client.shape.servers, asked.name]
    entry: Row = client.shape.entry(["tidelog", "serve"], {"LOG": "x"})
    text = put(text, path, {**entry, "theirs": "y"})
    after = entry_of(client, client.installed(text, asked), asked)
    alone = entry_of(client, client.installed(None, asked), asked)
    assert isinstance(after, dict)
    assert isinstance(alone, dict)
    variables = alone.get(client.shape.environment, {})
    assert isinstance(variables, dict)
    assert after == {**alone, "theirs": "y", client.shape.environment: {"LOG": "x", **variables}}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["/usr/bin/tidelog", "serve"], True),
        (["uvx", "tidelog", "serve"], True),
        (["uvx", "--from", "tidelog[hub]==1.2", "tidelog", "serve", "--read-only"], True),
        (["uvx", "tidelog@latest", "serve"], True),
        (["python", "-m", "tidelog", "serve"], True),
        (["tidelog", "status"], False),
        (["npx", "tidelog-viewer", "serve"], False),
        (["serve", "tidelog"], False),
        (["/opt/tidelog/other", "serve"], False),
        ([], False),
    ],
)
def test_which_commands_are_ours(words: list[str], expected: bool) -> None:
    """A command is ours when tidelog is what is told to serve."""
    assert is_ours(words) == expected


@pytest.mark.parametrize("entry", ["7", '"tidelog serve"', "[]", "{}", '{"command": 1}', "[[1]]"])
@pytest.mark.parametrize("client", [CLIENTS[0], CODEX], ids=lambda each: each.name)
def test_entries_of_odd_kinds(client: Client, entry: str) -> None:
    """An entry that is none is not ours, and is refused rather than replaced."""
    asked = Asked(machine=MACHINE, scope=Scope.USER, command=["tidelog"])
    text = f'{{"mcpServers": {{"tidelog": {entry}}}}}'
    if client is CODEX:
        text = f"[mcp_servers]\ntidelog = {entry.replace(':', ' =')}\n"
    with pytest.raises(InvalidArguments, match="not tidelog's"):
        client.installed(text, asked)
    assert not client.stands(text)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize(("program", "warns"), [("/u/bin/uvx", True), ("/u/bin/tidelog", False)])
def test_runner_that_needs_a_network(client: Client, program: str, *, warns: bool) -> None:
    """Where an entry names uvx the next steps say what that costs, and what helps."""
    asked = Asked(machine=MACHINE, scope=Scope.USER, command=[program], store=Path("/h/p/.tidelog"))
    steps = client.next_steps(asked)
    assert ("uv tool install tidelog" in " ".join(steps)) is warns
    assert all(len(step) <= 80 for step in steps)
