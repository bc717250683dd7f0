"""Files that cannot be taken as they stand: each is refused with its line and the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.parse import BadFile, parse
from gitlayer.paths import path_of
from gitlayer.render import render
from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENTITIES,
    VENDOR,
    WORK_ITEM,
    Entity,
)
from localstore.values import Row
from tests.gitlayer.any_rows import (
    CONFIGURATION_ROW,
    CONFLICT_ROW,
    DEPENDENCY_ROW,
    DEPLOYMENT_ROW,
    ITEM,
    ROW_ID,
    VENDOR_ROW,
    rows,
)

PATH = path_of(WORK_ITEM, ITEM)
TEXT = render(WORK_ITEM, ITEM)
TITLE = 'title: "Fix the parser: date #3"'
ROW_OF = {
    WORK_ITEM.name: ITEM,
    VENDOR.name: VENDOR_ROW,
    DEPLOYMENT.name: DEPLOYMENT_ROW,
    CONFLICT.name: CONFLICT_ROW,
    DEPENDENCY.name: DEPENDENCY_ROW,
    CONFIGURATION.name: CONFIGURATION_ROW,
}


def refusal(entity: Entity, old: str, new: str, base: Row | None = None) -> BadFile:
    """How the file is refused in which `old` was replaced with `new`."""
    row = ROW_OF[entity.name]
    text = render(entity, row)
    assert old in text
    with pytest.raises(BadFile) as refused:
        parse(path_of(entity, row), text.replace(old, new, 1), base=base)
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (f"id: {ROW_ID}\n", "", 1, "field id is missing"),
        (f"id: {ROW_ID}", "id: 019c1c38-0000-7000-8000-584a2265b1f5", 2, "the id 019c1c38-a400"),
        (f"id: {ROW_ID}", "id: 7", 2, "stands for the id"),
        ("ref: T-", "ref: S-", 3, "ref follows from the id"),
        (f"{TITLE}\n", "", 1, "field title is missing"),
        (TITLE, "title: 2026", 4, "title must be text"),
        ("item_type: task", "item_type: project", 5, "type of an item never changes"),
        ("version: 3", "version: three", 15, "version must be a number"),
        ("version: 3", "version: 0", 15, "version must be a number"),
        ("version: 3", "version: true", 15, "version must be a number"),
        ("version: 3\n", "", 1, "field version is missing"),
        ("created_by: claude-code", "created_by: [x]", 18, "created_by must be text"),
        ("created_by: claude-code\n", "", 1, "field created_by is missing"),
        ("status: active", "status: active\nmood: good", 7, "'mood' is no field of a work item"),
        ("status: active", "status: active\nbase_change_id: x", 7, "no field"),
        ("status: active", "description: x", 6, "text below the heading"),
        ("status: active", "status: active # soon", 6, "comments"),
        ("status: active", "status: active\nstatus: blocked", 7, "second time"),
        ("status: active", "status: [active", 7, "no YAML"),
        ("status: active", "status: active: x", 6, "no YAML"),
        ("4.5", ".nan", 12, "metadata.estimated_hours: must be a finite number"),
        ("4.5", "9007199254740993", 12, "must be between"),
        ("4.5", r'"\u0007"', 12, "control character U+0007"),
        ("estimated_hours: 4.5", r'"a\0": 1', 12, "control character U+0000"),
        ("4.5", "[" * 40 + "]" * 40, 12, "nested deeper"),
        ("estimated_hours:", "2026:", 14, "a key must be text"),
        ("---\n", "", 1, "between two lines"),
        ("---\n", "----\n", 1, "between two lines"),
        ("updated_by: claude-desktop\n---\n", "updated_by: claude-desktop\n", 1, "two lines"),
        ("Dates in March", "Dates\x07in March", 25, "control character U+0007"),
        ("# Fix the parser", "# " + "# " * 50_000, 23, "too long for a title"),
        ("# Fix the parser: date #3\n\nDates", "# New\n\nDates", 23, "make them the same"),
    ],
)
def test_edits_that_are_refused(old: str, new: str, line: int, reason: str) -> None:
    """What would be lost or misread is refused, at the line where it stands."""
    refused = refusal(WORK_ITEM, old, new)
    assert reason in refused.reason
    assert refused.line == line
    assert refused.path == PATH
    assert ";" in refused.reason


def test_titles_that_differ_are_refused() -> None:
    """A title changed to one thing in the heading and another in the frontmatter is refused."""
    text = TEXT.replace(TITLE, "title: One").replace("# Fix the parser: date #3", "# Two")
    with pytest.raises(BadFile, match="make them the same"):
        parse(PATH, text, base=ITEM)


@pytest.mark.parametrize(
    ("entity", "old", "new"),
    [
        (VENDOR, "- Status: operational", "- Status: broken"),
        (VENDOR, "- Status: operational", "A note.\n\n- Status: operational"),
        (VENDOR, "- Follows the manifest: yes\n", "- Follows the manifest: yes\nA note.\n"),
        (VENDOR, "- Status: operational\n", ""),
        (DEPLOYMENT, "# Deployment of 2026-03-14", "# Release"),
        (DEPLOYMENT, "- Tests: integration 0", "- Tests: integration 1"),
        (CONFLICT, "    Theirs\n", "    Mine\n"),
        (CONFLICT, "# Conflict in description", "# Settled"),
        (DEPENDENCY, " blocks ", " does not block "),
        (DEPENDENCY, "\n# ", "\nA note.\n\n# "),
    ],
)
def test_generated_text_is_not_edited(entity: Entity, old: str, new: str) -> None:
    """Text that is made from the fields is refused when it was changed, not lost."""
    for base in (None, ROW_OF[entity.name]):
        refused = refusal(entity, old, new, base)
        assert "made from them" in refused.reason
        assert refused.line


def test_heading_of_the_configuration_is_fixed() -> None:
    """Another heading of the configuration is refused, for it would be lost."""
    refused = refusal(CONFIGURATION, "# Configuration\n", "# Ours\n", CONFIGURATION_ROW)
    assert "always `# Configuration`" in refused.reason


@pytest.mark.parametrize("path", ["work-items/x.md", "../configuration.md", "notes.md", ""])
def test_other_files_are_refused(path: str) -> None:
    """A file whose name stands for no row is refused."""
    with pytest.raises(BadFile, match="old name back"):
        parse(path, TEXT)


def test_a_copy_under_another_name_is_refused() -> None:
    """A row's file that was copied over another's is refused."""
    other = path_of(WORK_ITEM, ITEM | {"id": "019c1c38-0000-7000-8000-584a2265b1f5"})
    with pytest.raises(BadFile, match="stands for the id"):
        parse(other, TEXT)


def test_a_refusal_says_where() -> None:
    """As text, a refusal is path, line and reason, as compilers write it."""
    assert str(BadFile("a.md", 3, "is wrong; mend it")) == "a.md:3: is wrong; mend it"
    assert str(BadFile("a.md", None, "is wrong; mend it")) == "a.md: is wrong; mend it"


def expect_sound(path: str, text: str, base: Row | None) -> None:
    """The file is read, or refused in words that point into it."""
    refused: list[BadFile] = []
    try:
        parse(path, text, base=base)
    except BadFile as failure:
        refused.append(failure)
    for each in refused:
        assert each.reason
        assert each.line is None or 1 <= each.line <= text.count("\n") + 2


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
@given(drawn=st.data())
def test_no_edit_crashes(entity: Entity, drawn: st.DataObject) -> None:
    """Whatever is done to a file, it is read or refused in words."""
    row = drawn.draw(rows(entity))
    text = render(entity, row)
    start = drawn.draw(st.integers(0, len(text)))
    end = drawn.draw(st.integers(start, min(len(text), start + 20)))
    put = drawn.draw(st.text(st.characters(), max_size=8) | st.sampled_from(["\n---\n", "*a"]))
    base = drawn.draw(st.none() | st.just(row))
    expect_sound(path_of(entity, row), text[:start] + put + text[end:], base)


@given(text=st.text(st.characters()) | st.text("-\n:# \r\tab[]{}'\"&*!|>", max_size=60))
def test_no_text_crashes(text: str) -> None:
    """Any text at all is read or refused in words, between fences too."""
    for each in (text, f"---\n{text}\n---\n", TEXT.replace("status: active", text)):
        expect_sound(PATH, each, ITEM)
