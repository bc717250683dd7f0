"""Rows as files: readable, the same for the same row, and inert whatever the row says."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitlayer.render import BODY_FIELDS, SHOWN_FIELDS, heading_of, render
from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENTITIES,
    STAMP,
    VENDOR,
    WORK_ITEM,
    Entity,
)
from localstore.values import Row, Value
from tests.gitlayer.any_rows import (
    ANY_ROW,
    CONFIGURATION_ROW,
    CONFLICT_ROW,
    DEPENDENCY_ROW,
    DEPLOYMENT_ROW,
    ITEM,
    SOME_TEXT,
    VENDOR_ROW,
)

MARKDOWN = MarkdownIt("commonmark")


def body_of(entity: Entity, row: Row) -> str:
    """What stands below the frontmatter."""
    return render(entity, row).split("\n---\n", 1)[1]


def test_work_item() -> None:
    """A work item's file: title first, stamp last, lists by line, the description as it is."""
    assert render(WORK_ITEM, ITEM) == (
        "---\n"
        "id: 019c1c38-a400-7d8e-91b7-584a2265b1f5\n"
        "ref: T-TR98H6BCFN\n"
        'title: "Fix the parser: date #3"\n'
        "item_type: task\n"
        "status: active\n"
        "priority: P1\n"
        "labels:\n"
        "  - parser\n"
        "  - bug\n"
        "pr_number: 142\n"
        "metadata:\n"
        '  _schema_version: "1.0"\n'
        "  estimated_hours: 4.5\n"
        "version: 3\n"
        "change_id: 019c1c38-a400-77ec-9e2f-eb89414c343c\n"
        'created_at: "2026-03-14T09:30:00.123456Z"\n'
        "created_by: claude-code\n"
        'updated_at: "2026-03-15T10:00:00.000000Z"\n'
        "updated_by: claude-desktop\n"
        "---\n"
        "\n"
        "# Fix the parser: date #3\n"
        "\n"
        "Dates in March.\n\n- one\n- two"
    )


def test_without_text_the_file_ends_with_the_heading() -> None:
    """An item without a description has nothing below its heading."""
    assert render(WORK_ITEM, ITEM | {"description": None}).endswith("---\n\n# " + ITEM_HEADING)
    assert render(WORK_ITEM, ITEM | {"description": ""}).endswith("---\n\n# " + ITEM_HEADING)


ITEM_HEADING = "Fix the parser: date #3\n"


def test_vendor() -> None:
    """A vendor's file says in words how its extractor stands."""
    assert body_of(VENDOR, VENDOR_ROW) == (
        "\n# ALDER\n\n"
        "- Status: operational\n"
        "- Extractor: 2.4\n"
        "- Reads: csv, excel\n"
        "- Does not read: pdf\n"
        "- Tests: 30 of 34 pass, 2 skipped\n"
        "- Follows the manifest: yes\n"
    )


def test_deployment() -> None:
    """A deployment's file says in words what was deployed."""
    assert body_of(DEPLOYMENT, DEPLOYMENT_ROW) == (
        "\n# Deployment of 2026-03-14\n\n"
        "- At: 2026-03-14T09:30:00.000000Z\n"
        "- Pull request: #93 Read dates\n"
        "- Commit: 3f786850e387550fdab836ed7e6dc881de23001b\n"
        "- Tests: integration 0, unit 43\n"
        "- Vendors: 1\n"
        "- Work items: 2\n"
        "- Constitutional compliance: yes\n"
    )


def test_conflict() -> None:
    """A conflict's file shows each value as it is, where nothing in it has a meaning."""
    assert body_of(CONFLICT, CONFLICT_ROW) == (
        "\n# Conflict in description\n\n"
        "- In: work item 019c1c38-a400-7d8e-91b7-584a2265b1f5\n"
        "- Noticed: 2026-03-14\n"
        "- Replicas: one and two\n"
        "- State: open\n"
        "\nBefore:\n\n(nothing)\n"
        "\nHere:\n\n    # Mine\n    ```\n    ---\n"
        "\nThere:\n\n    Theirs\n"
        "\nKept:\n\n    Theirs\n"
    )


def test_resolved_conflict() -> None:
    """A conflict that was decided says by whom, when and how."""
    decided: Row = {
        "status": "resolved",
        "resolved_by": "ada",
        "resolved_at": "2026-03-16T08:00:00.000000Z",
        "resolution": "both",
    }
    told = body_of(CONFLICT, CONFLICT_ROW | decided)
    assert "- State: resolved by ada on 2026-03-16, keeping both\n" in told


def test_dependency() -> None:
    """A dependency's file says in one line what holds what."""
    source, target = DEPENDENCY_ROW["source_id"], DEPENDENCY_ROW["target_id"]
    assert body_of(DEPENDENCY, DEPENDENCY_ROW) == f"\n# {source} blocks {target}\n"
    related = DEPENDENCY_ROW | {"dependency_type": "related", "deleted_at": "2026-03-16T08:00:00Z"}
    assert body_of(DEPENDENCY, related) == (
        f"\n# {source} is related to {target}\n\nRemoved on 2026-03-16.\n"
    )


def test_configuration() -> None:
    """The configuration's file has the layout of the report as its text, byte for byte."""
    assert body_of(CONFIGURATION, CONFIGURATION_ROW) == (
        "\n# Configuration\n\n<!-- tidelog:title -->\r\nBy hand\r\n"
    )


@given(each=ANY_ROW, seed=st.integers())
def test_the_same_row_gives_the_same_file(each: tuple[Entity, Row], seed: int) -> None:
    """Neither the order of keys nor what is kept on this machine only makes a difference."""
    entity, row = each
    names = list(row)
    random.Random(seed).shuffle(names)
    local = ("base_change_id", "ref")
    again: Row = {name: _shuffled(row[name], seed) for name in names if name not in local}
    assert render(entity, again) == render(entity, row)


def _shuffled(value: Value, seed: int) -> Value:
    if not isinstance(value, dict):
        return value
    keys = sorted(value)
    random.Random(seed).shuffle(keys)
    return {key: _shuffled(value[key], seed) for key in keys}


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_every_synced_field_is_shown(entity: Entity) -> None:
    """All fields of an entity stand in its file, in the frontmatter or as the body."""
    shown = {*SHOWN_FIELDS[entity.name], BODY_FIELDS.get(entity.name, "")} - {""}
    stamp = {name for name in STAMP if name != "base_change_id"}
    assert shown == {field.name for field in entity.fields} | stamp


@given(each=ANY_ROW)
def test_the_heading_is_one_and_inert(each: tuple[Entity, Row]) -> None:
    """Below the frontmatter stands one heading of plain text, whatever the title says."""
    entity, row = each
    heading, *rest = MARKDOWN.parse(f"# {heading_of(entity, row)}\n")
    assert heading.type == "heading_open"
    kinds = {child.type for child in rest[0].children or ()}
    assert kinds <= {"text", "text_special"}
    assert len(rest) == 2


@pytest.mark.parametrize(
    ("entity", "row"),
    [(VENDOR, VENDOR_ROW), (DEPLOYMENT, DEPLOYMENT_ROW), (CONFLICT, CONFLICT_ROW)],
    ids=lambda each: getattr(each, "name", ""),
)
@given(text=SOME_TEXT)
def test_text_in_generated_bodies_is_inert(entity: Entity, row: Row, text: str) -> None:
    """A body made from a row has the structure it has when every text in it is a word."""
    hostile, plain = ({name: _with(row[name], each) for name in row} for each in (text, "word"))
    assert _structure(body_of(entity, hostile | _KEPT)) == _structure(
        body_of(entity, plain | _KEPT)
    )


_KEPT: Row = {"id": ITEM["id"], "version": 3}


def _with(value: Value, text: str) -> Value:
    if isinstance(value, dict):
        return {key: _with(member, text) for key, member in value.items()}
    if isinstance(value, list):
        return [_with(member, text) for member in value]
    return text if isinstance(value, str) else value


def _structure(markdown: str) -> list[str]:
    return [token.type for token in MARKDOWN.parse(markdown)]
