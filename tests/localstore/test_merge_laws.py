"""The laws of the three-way merge, with data in which the sides disagree."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENHANCEMENT,
    VENDOR,
    WORK_ITEM,
    Entity,
    Kind,
)
from localstore.linemerge import merged_lines
from localstore.merge import Clash, merge_rows
from localstore.values import Row, Value, mapping_of, text_of, texts_of, to_json

ENTITIES = (
    WORK_ITEM,
    DEPENDENCY,
    VENDOR,
    DEPLOYMENT,
    CONFIGURATION,
    ENHANCEMENT,
    CONFLICT,
)
SCALARS = st.sampled_from(["active", "blocked", "P1", 0, 1, 7, False])
MEMBERS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)
LINES = st.lists(
    st.sampled_from(["one", "two", "three", "", "- four"]).flatmap(
        lambda line: st.sampled_from(["\n", "\r\n", "\r", "\n"]).map(lambda end: line + end)
    ),
    max_size=8,
)
TEXTS = st.builds(lambda lines, last: "".join(lines) + last, LINES, st.sampled_from(["", "end"]))
ANYTHING = st.recursive(
    st.none() | SCALARS | st.sampled_from([1.5, 1e22, -0.0, ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
PRESENT = ANYTHING.filter(lambda value: value is not None)
MAPPINGS = st.dictionaries(st.sampled_from(["k", "k.d", "metadata.k", ""]), PRESENT, min_size=1)
STRATEGIES = {
    Kind.SCALAR: SCALARS,
    Kind.TEXT: TEXTS.filter(bool),
    Kind.SET: MEMBERS,
    Kind.MAP: MAPPINGS,
    Kind.MARK: st.sampled_from(["2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z"]),
    Kind.VALUE: PRESENT.filter(lambda value: value not in ("", [], {})),
}


@st.composite
def sides(draw: st.DrawFn) -> tuple[Entity, Row, Row, Row]:
    """An entity, and three null-free states of one of its rows that often differ in one field."""
    entity = draw(st.sampled_from(ENTITIES))
    rows: list[Row] = [{}, {}, {}]
    for field in entity.fields:
        pool = draw(st.lists(STRATEGIES[field.kind], min_size=1, max_size=3))
        for row in rows:
            value = draw(st.sampled_from([None, *pool, *pool]))
            if value is not None:
                row[field.name] = value
    base, mine, theirs = rows
    return entity, base, mine, theirs


@given(sides())
def test_same_on_both_sides(case: tuple[Entity, Row, Row, Row]) -> None:
    """What both sides made the same is the outcome, without a clash."""
    entity, base, mine, _ = case
    assert merge_rows(entity, base, mine, mine) == (mine, [])


@given(sides())
def test_only_the_remote_changed(case: tuple[Entity, Row, Row, Row]) -> None:
    """When nothing changed here, the outcome is the remote row, without a clash."""
    entity, base, _, theirs = case
    assert merge_rows(entity, base, base, theirs) == (theirs, [])


@given(sides())
def test_only_the_local_changed(case: tuple[Entity, Row, Row, Row]) -> None:
    """When nothing changed there, the outcome says what the local row says, without a clash."""
    entity, base, mine, _ = case
    merged, clashes = merge_rows(entity, base, mine, base)
    assert _said(entity, merged) == _said(entity, mine)
    assert clashes == []


def _said(entity: Entity, row: Row) -> dict[str, str]:
    """What the fields of a row say, however they are written."""
    said = {}
    for field in entity.fields:
        value = row.get(field.name)
        if field.kind is Kind.SET and isinstance(value, list):
            value = [*sorted(texts_of(row, field.name))]
        if field.kind is Kind.MARK:
            value = value is not None
        said[field.name] = _canonical(value)
    return said


def _parts(entity: Entity, row: Row) -> dict[str, tuple[Kind, Value]]:
    """The fields of a row, mappings by key, as clashes name them."""
    parts: dict[str, tuple[Kind, Value]] = {}
    for field in entity.fields:
        if field.kind is Kind.MAP:
            mapping = mapping_of(row, field.name)
            parts |= {f"{field.name}.{key}": (Kind.VALUE, mapping[key]) for key in mapping}
        else:
            parts[field.name] = (field.kind, row.get(field.name))
    return parts


def _canonical(value: Value) -> str:
    """A spelling in which 1e22, -0.0 and the whole numbers they equal are one."""
    if isinstance(value, dict):
        members = (f"{key}: {_canonical(value[key])}" for key in sorted(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_canonical, value)) + "]"
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return to_json(value)


@settings(max_examples=400)
@given(sides())
def test_what_is_not_kept_is_in_a_clash(case: tuple[Entity, Row, Row, Row]) -> None:
    """A changed value of either side is in the outcome or in a clash; sets and texts by member."""
    entity, base, mine, theirs = case
    merged, clashes = merge_rows(entity, base, mine, theirs)
    told = {clash.field: clash for clash in clashes}
    assert len(told) == len(clashes)
    before, after = _parts(entity, base), _parts(entity, merged)
    for side in (mine, theirs):
        for name, (kind, value) in _parts(entity, side).items():
            old = before.get(name, (kind, None))[1]
            if name in told or _canonical(value) == _canonical(old):
                continue
            kept = after.get(name, (kind, None))[1]
            if kind is Kind.SET:
                added = set(texts_of(side, name)) - set(texts_of(base, name))
                assert added <= set(texts_of(merged, name))
            elif kind is Kind.MARK:
                # Two removals are one, and an archived row that the other side edited comes back.
                back = name == "archived_at" and value is not None
                assert (kept is None) == (value is None) or (old is None) == (value is None) or back
            elif kind is not Kind.TEXT:
                assert _canonical(kept) == _canonical(value), name
    for clash in clashes:
        _check(clash, (base, mine, theirs), (before, _parts(entity, mine), _parts(entity, theirs)))


def _check(
    clash: Clash, rows: tuple[Row, Row, Row], parts: tuple[dict[str, tuple[Kind, Value]], ...]
) -> None:
    """A clash holds the three values as they were, and differs on both sides."""
    held = [part.get(clash.field, (Kind.VALUE, None))[1] for part in parts]
    assert [clash.base, clash.local, clash.remote] == held
    if clash.field == "deleted_at" and clash.kept is None and rows[0].get("deleted_at") is None:
        return
    assert clash.kept == clash.remote
    assert len({to_json(value) for value in held}) == 3


@settings(max_examples=400)
@given(sides())
def test_removed_members_stay_removed(case: tuple[Entity, Row, Row, Row]) -> None:
    """A member of a set that one side removed and nobody added again is not in the outcome."""
    entity, base, mine, theirs = case
    merged, _ = merge_rows(entity, base, mine, theirs)
    for field in entity.fields:
        if field.kind is Kind.SET:
            old = set(texts_of(base, field.name))
            removed = old - set(texts_of(mine, field.name))
            removed |= old - set(texts_of(theirs, field.name))
            assert not removed & set(texts_of(merged, field.name))


def _lines(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", text))


@settings(max_examples=600)
@given(base=TEXTS, mine=TEXTS, theirs=TEXTS)
def test_added_lines_live(base: str, mine: str, theirs: str) -> None:
    """A line that one side added is in the merged text, or there is a clash that holds it."""
    rows: list[Row] = [{"description": text} for text in (base, mine, theirs)]
    merged, clashes = merge_rows(WORK_ITEM, rows[0], rows[1], rows[2])
    if clashes:
        assert (text_of(merged, "description"), len(clashes)) == (theirs, 1)
        assert [clashes[0].local or "", clashes[0].remote or ""] == [mine, theirs]
        return
    outcome = _lines(text_of(merged, "description"))
    added_here, added_there = _lines(mine) - _lines(base), _lines(theirs) - _lines(base)
    assert not (added_here | added_there) - outcome
    gone_here, gone_there = _lines(base) - _lines(mine), _lines(base) - _lines(theirs)
    # A line that both sides moved, each elsewhere, stands in both places.
    assert not outcome - (_lines(mine) + _lines(theirs))
    assert gone_here.total() + gone_there.total() >= (_lines(base) - outcome).total()


@settings(max_examples=300)
@given(
    lines=st.lists(st.text("ab", min_size=1, max_size=3), min_size=8, max_size=12, unique=True),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.sampled_from(["", "no end"]),
    edits=st.tuples(st.integers(0, 2), st.integers(4, 7)),
)
def test_edits_far_apart_both_live(
    lines: list[str], end: str, last: str, edits: tuple[int, int]
) -> None:
    """Two edits with an unchanged line between them both live, with every other byte as it was."""

    def text(*changed: int) -> str:
        written = [("changed " if i in changed else "") + line for i, line in enumerate(lines)]
        return end.join([*written, last])

    here, there = edits
    assert merged_lines(text(), text(here), text(there)) == text(here, there)


@pytest.mark.parametrize("size", [5_000, 100_000])
def test_monotonous_text_is_merged_quickly(size: int) -> None:
    """A text of one line many times over is merged, however it is cut, without comparing pairs."""
    base = "\n" * size
    changed = "first\n" + base + "\nlast"
    assert merged_lines(base, base, changed) == changed
    assert merged_lines(base, changed, "other\n" + base) is None


def test_much_changed_text_is_merged_quickly() -> None:
    """A text of many short lines, every second of which went, is merged without comparing all."""
    lines = [f"{n}\n" for n in range(30_000)]
    base, thinned = "".join(lines), "".join(lines[::2])
    assert merged_lines(base, thinned, base) == thinned
    assert merged_lines(base, thinned, base + "more\n") is None
