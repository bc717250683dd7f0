"""Files that a person edited: what changed is taken, what an editor did by itself is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.parse import parse
from gitlayer.paths import path_of
from gitlayer.render import BODY_FIELDS, render
from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENHANCEMENT,
    VENDOR,
    WORK_ITEM,
    Entity,
)
from localstore.values import Row, to_json
from tests.gitlayer.any_rows import (
    ANY_ROW,
    CONFIGURATION_ROW,
    CONFLICT_ROW,
    DEPENDENCY_ROW,
    DEPLOYMENT_ROW,
    ITEM,
    STAMP,
    VENDOR_ROW,
    in_files,
)

IDEA: Row = {name: ITEM[name] for name in ("id", "title", "description", "status")} | STAMP
EACH = [
    (WORK_ITEM, ITEM),
    (ENHANCEMENT, IDEA),
    (VENDOR, VENDOR_ROW),
    (DEPLOYMENT, DEPLOYMENT_ROW),
    (CONFLICT, CONFLICT_ROW),
    (DEPENDENCY, DEPENDENCY_ROW),
    (CONFIGURATION, CONFIGURATION_ROW),
]
HEADING = "# Fix the parser: date #3\n"


def changed(old: str, new: str, *, entity: Entity = WORK_ITEM, base: Row = ITEM) -> Row:
    """The fields that differ from `base` when `old` in its file is replaced with `new`."""
    text = render(entity, base)
    assert old in text
    seen = parse(path_of(entity, base), text.replace(old, new, 1), base=base).row
    before = in_files(base)
    return {
        name: seen.get(name)
        for name in before | seen
        if to_json(seen.get(name)) != to_json(before.get(name))
    }


@given(each=ANY_ROW, crlf=st.booleans())
def test_windows_line_ends_are_no_change(each: tuple[Entity, Row], crlf: bool) -> None:
    """A file that an editor saved with Windows line ends throughout says what it said."""
    entity, row = each
    field = BODY_FIELDS.get(entity.name, "")
    if isinstance(row.get(field), str):
        body = re.sub(r"\r\n?", "\n", str(row[field]))
        row |= {field: body.replace("\n", "\r\n") if crlf else body}
    saved = re.sub(r"\r?\n", "\r\n", render(entity, row))
    assert to_json(parse(path_of(entity, row), saved, base=row).row) == to_json(in_files(row))


@pytest.mark.parametrize(("entity", "row"), EACH, ids=lambda each: getattr(each, "name", ""))
@pytest.mark.parametrize("mark", ["\ufeff{}", "{}\n", "{}\r\n", "\ufeff{}\n"])
def test_marks_of_editors_are_no_change(entity: Entity, row: Row, mark: str) -> None:
    """A byte order mark and an added last line end are no change of the row."""
    base = row | {"report_layout": "By hand"} if entity is CONFIGURATION else row
    text = mark.format(render(entity, base))
    assert to_json(parse(path_of(entity, base), text, base=base).row) == to_json(in_files(base))


@pytest.mark.parametrize("body", ["a\r\nb\r\n", "a\r\nb\nc", "a\rb\nc\n"])
def test_line_ends_of_the_text_are_kept(body: str) -> None:
    """Text that has carriage returns of its own keeps them when Windows line ends come over it."""
    base = ITEM | {"description": body}
    text = render(WORK_ITEM, base)
    saved = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert parse(path_of(WORK_ITEM, base), saved, base=base).row["description"] == body


def test_a_last_line_end_of_the_text_is_kept() -> None:
    """Where the text ended with a line end already, one more is a change."""
    base = ITEM | {"description": "text\n"}
    assert changed("text\n", "text\n\n", base=base) == {"description": "text\n\n"}
    assert changed("text\n", "text", base=base) == {"description": "text"}


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("status: active", "status: completed", {"status": "completed"}),
        ("priority: P1\n", "", {"priority": None}),
        ("priority: P1\n", "priority:\n", {"priority": None}),
        ("  - bug\n", "  - bug\n  - 'new: one'\n", {"labels": ["parser", "bug", "new: one"]}),
        ("labels:\n  - parser\n  - bug\n", "labels: []\n", {"labels": None}),
        ("pr_number: 142", "pr_number: 7", {"pr_number": 7}),
        ("status: active", "status: 'active'   ", {}),
        ("status: active", "status: active\nassignee: ada", {"assignee": "ada"}),
        ("4.5", "5", {"metadata": {"_schema_version": "1.0", "estimated_hours": 5}}),
        ("status: active", "deleted_at: 2026-03-14\nstatus: active", {"deleted_at": "2026-03-14"}),
        ("- two", "- two\n- three\n", {"description": "Dates in March.\n\n- one\n- two\n- three"}),
        ("Dates in March.\n\n- one\n- two", "", {"description": None}),
        ("Dates in March.\n\n- one\n- two", "\n", {"description": None}),
        ("---\n\n# Fix", "---\n# Fix", {}),
        ("---\n\n# Fix", "---  \n\n\n# Fix", {}),
        ("#3\n\nDates", "#3\nDates", {}),
        ("#3\n\nDates", "#3\n\n\nDates", {"description": f"\n{ITEM['description']}"}),
        ('title: "Fix the parser: date #3"', "title: Dates", {"title": "Dates"}),
        (HEADING, "# Dates\n", {"title": "Dates"}),
        (HEADING, "# A\\_b \\[c\\] <d> e_f #\n", {"title": "A_b [c] <d> e_f"}),
        (HEADING, "#   Fix the  parser: date \\#3  \n", {}),
        (HEADING, "", {}),
        (HEADING + "\n", "", {}),
        ("\n" + HEADING, "", {}),
        (HEADING, "#\n", {}),
    ],
)
def test_what_a_person_changes(old: str, new: str, difference: Row) -> None:
    """Fields, text and heading say what changed, and nothing else changes with them."""
    assert changed(old, new) == difference


def test_title_changed_in_both_places_alike() -> None:
    """Changing heading and frontmatter to the same title is one change."""
    text = render(WORK_ITEM, ITEM).replace(HEADING, "# New\n")
    text = text.replace('title: "Fix the parser: date #3"', "title: New")
    assert parse(path_of(WORK_ITEM, ITEM), text, base=ITEM).row["title"] == "New"
    assert parse(path_of(WORK_ITEM, ITEM), text).row["title"] == "New"


def test_heading_of_the_text_is_no_title() -> None:
    """Where the heading was removed, the text's own first heading does not become the title."""
    base = ITEM | {"description": "# Plan\n\nFirst"}
    assert changed(HEADING + "\n", "", base=base) == {}
    assert changed(HEADING, "", base=base) == {}
    assert changed("# Plan\n", "# Plan B\n", base=base) == {"description": "# Plan B\n\nFirst"}


def test_vendor_is_renamed_in_its_heading() -> None:
    """A new heading of a vendor's file is its new name."""
    difference = changed("# ALDER\n", "# Birch 2\n", entity=VENDOR, base=VENDOR_ROW)
    assert difference == {"name": "Birch 2"}


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("status: operational", "status: broken", {"status": "broken"}),
        ("\n- Status: operational", "\n\n- Status: operational  ", {}),
    ],
)
def test_fields_of_a_vendor(old: str, new: str, difference: Row) -> None:
    """A vendor's fields are edited in the frontmatter; the text made of them may lag behind."""
    assert changed(old, new, entity=VENDOR, base=VENDOR_ROW) == difference


def test_layout_is_edited_below_its_heading() -> None:
    """The hand-written parts of the report are the configuration's text, with their line ends."""
    difference = changed("By hand", "By me", entity=CONFIGURATION, base=CONFIGURATION_ROW)
    assert difference == {"report_layout": "<!-- tidelog:title -->\r\nBy me\r\n"}
