"""Values that some layer could choke on, and what a sound refusal of them looks like."""

import math

from hypothesis import strategies as st

from localstore.errors import TidelogError
from localstore.values import Value, to_json
from tests.localstore.test_text import nested

POISON: dict[str, Value] = {
    "NUL": "\x00",
    "surrogate": "\ud800",
    "later surrogate": "a\udfffb",
    "10 MB": "x" * 10_000_000,
    "path": "../../etc/passwd",
    "SQL": "'; DROP TABLE work_items; --",
    "marks": "\u202e\u2066",
    "line break": "\r\n",
    "NaN": math.nan,
    "infinity": math.inf,
    "large float": 1e308,
    "minus zero": -0.0,
    "2**53": 2**53,
    "-2**63": -(2**63),
    "10**5000": 10**5000,
    "deep list": nested(10_000),
    "deep mapping": nested(10_000, mapping=True),
    "long list": ["x"] * 100_000,
    "NUL key": {"\x00": 1},
    "surrogate key": {"\ud800": 1},
    "empty key": {"": ""},
    "names that mean something": {"__class__": "x", "constructor": 1, "$ref": "#"},
    "empty things": [[], {}, None],
    "true": True,
    "empty": "",
    "space": " ",
    "mapping": {},
}


def poisonous(name: str) -> Value:
    """The poison of a name; a function, because some of them cannot be printed."""
    return POISON[name]


ODD: st.SearchStrategy[Value] = st.recursive(
    st.sampled_from(sorted(POISON)).map(poisonous)
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def refusal_is_sound(refusal: TidelogError) -> None:
    """A refusal can be sent: it is JSON, can be encoded, and is not as long as what it refuses."""
    text = to_json(refusal.to_row())
    assert len(text.encode()) < 5_000
    assert "Traceback" not in text
