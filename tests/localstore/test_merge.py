"""The three-way merge, case by case; its laws are in `test_merge_laws`."""

import pytest

from localstore.entities import CONFIGURATION, VENDOR, WORK_ITEM
from localstore.linemerge import merged_lines
from localstore.merge import Clash, merge_rows
from localstore.values import Row, Value

DELETED = "2026-05-01T00:00:00.000000Z"


def merged(base: Row, local: Row, remote: Row) -> tuple[Row, list[Clash]]:
    """Merge three states of a work item."""
    return merge_rows(WORK_ITEM, base, local, remote)


def test_fields_apart() -> None:
    """Two sides that changed different fields both have their way."""
    base: Row = {"title": "a", "status": "active"}
    row, clashes = merged(base, base | {"title": "b"}, base | {"status": "blocked"})
    assert (row, clashes) == ({"title": "b", "status": "blocked"}, [])


def test_one_field_twice() -> None:
    """A field that both changed keeps the remote value; the clash holds all three."""
    row, clashes = merged({"title": "a"}, {"title": "b"}, {"title": "c"})
    assert row == {"title": "c"}
    assert clashes == [Clash("title", "a", "b", "c", kept="c")]


def test_emptied_against_changed() -> None:
    """Emptying a field is a change like any other."""
    row, clashes = merged({"assignee": "a"}, {}, {"assignee": "b"})
    assert (row, clashes) == ({"assignee": "b"}, [Clash("assignee", "a", None, "b", kept="b")])
    row, clashes = merged({"assignee": "a"}, {"assignee": "b"}, {})
    assert (row, clashes) == ({}, [Clash("assignee", "a", "b", None, kept=None)])


def test_sets() -> None:
    """Sets take both sides' additions and removals: the remote's order, then what is new here."""
    base: Row = {"labels": ["a", "b", "c"]}
    row, clashes = merged(base, {"labels": ["m", "c", "a"]}, {"labels": ["t", "c", "b", "m"]})
    assert (row, clashes) == ({"labels": ["t", "c", "m"]}, [])
    assert merged({"labels": ["a"]}, {}, {"labels": ["a"]}) == ({}, [])


def test_keys_of_mappings() -> None:
    """Mappings are merged by key; a clash names the key, dots and all."""
    base: Row = {"metadata": {"x": 1, "a.b": 1, "gone": 1}}
    local: Row = {"metadata": {"x": 2, "a.b": 2}}
    remote: Row = {"metadata": {"x": 1, "a.b": 3, "gone": 1, "new": []}}
    row, clashes = merged(base, local, remote)
    assert row == {"metadata": {"x": 2, "a.b": 3, "new": []}}
    assert clashes == [Clash("metadata.a.b", 1, 2, 3, kept=3)]


SAME: list[tuple[Value, Value]] = [
    (1e22, 10**22),
    (-0.0, 0),
    (1.0, 1),
    ({"a": 1, "b": [0.0]}, {"b": [0], "a": 1.0}),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_other_spelling_is_no_change(first: Value, second: Value) -> None:
    """A value that came back written differently has not changed."""
    base: Row = {"metadata": {"k": first}}
    again: Row = {"metadata": {"k": second}}
    changed: Row = {"metadata": {"k": "new"}}
    assert merge_rows(VENDOR, base, again, changed) == (changed, [])
    assert merge_rows(VENDOR, base, changed, again) == (changed, [])
    _, clashes = merge_rows(VENDOR, {}, base, again)
    assert clashes == []


def test_true_is_not_one() -> None:
    """True and 1 are different values, though Python finds them equal."""
    sides: list[Row] = [{"metadata": {"k": value}} for value in (0, 1, True)]
    _, clashes = merge_rows(VENDOR, *sides)
    assert [clash.field for clash in clashes] == ["metadata.k"]


@pytest.mark.parametrize("mirrored", [False, True])
def test_deleted_against_changed(mirrored: bool) -> None:
    """A row deleted on one side and changed on the other lives, and a clash says so."""
    base: Row = {"title": "a"}
    gone, changed = base | {"deleted_at": DELETED}, base | {"title": "b"}
    row, clashes = merged(base, changed, gone) if mirrored else merged(base, gone, changed)
    assert row == {"title": "b"}
    (clash,) = clashes
    assert (clash.field, clash.base, clash.kept) == ("deleted_at", None, None)
    assert (clash.remote if mirrored else clash.local) == DELETED


def test_deleted_against_nothing() -> None:
    """A row that only one side touched, by deleting it, is deleted."""
    base: Row = {"title": "a", "labels": ["x", "y"]}
    gone, reordered = base | {"deleted_at": DELETED}, base | {"labels": ["y", "x"]}
    assert merged(base, gone, base) == (gone, [])
    row, clashes = merged(base, reordered, gone)
    assert (row["deleted_at"], clashes) == (DELETED, [])


TEXTS: dict[str, tuple[str, str, str, str | None]] = {
    "apart": ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n"),
    "touching": ("a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", None),
    "overlapping": ("a\nb\nc\n", "A\nB\nc\n", "a\nx\ny\n", None),
    "the same": ("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", "a\nX\nc\n"),
    "the same and more": (
        "a\nb\nc\nd\ne\n",
        "X\nb\nc\nd\nE\n",
        "X\nb\nc\nd\ne\n",
        "X\nb\nc\nd\nE\n",
    ),
    "two at the end": ("a\n", "a\nm\n", "a\nt\n", None),
    "two ends": ("a\nb\n", "m\na\nb\n", "a\nb\nt\n", "m\na\nb\nt\n"),
    "removed and added": ("a\nb\nc\nd\n", "b\nc\nd\n", "a\nb\nc\nd\ne\n", "b\nc\nd\ne\n"),
    "windows lines": ("a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC", "A\r\nb\r\nC"),
    "no last end": ("a\nb\nc", "A\nb\nc", "a\nb\nc\n", "A\nb\nc\n"),
    "end taken away": ("a\nb\n", "a\nb", "a\nb\nc\n", None),
    "old mac lines": ("a\rb\rc", "A\rb\rc", "a\rb\rC", "A\rb\rC"),
    "both from nothing": ("", "m", "t", None),
    "emptied against changed": ("a\nb\nc\n", "", "a\nb\nC\n", None),
}


@pytest.mark.parametrize("case", TEXTS)
def test_texts(case: str) -> None:
    """Changed lines that lie apart both live; where they touch, nothing is guessed."""
    base, local, remote, outcome = TEXTS[case]
    assert merged_lines(base, local, remote) == outcome
    assert merged_lines(base, remote, local) == outcome


def test_texts_that_touch_are_a_clash() -> None:
    """A text that both changed in one place is the remote's as a whole."""
    sides: list[Row] = [{"report_layout": text} for text in ("a\nb\n", "a\nm\n", "T\nt\n")]
    row, clashes = merge_rows(CONFIGURATION, *sides)
    assert row == {"report_layout": "T\nt\n"}
    assert clashes == [Clash("report_layout", "a\nb\n", "a\nm\n", "T\nt\n", kept="T\nt\n")]
