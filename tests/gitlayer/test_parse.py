"""Files into rows: what was written comes back exactly, whatever it says."""

import re

import frontmatter
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlayer.parse import parse
from gitlayer.paths import path_of
from gitlayer.render import BODY_FIELDS, render
from localstore.entities import ENHANCEMENT, ENTITIES, VENDOR, WORK_ITEM, Entity
from localstore.values import Row, Value, to_json
from tests.gitlayer.any_rows import ANY_ROW, ITEM, TITLE, VALUE, in_files, rows

FORGERIES = [
    "---",
    "--- ",
    "x\n---\nid: forged\n---\n# forged\n",
    '"\n---\nversion: 9',
    "# forged",
    "\n# forged\n",
    "x\n\n# forged\n\ny",
    "```\n# not a heading\n---\n",
    "\r\n---\r\n",
    "...\n---\n",
    "a: b\n? c",
    "<!-- ",
    "\\",
    '\\"',
    "&a *a <<: !!python/object:os.system",
]


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
@given(drawn=st.data())
def test_nothing_is_lost(entity: Entity, drawn: st.DataObject) -> None:
    """A row comes back from its file equal, to the last byte of text and the kind of number."""
    row = drawn.draw(rows(entity))
    path, text = path_of(entity, row), render(entity, row)
    alone, edited = parse(path, text), parse(path, text, base=row)
    assert alone.entity is edited.entity is entity
    assert to_json(alone.row) == to_json(edited.row) == to_json(in_files(row))


@given(each=ANY_ROW)
def test_bytes_are_lossless(each: tuple[Entity, Row]) -> None:
    """A row comes back from its file's UTF-8, and its file from that row, byte for byte."""
    entity, row = each
    written = render(entity, row).encode()
    again = parse(path_of(entity, row), written.decode()).row
    assert render(entity, again).encode() == written


@given(each=ANY_ROW)
def test_the_library_sees_the_same_fields(each: tuple[Entity, Row]) -> None:
    """python-frontmatter by itself reads the fields as we do."""
    entity, row = each
    seen: Row = {
        name: value
        for name, value in frontmatter.loads(render(entity, row)).metadata.items()
        if name != "ref"
        if isinstance(value, str | int | float | list | dict)
    }
    body = BODY_FIELDS.get(entity.name, "")
    expected = {name: value for name, value in in_files(row).items() if name != body}
    assert to_json(seen) == to_json(expected)


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("entity", [WORK_ITEM, ENHANCEMENT, VENDOR], ids=lambda each: each.name)
def test_nothing_can_be_forged(entity: Entity, forgery: str) -> None:
    """Text that looks like a fence, a field or a heading stays text, wherever it stands."""
    title = "name" if entity is VENDOR else "title"
    texts: list[Value] = [forgery, f" {forgery}"]
    row = {name: ITEM[name] for name in ("id", "version", "change_id")} | {
        title: forgery,
        "created_at": forgery,
        "created_by": forgery,
        "updated_at": forgery,
        "updated_by": forgery,
    }
    if entity is WORK_ITEM:
        row |= {"item_type": "task", "labels": texts}
    row |= {"metadata": {forgery: texts}} if entity is not ENHANCEMENT else {}
    row |= {"description": forgery} if entity is not VENDOR else {}
    text = render(entity, row)
    assert to_json(parse(path_of(entity, row), text).row) == to_json(row)
    seen = frontmatter.loads(text).metadata
    assert (seen[title], seen["updated_by"], seen["id"]) == (forgery, forgery, row["id"])


@given(title=TITLE)
@example(title="\u200b")
@example(title="(empty)")
@example(title=" # ")
@example(title="a #")
def test_any_title_stands_in_a_heading(title: str) -> None:
    """The heading that a title gives is not taken for an edit of it, and is one line."""
    row = ITEM | {"title": title}
    text = render(WORK_ITEM, row)
    assert parse(path_of(WORK_ITEM, row), text, base=row).row["title"] == title
    assert len(re.findall(r"^# .*$", text.partition("Dates in March")[0], re.MULTILINE)) == 1


@given(value=VALUE, depth=st.integers(0, 29))
def test_depth_is_kept(value: Value, depth: int) -> None:
    """Metadata comes back as deep as the store takes it."""
    nested: Value = value if isinstance(value, str | int | float | bool) else None
    for level in range(depth):
        nested = [nested] if level % 2 else {"k": nested, "": [nested] if depth < 6 else 0}
    row = ITEM | {"metadata": {"deep": nested}}
    assert to_json(parse(path_of(WORK_ITEM, row), render(WORK_ITEM, row)).row) == to_json(
        in_files(row)
    )


@pytest.mark.parametrize("length", [900, 998, 1000, 1022, 1024, 1030, 5000])
def test_long_keys_are_kept(length: int) -> None:
    """A key longer than YAML reads without a mark comes back too, with any kind of value."""
    key = "k" * length
    row = ITEM | {"metadata": {key: [{key: 1}], f"{key}'": {"a": "é" * length}, f"{key}\n": None}}
    again = parse(path_of(WORK_ITEM, row), render(WORK_ITEM, row)).row
    assert to_json(again) == to_json(in_files(row))
