"""Editing TOML as text: nothing but our table changes, and it can be taken out again."""

import tomllib

import pytest
from hypothesis import assume, given

from localstore.values import Row, Value
from tests.tidelog.clients.documents import patient, toml_documents
from tidelog.clients.tomledit import dropped, found, put
from tidelog.clients.tomltext import statements
from tidelog.clients.unfit import Unfit

PATH = ("mcp_servers", "tidelog")
ENTRY: Row = {"command": '/opt/ä "b"/tidelog', "args": ["serve"], "env": {"TIDELOG_HOME": "/x"}}


def meaning(text: str) -> dict[str, object]:
    """What a text means; a text that is no TOML is not what these tests are about."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        assume(False)
        raise


@patient
@given(toml_documents())
def test_nothing_foreign_changes(text: str) -> None:
    """What a document means afterwards is what it meant, and our table; every byte is kept."""
    before = meaning(text)
    after = put(text, PATH, ENTRY)
    servers = before.setdefault("mcp_servers", {})
    assert isinstance(servers, dict)
    servers["tidelog"] = ENTRY
    assert repr(sorted(meaning(after).items())) == repr(sorted(before.items()))
    assert after.startswith(text)


@patient
@given(toml_documents())
def test_taking_out_gives_back_the_same_bytes(text: str) -> None:
    """What put has written, dropped takes away, and nothing else."""
    meaning(text)
    left = dropped(put(text, PATH, ENTRY), PATH)
    assert left == (text or None) if text.removeprefix("\ufeff") else left is None


@patient
@given(toml_documents(), toml_documents())
def test_what_was_added_behind_it_stays(text: str, more: str) -> None:
    """Tables that others append to the file stay where they are when ours is taken out."""
    meaning(text)
    with_ours = put(text, PATH, ENTRY)
    more = "\n" + more.removeprefix("\ufeff").replace("mcp_servers", "other_servers")
    expected = meaning(with_ours + "\n[behind]" + more)
    servers = expected["mcp_servers"]
    assert isinstance(servers, dict)
    del servers["tidelog"]
    left = dropped(with_ours + "\n[behind]" + more, PATH)
    assert left is not None
    left_servers = meaning(left)
    assert repr(left_servers.pop("mcp_servers", {})) == repr(expected.pop("mcp_servers"))
    assert repr(left_servers) == repr(expected)


@patient
@given(toml_documents())
def test_a_value_can_be_replaced(text: str) -> None:
    """A value of our table is replaced or added, also below it, and the rest stays."""
    meaning(text)
    once = put(text, PATH, ENTRY)
    changes: list[tuple[list[str], Value]] = [
        ([*PATH, "command"], "tidelog"),
        ([*PATH, "fresh"], ["a"]),
        ([*PATH, "env", "TIDELOG_HOME"], "/y"),
        ([*PATH, "env", "MORE"], "z"),
    ]
    for path, value in changes:
        once = put(once, path, value)
        assert found(once, path) == value
    assert put(once, (*PATH, "command"), "tidelog") == once
    servers = meaning(once)["mcp_servers"]
    assert isinstance(servers, dict)
    assert servers["tidelog"] == {
        "command": "tidelog",
        "args": ["serve"],
        "fresh": ["a"],
        "env": {"TIDELOG_HOME": "/y", "MORE": "z"},
    }


def test_a_new_document_reads_well() -> None:
    """A table, and one below it for the variables, as Codex itself writes them."""
    entry: Row = {"command": "t", "args": ["serve"], "env": {"A": "b"}}
    assert put(None, ("mcp_servers", "t"), entry) == (
        '[mcp_servers.t]\ncommand = "t"\nargs = ["serve"]\n\n[mcp_servers.t.env]\nA = "b"\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        '[mcp_servers.tidelog]\ncommand = "t"\n[mcp_servers.tidelog.env] # ours\nA = "b"\n[x]\n',
        '[mcp_servers.tidelog]\ncommand = "t"\n\n[x]\n\n[mcp_servers.tidelog.env]\nA = "b"\n',
        'mcp_servers.tidelog.command = "t"\nmcp_servers.tidelog.env.A = "b"\n[x]\n',
        '[mcp_servers]\ntidelog = { command = "t", env = { A = "b" } }\n[x]\n',
        '[mcp_servers]\ntidelog.command = "t"\n"tidelog".env = { A = "b" }\n[x]\n',
        'x = {}\n[\'mcp_servers\' . "tidelog"]\ncommand = """\n[y]"""\n',
    ],
)
def test_a_table_is_dropped_however_it_was_written(text: str) -> None:
    """A table that somebody else wrote, in any of TOML's ways, is taken out whole."""
    left = dropped(text, PATH)
    assert left is not None
    whole = tomllib.loads(left)
    assert whole["x"] == {}
    assert whole.get("mcp_servers", {}) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = ", "Invalid value (at end of document)"),
        ("a = 1\na = 2\n", "line 2"),
        ("mcp_servers = { a = { command = 'x' } }", "cannot be added"),
        ("mcp_servers = 1", "cannot be added"),
        ("[[mcp_servers]]", "cannot be added"),
        ("a = " + "[" * 100_000, ""),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, reason: str) -> None:
    """A text that is no TOML, or leaves no room for a table, is refused with the reason."""
    with pytest.raises(Unfit) as refused:
        put(text, PATH, ENTRY)
    assert reason in str(refused.value)


def test_a_table_within_a_line_is_left() -> None:
    """An entry inside of another statement's value is not cut out of it."""
    with pytest.raises(Unfit, match="not written as a table of its own"):
        dropped('mcp_servers = { tidelog = { command = "t" }, x = {} }', PATH)


@pytest.mark.parametrize(
    "value",
    [
        '"\\" [x] # "',
        '"""\n\\"""\n[x]"""',
        '"""four""""',
        "'''five'''''",
        "'\\'",
        "[ # ]\n \"]\", ['['] ] # ]",
        '{ a = "}", "b=c" = [ {} ] }',
    ],
)
def test_where_a_value_ends(value: str) -> None:
    """Quotes, brackets and comments within a value are not taken for its end."""
    text = f'"k = [" = {value}\n[mcp_servers.tidelog]\ncommand = {value}\n'
    assert [each.whole for each in statements(text)] == [
        ("k = [",),
        PATH,
        (*PATH, "command"),
    ]
    assert tomllib.loads(text)
    assert dropped(text, PATH) == f'"k = [" = {value}\n'


@patient
@given(toml_documents())
def test_statements_are_what_stands_there(text: str) -> None:
    """Statements do not overlap, and leave nothing but space and comments between them."""
    meaning(text)
    at = 0
    for each in statements(text):
        between = text[at : each.start].removeprefix("\ufeff")
        assert all(not line.strip() or line.strip().startswith("#") for line in between.split("\n"))
        assert each.end > each.start >= at
        at = each.end
