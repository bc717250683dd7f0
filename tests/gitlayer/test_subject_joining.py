"""The subjects of merges and conflicts."""

import pytest

from gitlayer.subject import subject
from localstore.values import Row, Value
from tests.gitlayer.test_subject import ROW, TITLE, entry


def conflict(version: int, **changes: list[Value]) -> Row:
    """An entry of a conflict."""
    told: Row = dict(changes)
    return {"entity": "conflict", "ref": "C-9XYZK", "version": version, "changes": told}


@pytest.mark.parametrize(
    ("field", "entity", "over"),
    [
        ("status", "work_item", "status of T-R14D2"),
        ("metadata.actual_hours", "work_item", "actual hours of T-R14D2"),
        ("name", "vendor", "name of V-R14D2"),
        ("report_layout", "configuration", "hand-written sections of the configuration"),
    ],
)
def test_conflict_is_noticed(field: str, entity: str, over: str) -> None:
    """A new conflict says which field of which row it is over."""
    noticed = conflict(
        1, entity=[None, entity], entity_id=[None, ROW], field=[None, field], status=[None, "open"]
    )
    assert subject(noticed) == f"conflict: {over}"


@pytest.mark.parametrize(
    ("resolution", "words"),
    [("local", "local kept"), ("both", "both kept"), ("value", "another value kept")],
)
def test_conflict_is_resolved(resolution: str, words: str) -> None:
    """A decision says what was kept; what the conflict is over where its entry tells."""
    decided = conflict(
        2,
        status=["open", "resolved"],
        resolution=[None, resolution],
        resolved_by=[None, "claude-code"],
        kept=["active", "blocked"],
    )
    assert subject(decided) == f"conflict over C-9XYZK: resolved, {words}"
    named = decided | {"title": "metadata.actual_hours of P-7F3KQ"}
    assert subject(named) == f"conflict over actual hours of P-7F3KQ: resolved, {words}"


def merge(*authors: Row, **changes: list[Value]) -> Row:
    """An entry of a merge of changes by these, the hub's first."""
    merged: list[Value] = [*authors]
    return entry(dict(changes)) | {"merged": merged, "changed_by": "tidelog"}


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            merge({"by": "bob"}, {"by": "ann"}, labels=[["a"], ["a", "b"]], status=["a", "b"]),
            f"merge task \"{TITLE}\", ann's into bob's: a → b, labels +b",
        ),
        (
            merge({"by": "bob", "on": "ben-laptop"}, {"by": "ann", "on": "ann-laptop"}),
            f"merge task \"{TITLE}\", ann's on ann-laptop into bob's on ben-laptop: nothing new",
        ),
        (
            merge({"by": "claude-code"}, {}),
            f"merge task \"{TITLE}\", somebody's into claude-code's: nothing new",
        ),
    ],
)
def test_merge(made: Row, line: str) -> None:
    """A merge says whose changes it joined and what of the later comer's is new, be it nothing."""
    assert subject(made) == line


def test_conflict_of_a_dependency() -> None:
    """A conflict over a dependency, which is there or not, has the dependency's own name."""
    noticed = conflict(1, field=[None, "deleted_at"], status=[None, "open"])
    told = noticed | {"title": "deleted_at of T-A blocks T-B"}
    assert subject(told) == "conflict: T-A blocks T-B"
    moved = noticed | {"title": "parent_id of T-A"}
    assert subject(moved) == "conflict: place of T-A"


@pytest.mark.parametrize(("kept", "whose"), [("local", "ann"), ("remote", "bob")])
def test_resolved_for_somebody(kept: str, whose: str) -> None:
    """A decision for one side says whose value that was, where it is known."""
    decided = conflict(2, status=["open", "resolved"], resolution=[None, kept])
    told: Row = {"title": "title of T-A", "sides": ["ann", "bob"]}
    assert subject(decided | told) == f"conflict over title of T-A: resolved, {whose}'s kept"
