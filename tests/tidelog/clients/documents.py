"""Random configuration files as people and programs write them, and what they mean."""

import json
import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from localstore.values import Row, Value

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests that may run on a machine that stands still for a while."""

FOREIGN_NAMES = ("github", "files", "päckchen", "a b", "zażółć 🐢", "tide", "serve", "x.y")
KEYS = ("theme", "mcpServers", "servers", "mcp", "inputs", "", "a/b", "№", "numStartups", "env")
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(\s*[}\]])', re.DOTALL)

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\\", "// not a comment", "/* nor this", '{"mcpServers": {}}', "\u2028", "\x7f", "a,}"]
)
_plain = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.sampled_from([0.5, 1e300, -0.0])
)
_values: st.SearchStrategy[Value] = st.recursive(
    _plain | _texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)
_servers = st.fixed_dictionaries(
    {"command": _texts}, optional={"args": st.lists(_texts, max_size=2), "env": _values}
)
_gaps = st.sampled_from(
    [
        "",
        "",
        "",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\n    ",
        " // note, }\n",
        "/* { */",
        "\r\n// x\r\n",
    ]
)


def meaning(text: str) -> Value:
    """What a JSON text with comments and trailing commas means, by Python's own reader."""
    bare = _TOKEN.sub(lambda found: found[1] or " ", text.removeprefix("\ufeff"))
    value: Value = json.loads(_LAST_COMMA.sub(lambda found: found[1] or found[2], bare))
    return value


@st.composite
def json_documents(draw: st.DrawFn, container: str = "mcpServers") -> str:
    """An object, perhaps with foreign servers in `container`, written in any style."""
    document: Row = dict(draw(st.dictionaries(st.sampled_from(KEYS), _values, max_size=4)))
    document.pop(container, None)
    if draw(st.booleans()):
        document[container] = dict(
            draw(st.dictionaries(st.sampled_from(FOREIGN_NAMES), _servers, max_size=3))
        )
    names = draw(st.permutations(sorted(document)))
    document = {name: document[name] for name in names}
    text = draw(_tidy(document) | _wild(document))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text


@st.composite
def _tidy(draw: st.DrawFn, document: Row) -> str:
    """As a program writes it."""
    indent = draw(st.sampled_from([None, 0, 2, 4, "\t"]))
    packed = (",", ":") if draw(st.booleans()) else None
    text = json.dumps(document, indent=indent, ensure_ascii=draw(st.booleans()), separators=packed)
    text += draw(st.sampled_from(["", "\n", "\n\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@st.composite
def _wild(draw: st.DrawFn, value: Value) -> str:
    """As nobody should write it: any space, comments anywhere, commas at the end, odd escapes."""
    before, after = draw(_gaps), draw(_gaps)
    if isinstance(value, dict):
        pieces = [
            f"{draw(_gaps)}{draw(_strings(key))}{draw(_gaps)}:{draw(_wild(each))}"
            for key, each in value.items()
        ]
        return f"{before}{{{_listed(draw, pieces)}}}{after}"
    if isinstance(value, list):
        return f"{before}[{_listed(draw, [draw(_wild(each)) for each in value])}]{after}"
    written = draw(_strings(value)) if isinstance(value, str) else json.dumps(value)
    return f"{before}{written}{after}"


def _listed(draw: st.DrawFn, pieces: list[str]) -> str:
    last = draw(st.sampled_from(["", ","])) if pieces else ""
    return ",".join(pieces) + last + draw(_gaps)


@st.composite
def _strings(draw: st.DrawFn, text: str) -> str:
    escaped = draw(st.sampled_from(["", "", "", *text]))
    written = json.dumps(text, ensure_ascii=False)
    if not (escaped.isascii() and escaped.isalnum()):
        return written
    return written.replace(escaped, f"\\u{ord(escaped):04x}") if "\\" not in written else written


_pieces = st.sampled_from(
    [
        "# a comment, with [mcp_servers.tidelog] in it",
        "",
        "   ",
        'model = "o9" # why not',
        "number = 0xff",
        "when = 2026-03-14T09:26:53Z",
        "odd = nan",
        '"quoted = key" = "a # b"',
        "dotted.key.here = true",
        'text = """\n[mcp_servers.tidelog]\ncommand = "no"\n\\""""""',
        "literal = '''\n[mcp_servers.tidelog]'''",
        "many = [\n  1, # one ]\n  [2],\n]",
        'inline = { a = "}", b = [1] }',
        "[mcp_servers]",
        '[mcp_servers.github]\ncommand = "npx"',
        '[mcp_servers.github.env] # secrets\nTOKEN = "x"',
        "[mcp_servers.'x.y']",
        "mcp_servers.dotted.command = 'x'",
        "[[points]]\nx = 1",
        "[[points]]",
        "[[points.inner]]",
        '  [projects."/some where"]',
        "[profiles]",
        "'[mcp_servers.tidelog]' = 1",
    ]
)


@st.composite
def toml_documents(draw: st.DrawFn) -> str:
    """Pieces of TOML in any order; some make none, which the test has to sort out."""
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = "\n".join(draw(st.lists(_pieces, max_size=10, unique=draw(st.booleans()))))
    text = text.replace("\n", newline)
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return mark + text + draw(st.sampled_from(["", newline, newline * 2]))
