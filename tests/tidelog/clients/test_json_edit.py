"""Editing JSON as text: nothing but our entry changes, and it can be taken out again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.values import Row, Value
from tests.tidelog.clients.documents import json_documents, meaning, patient
from tidelog.clients.jsonedit import dropped, found, put
from tidelog.clients.unfit import Unfit

PATH = ("mcpServers", "tidelog")
ENTRY: Row = {"command": "/opt/ä b/tidelog", "args": ["serve"], "env": {"TIDELOG_HOME": "/x"}}
BLANKS = st.sampled_from(["", "\n", "  \r\n\t", "\ufeff", "\ufeff\n"])


ODD = [
    "{}",
    "{ \n}",
    '{"a": 1 // c\n}',
    '{"a": 1 // c\n }  // d',
    '{"mcpServers": {}}',
    '{"mcpServers": { }}',
    '{"mcpServers": {\n  }\n}',
    '{"mcpServers": { // c\n}}',
    '{"mcpServers": { /* c */ }}',
    '{\n  "mcpServers": {\n    // c\n  }\n}',
    '{"mcpServers": {"a": {}, // c\n}, "b": 1}',
    '{"mcpServers": {"a": {} /* c */ , /* d */ }}',
    '{ "mcpServers": { "a": 1 } }',
]
"""What people leave behind in an object, and what must be told apart."""


def is_within(short: str, long: str) -> bool:
    """Whether all characters of one text stand in the other, in their order."""
    rest = iter(long)
    return all(each in rest for each in short)


@patient
@given(json_documents())
def test_nothing_foreign_changes(text: str) -> None:
    """What a document means afterwards is what it meant, and our entry; every byte is kept."""
    after = put(text, PATH, ENTRY)
    before = meaning(text)
    assert isinstance(before, dict)
    servers = before.get("mcpServers", {})
    assert isinstance(servers, dict)
    assert meaning(after) == before | {"mcpServers": servers | {"tidelog": ENTRY}}
    assert is_within(text, after)


@patient
@given(json_documents())
def test_taking_out_gives_back_the_same_bytes(text: str) -> None:
    """What put has written, dropped takes away, and nothing else."""
    assert dropped(put(text, PATH, ENTRY), PATH) == text


@pytest.mark.parametrize("text", ODD)
def test_odd_objects(text: str) -> None:
    """Both hold for objects that are empty, or are not but for a comment."""
    after = put(text, PATH, ENTRY)
    assert is_within(text, after)
    assert found(after, PATH) == ENTRY
    assert dropped(after, PATH) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"a": 1, // c\n "b": 2, "d": 3}', '{"a": 1, // c\n "d": 3}'),
        ('{"a": 1, // c\r\n "b": 2 }', '{"a": 1 // c\r\n }'),
        ('{"b": 2, "d": 3}', '{ "d": 3}'),
        ('{"a": 1, "b": 2 /* e */, "d": 3}', '{"a": 1, /* e */ "d": 3}'),
        ('{\n  // about a\n  "a": 1,\n  "b": 2\n}', '{\n  // about a\n  "a": 1\n}'),
        ('{"b": 2}', "{}"),
        ("{ // c\n}", "{ // c\n}"),
    ],
)
def test_what_is_around_a_dropped_member(text: str, left: str) -> None:
    """Comments around it stay, and nothing that follows ends up in one."""
    assert dropped(text, ("b",)) == left


@patient
@given(json_documents())
def test_twice_is_once(text: str) -> None:
    """Putting the same value again writes what is there."""
    once = put(text, PATH, ENTRY)
    assert meaning(put(once, PATH, ENTRY)) == meaning(once)


@patient
@given(json_documents(), st.sampled_from(["github", "files", "x.y"]))
def test_any_member_can_be_dropped(text: str, name: str) -> None:
    """Dropping a member, wherever it stands and whatever is around it, leaves the others."""
    before = meaning(put(text, ("mcpServers", "stays"), ENTRY))
    after = dropped(put(text, ("mcpServers", "stays"), ENTRY), ("mcpServers", name))
    assert isinstance(before, dict)
    assert isinstance(before["mcpServers"], dict)
    before["mcpServers"].pop(name, None)
    assert after is not None
    assert meaning(after) == before


@patient
@given(json_documents(), st.sampled_from(["command", "args", "fresh"]), json_documents())
def test_a_value_can_be_replaced(text: str, field: str, other: str) -> None:
    """A value within an entry is replaced or added, and the rest stays."""
    value: Value = [other, {"a": 1}]
    once = put(text, PATH, ENTRY)
    after = meaning(put(once, (*PATH, field), value))
    expected = meaning(once)
    assert isinstance(expected, dict)
    assert isinstance(expected["mcpServers"], dict)
    expected["mcpServers"]["tidelog"] = {**ENTRY, field: value}
    assert after == expected


@patient
@given(BLANKS)
def test_blank_files_are_begun(text: str) -> None:
    """In a file without anything a document is begun, and nothing is left of it afterwards."""
    after = put(text, PATH, ENTRY)
    assert meaning(after) == {"mcpServers": {"tidelog": ENTRY}}
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert dropped(after, PATH) is None


def test_a_new_document_reads_well() -> None:
    """Objects over lines, lists on one."""
    assert put(None, ("mcpServers", "t"), {"command": "t", "args": ["serve"]}) == (
        '{\n  "mcpServers": {\n    "t": {\n      "command": "t",\n      "args": ["serve"]\n'
        "    }\n  }\n}\n"
    )


def test_style_is_followed() -> None:
    """A new member has the indentation and the line ends of its neighbours."""
    text = '{\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t}\r\n}'
    assert put(text, ("mcpServers", "t"), {"command": "t"}) == (
        '{\r\n\t"mcpServers": {\r\n\t\t"a": {},\r\n\t\t"t": {\r\n\t\t\t"command": "t"\r\n\t\t}'
        "\r\n\t}\r\n}"
    )
    assert put('{"a":1}', ("m", "t"), 2) == '{"a":1,"m":{ "t": 2 }}'


def test_trailing_commas_stay_trailing() -> None:
    """Where the last member has a comma, ours has one too."""
    text = '{\n  "mcpServers": {\n    "a": {}, // the only one\n  },\n}\n'
    assert put(text, ("mcpServers", "t"), 1) == (
        '{\n  "mcpServers": {\n    "a": {}, // the only one\n    "t": 1,\n  },\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1', 'line 1, column 8: a "," or a "}" is missing'),
        ('{\n  "a": tru\n}', "line 2, column 8: no value begins here"),
        ('{"a": NaN}', "no value begins here"),
        ('{"a": 01}', 'a "," or a "}" is missing'),
        ("{a: 1}", "line 1, column 2: a name in double quotes"),
        ('{"a" 1}', 'a ":" is missing'),
        ('{"a": "x\ny"}', "a string that does not end"),
        ('{"a": "\\x"}', "a string that does not end"),
        ("{} {}", "something stands after the end"),
        ("// nothing\n", "it ends too early"),
        ("[1]", "it is not an object"),
        ('"text"', "it is not an object"),
        ('{"mcpServers": []}', "mcpServers is not an object"),
        ('{"mcpServers": null}', "mcpServers is not an object"),
        ('{"mcpServers": {}, "mcpServers": {}}', "mcpServers stands there 2 times"),
        ('{"mcpServers": {"tidelog": 1, "tidelog": 2}}', "mcpServers.tidelog stands there 2 times"),
        ("[" * 100_000, "nested more than 200 deep"),
        ("{" + '"a": {' * 300, "nested more than 200 deep"),
        ('{"a": /* no end', "no value begins here"),
        ('{"a": ' + "9" * 5000 + "}", "no value begins here"),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, reason: str) -> None:
    """A text that is no JSON, or not of the form, is refused with the place and the reason."""
    with pytest.raises(Unfit) as refused:
        put(text, PATH, ENTRY)
    assert reason in str(refused.value)
    with pytest.raises(Unfit) as refused:
        dropped(text, PATH)
    assert reason in str(refused.value)


@patient
@given(
    st.text(max_size=40) | st.lists(st.sampled_from('{}[]",:/*\n\\ a1'), max_size=30).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a file holds, it is edited or refused, and what is edited can be read."""
    try:
        after = put(text, PATH, ENTRY)
    except Unfit:
        return
    assert found(after, PATH) == ENTRY


@patient
@given(json_documents())
def test_it_reads_what_python_reads(text: str) -> None:
    """A value is found as Python's own reader sees it."""
    whole = meaning(text)
    assert found(text, ()) == whole
    assert json.dumps(found(text, ())) == json.dumps(whole)
