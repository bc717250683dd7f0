"""Rows of every entity, with all that the store can hold and that a file could choke on."""

from uuid import UUID

from hypothesis import strategies as st

from localstore.entities import CONFIGURATION, ENTITIES, Entity, Kind
from localstore.ids import CONFIGURATION_ID
from localstore.text import MAX_INTEGER
from localstore.values import Row, Value

CONTROLS = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
PIECES = (
    *("---", "\n---\n", "---\nid: x\n---\n", "...", "```", "\n```\n", "~~~", "# ", "\n# x\n"),
    *("\r\n", "\r", "\n", "\n\n", "\t", " ", "  ", "\u2028", "\u2029", "\x85", "\xa0", "\ufeff"),
    *("😀", "👩\u200d👩", "ünï", "日本", "שלום", "\u202eabc", "\u2066", "\u200b", "\ufffe"),
    *("- ", "-", "? ", ": ", ":", " #", "#", "*a", "&a ", "!!int ", "!", "|", ">", "%", "@", "`"),
    *("{", "}", "[", "]", ",", "'", '"', "\\", "\\n", "\\u0041", "\\_", "&amp;", "<!-- x -->"),
    *("1", "0", "017", "0x1F", "1e3", "1.0", "-1", "+1", ".5", "1_000", "12:30:45", "2026-03-14"),
    *("2026-03-14T09:30:00Z", "yes", "No", "on", "off", "y", "n", "true", "False", "null", "~"),
    *(".inf", ".nan", "<<", "=", "x" * 60, "http://a.b", "www.a.b", "(empty)", "…", "id: x"),
    *("title:", "## ", "\U0010ffff", "<b>", "Null"),
)
ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=40
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | ANY_TEXT
SOME_TEXT = TEXT.filter(bool)
TITLE = SOME_TEXT.map(lambda text: text[:200]) | st.sampled_from(["x" * 200, "# " * 100, " " * 200])
NUMBER = st.integers(-MAX_INTEGER, MAX_INTEGER)
FLOAT = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [1.0, -0.0, 1e22, 1e16, 1e-7, 5e-324, 1.7976931348623157e308, 0.1]
)
VALUE: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | NUMBER | FLOAT | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
IDS = st.integers(0, 2**128 - 1).map(lambda number: str(UUID(int=number)))
BY_KIND: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.SCALAR: SOME_TEXT | NUMBER,
    Kind.TEXT: SOME_TEXT | st.text("ab \n\r#-", min_size=1),
    Kind.MARK: SOME_TEXT,
    Kind.SET: st.lists(TEXT, min_size=1, max_size=4).map(lambda texts: [*texts]),
    Kind.MAP: st.dictionaries(TEXT, VALUE, min_size=1, max_size=5),
    Kind.VALUE: VALUE.filter(lambda value: value not in (None, "", [], {})),
}
BY_NAME: dict[str, st.SearchStrategy[Value]] = {
    "item_type": st.sampled_from(["project", "session", "task", "research"]),
    "title": TITLE,
    "name": TITLE,
}
REQUIRED = ("item_type", "title", "name")
STAMPS: dict[str, st.SearchStrategy[Value]] = {
    "version": st.integers(1, MAX_INTEGER),
    "change_id": IDS,
    "created_at": SOME_TEXT,
    "created_by": SOME_TEXT,
    "updated_at": SOME_TEXT,
    "updated_by": SOME_TEXT,
}


@st.composite
def rows(draw: st.DrawFn, entity: Entity) -> Row:
    """A row of an entity: any of its optional fields, and what is kept on one machine only."""
    row: Row = {"id": CONFIGURATION_ID if entity is CONFIGURATION else draw(IDS)}
    for field in entity.fields:
        values = BY_NAME.get(field.name, BY_KIND[field.kind])
        row[field.name] = draw(values if field.name in REQUIRED else st.none() | values)
    for name, stamps in STAMPS.items():
        row[name] = draw(stamps)
    return row | {"base_change_id": draw(st.none() | IDS), "ref": "kept elsewhere"}


ANY_ROW: st.SearchStrategy[tuple[Entity, Row]] = st.sampled_from(list(ENTITIES.values())).flatmap(
    lambda entity: st.tuples(st.just(entity), rows(entity))
)


def in_files(row: Row) -> Row:
    """What of a row its file holds."""
    local = ("base_change_id", "ref")
    return {name: value for name, value in row.items() if value is not None and name not in local}


STAMP: Row = {
    "version": 3,
    "change_id": "019c1c38-a400-77ec-9e2f-eb89414c343c",
    "base_change_id": "019c1c38-a400-7103-8386-bbc4cd613e30",
    "created_at": "2026-03-14T09:30:00.123456Z",
    "created_by": "claude-code",
    "updated_at": "2026-03-15T10:00:00.000000Z",
    "updated_by": "claude-desktop",
}
ROW_ID = "019c1c38-a400-7d8e-91b7-584a2265b1f5"
ITEM: Row = {
    "id": ROW_ID,
    "item_type": "task",
    "title": "Fix the parser: date #3",
    "description": "Dates in March.\n\n- one\n- two",
    "status": "active",
    "priority": "P1",
    "labels": ["parser", "bug"],
    "pr_number": 142,
    "metadata": {"_schema_version": "1.0", "estimated_hours": 4.5},
    **STAMP,
}
VENDOR_ROW: Row = {
    "id": ROW_ID,
    "name": "ALDER",
    "status": "operational",
    "extractor_version": "2.4",
    "metadata": {
        "format_support": {"csv": True, "excel": True, "pdf": False},
        "manifest_compliant": True,
        "test_results": {"passing": 30, "skipped": 2, "total": 34},
    },
    **STAMP,
}
DEPLOYMENT_ROW: Row = {
    "id": ROW_ID,
    "deployed_at": "2026-03-14T09:30:00.000000Z",
    "commit_hash": "3f786850e387550fdab836ed7e6dc881de23001b",
    "metadata": {
        "constitutional_compliance": True,
        "pr_number": 93,
        "pr_title": "Read dates",
        "test_summary": {"unit": 43, "integration": 0},
    },
    "vendor_ids": [ROW_ID],
    "work_item_ids": [ROW_ID, STAMP["change_id"]],
    **STAMP,
}
CONFLICT_ROW: Row = {
    "id": ROW_ID,
    "entity": "work_item",
    "entity_id": ROW_ID,
    "field": "description",
    "local": "# Mine\n```\n---",
    "remote": "Theirs",
    "kept": "Theirs",
    "noticed_at": "2026-03-14T09:30:00.000000Z",
    "local_replica": "one",
    "remote_replica": "two",
    "status": "open",
    **STAMP,
}
DEPENDENCY_ROW: Row = {
    "id": ROW_ID,
    "source_id": ROW_ID,
    "target_id": STAMP["change_id"],
    "dependency_type": "blocks",
    **STAMP,
}
CONFIGURATION_ROW: Row = {
    "id": CONFIGURATION_ID,
    "active_context_type": "feature",
    "default_token_budget": 200_000,
    "report_layout": "<!-- tidelog:title -->\r\nBy hand\r\n",
    **STAMP,
}
