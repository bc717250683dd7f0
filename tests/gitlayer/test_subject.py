"""The subject of a change: one line, as a status log would put it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.subject import SUBJECT_LENGTH, subject
from localstore.values import Row, Value

TITLE = "Fix date parser"
ROW = "0198c0de-7f3c-7abc-9def-0123456cd82f"
COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"


def entry(changes: dict[str, list[Value]], ref: str = "T-7F3KQ", entity: str = "work_item") -> Row:
    """A history entry of a second version."""
    told: Row = {name: list(pair) for name, pair in changes.items()}
    return {"entity": entity, "ref": ref, "title": TITLE, "version": 2, "changes": told}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"status": ["active", "completed"]}, "active → completed"),
        ({"priority": ["P2", "P0"]}, "P2 → P0"),
        ({"assignee": [None, "copilot"]}, "assignee copilot"),
        ({"assignee": ["copilot", None]}, "no assignee"),
        ({"assignee": ["copilot", "claude-code"]}, "assignee copilot → claude-code"),
        ({"title": ["Fix dates", TITLE]}, 'was "Fix dates"'),
        ({"labels": [["a", "b"], ["b", "c"]]}, "labels +c -a"),
        ({"commit_hashes": [None, [COMMIT]]}, "commit hashes +3f786850e3"),
        ({"parent_id": ["x", "y"]}, "moved"),
        ({"parent_id": ["x", None]}, "moved to the top"),
        ({"description": [None, "x"]}, "description written"),
        ({"description": ["x", "y"]}, "description edited"),
        ({"description": ["x", None]}, "no description"),
        ({"deleted_at": [None, "2026-03-14T09:30:00.000000Z"]}, "deleted"),
        ({"deleted_at": ["2026-03-14T09:30:00.000000Z", None]}, "undeleted"),
        ({"archived_at": [None, "2026-03-14T09:30:00.000000Z"]}, "archived"),
        ({"archived_at": ["2026-03-14T09:30:00.000000Z", None]}, "back from the archive"),
        ({"metadata.actual_hours": [2.0, 3.5]}, "actual hours 2 → 3.5"),
        ({"metadata.blocked_reason": [None, "no samples"]}, 'blocked reason "no samples"'),
        ({"metadata.format_support": [None, {"pdf": True}]}, "format support changed"),
        ({"metadata._schema_version": [None, "1.0"]}, "touched"),
        ({"branch_name": [None, "fix/dates"]}, "branch fix/dates"),
        ({"report_layout": [None, "## Ours\n"]}, "hand-written sections edited"),
        ({"report_layout": ["## Ours\n", "## Yours\n"]}, "hand-written sections edited"),
        ({"report_layout": ["## Ours\n", None]}, "no hand-written sections"),
        ({"labels": [[], ["a", "b", "c", "d", "e"]]}, "labels +a +b +c and 2 more"),
        ({"depends_on": [None, [ROW]]}, "depends on +E-R14D2"),
        ({"metadata.legacy": [None, {"status": "someday"}]}, "legacy changed"),
        (
            {
                "metadata.note": [None, "x"],
                "assignee": [None, "me"],
                "status": ["planned", "active"],
            },
            'planned → active, assignee me, note "x"',
        ),
    ],
)
def test_changes_are_worded(changes: dict[str, list[Value]], what: str) -> None:
    """Each kind of change has its words; what a reader looks for first stands first."""
    assert subject(entry(changes)) == f'task "{TITLE}": {what}'


@pytest.mark.parametrize(
    ("entity", "ref", "word"),
    [
        ("work_item", "P-7F3KQ", "project"),
        ("work_item", "S-7F3KQ", "session"),
        ("work_item", "R-7F3KQ", "research"),
        ("vendor", "V-7F3KQ", "vendor"),
        ("enhancement", "E-7F3KQ", "enhancement"),
    ],
)
def test_each_kind_is_named(entity: str, ref: str, word: str) -> None:
    """A subject begins with the kind of row and its title."""
    blocked = entry({"status": ["active", "blocked"]}, ref, entity)
    assert subject(blocked) == f'{word} "{TITLE}": active → blocked'


def test_creation() -> None:
    """A new row is created, with the status it has."""
    made = entry({"status": [None, "planned"], "title": [None, TITLE]}) | {"version": 1}
    assert subject(made) == f'task "{TITLE}": created, planned'


def test_deployment() -> None:
    """A deployment is named by its commit and tells its pull request and reach."""
    made: Row = {
        "entity": "deployment",
        "ref": "D-7F3KQ",
        "title": COMMIT,
        "version": 1,
        "changes": {"metadata.pr_number": [None, 142], "vendor_ids": [None, ["a", "b"]]},
    }
    assert subject(made) == "deployment of 3f786850e3: recorded, PR #142, 2 vendors"


def test_rows_without_a_name() -> None:
    """A row that has no title is named by its kind alone."""
    row: Row = {"entity": "configuration", "version": 3, "changes": {"git_branch": ["a", "b"]}}
    assert subject(row) == "configuration: branch a → b"


@pytest.mark.parametrize(
    ("version", "changes", "line"),
    [
        (1, {"source_id": [None, ROW], "dependency_type": [None, "blocks"]}, "T-A blocks T-B"),
        (2, {"deleted_at": [None, "2026-03-14T09:30:00.000000Z"]}, "T-A no longer blocks T-B"),
        (3, {"deleted_at": ["2026-03-14T09:30:00.000000Z", None]}, "T-A blocks T-B again"),
    ],
)
def test_dependency(version: int, changes: Row, line: str) -> None:
    """A dependency reads as a sentence: drawn, removed, drawn again."""
    edge: Row = {"entity": "dependency", "title": "T-A blocks T-B", "version": version}
    assert subject(edge | {"changes": changes}) == line


def test_related_items() -> None:
    """Items that are no longer related are said to be so."""
    edge: Row = {"entity": "dependency", "title": "T-A is related to T-B", "version": 2}
    removed: Row = {"deleted_at": [None, "2026-03-14T09:30:00.000000Z"]}
    assert subject(edge | {"changes": removed}) == "T-A is no longer related to T-B"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (
            {"item_type": [None, "task"], "title": [None, TITLE], "status": [None, "blocked"]},
            f'task "{TITLE}": restored, blocked',
        ),
        (
            {"title": [None, TITLE], "status": [None, "planned"], "priority": [None, 1]},
            f'enhancement "{TITLE}": restored, planned',
        ),
        ({"deployed_at": [None, "2025-06-02T00:00:00Z"]}, "deployment of 2025-06-02: restored"),
    ],
)
def test_rows_without_their_history(row: Row, line: str) -> None:
    """A row that was loaded whole, at a later version, is restored; its fields are not listed."""
    entity = line.partition(" ")[0].replace("task", "work_item")
    title = "2025-06-02" if entity == "deployment" else TITLE
    told: Row = {"entity": entity, "ref": "T-7F3KQ", "title": title, "version": 5}
    assert subject(told | {"changes": row}) == line


def test_imported_row() -> None:
    """A row from a hand-kept file is created, whatever was kept as it was written there."""
    changes: Row = {
        "item_type": [None, "task"],
        "status": [None, "planned"],
        "metadata.legacy": [None, {"status": "someday, maybe"}],
        "metadata.legacy_note": [None, ["- Status: someday, maybe " * 40]],
    }
    row: Row = {"entity": "work_item", "ref": "T-7F3KQ", "title": TITLE, "version": 1}
    assert subject(row | {"changes": changes}) == f'task "{TITLE}": created, planned'


values = (
    st.none() | st.text(max_size=30) | st.integers() | st.lists(st.text(max_size=9), max_size=3)
)


@given(
    title=st.text(max_size=300),
    changes=st.dictionaries(st.text(max_size=20), st.tuples(values, values).map(list), max_size=4),
    version=st.integers(1, 3),
    entity=st.sampled_from(["work_item", "conflict"]),
)
def test_any_change_is_one_line(title: str, changes: Row, version: int, entity: str) -> None:
    """Whatever a row holds, its subject is one printable line that is no option."""
    row: Row = {"entity": entity, "ref": "T-7F3KQ", "title": title, "version": version}
    line = subject(row | {"changes": changes})
    assert len(line.splitlines()) == 1
    assert len(line) <= SUBJECT_LENGTH
    assert line.startswith(("task", "conflict"))
    assert not {"\x00", "\x1b", "\x9b", "\u202e"} & set(line)
