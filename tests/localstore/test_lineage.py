"""What the two sides of a merge started from, where their histories cross."""

import pytest

from localstore.ancestry import Change, Graph
from localstore.entities import WORK_ITEM
from localstore.merge import merge_rows
from localstore.rows.lineage import base_of
from localstore.values import Row, Value


def grown(*parents: str, **changes: Value) -> Change:
    """A change; `title="x"` says what a field is from then on, `metadata__key` a mapping's key."""
    return Change(
        parents, {name.replace("__", "."): [None, value] for name, value in changes.items()}
    )


CROSSED: Graph = {
    "made": grown(title="made", metadata__note="made"),
    "anns": grown("made", title="Ann's", metadata__note="Ann's"),
    "bens": grown("made", title="Ben's", metadata__note="Ben's"),
    "kept anns": grown("anns", "bens"),
    "kept bens": grown("bens", "anns"),
}
"""Two merges of the same two changes, each of which kept what its hub had: Ann's, and Ben's."""


def base_and_clashes(graph: Graph, remote: str, local: str) -> tuple[Row, list[str]]:
    """The base of a merge of two of its changes, and the fields that clash on it."""
    base = base_of(WORK_ITEM, graph, remote, local)
    states = [base_of(WORK_ITEM, graph, each, each) for each in (local, remote)]
    return base, [clash.field for clash in merge_rows(WORK_ITEM, base, *states)[1]]


@pytest.mark.parametrize("is_local", [True, False])
def test_who_wrote_on_had_seen_it(is_local: bool) -> None:
    """A value that a merge only chose is no change of its side: whoever wrote on with both of them
    seen has replaced it knowingly, on whichever side he was."""
    told: dict[str, Value] = {"title": "Cy's", "metadata__note": "Cy's"}
    graph = {**CROSSED, "cys": grown("kept bens", **told)}
    sides = ("kept anns", "cys") if is_local else ("cys", "kept anns")
    base, clashes = base_and_clashes(graph, *sides)
    assert (base["title"], base["metadata"]) == ("Ann's", {"note": "Ann's"})
    assert clashes == []


def test_two_choices_are_no_quarrel() -> None:
    """Two merges that chose differently, and nobody who wrote on: the hub's choice is taken, and
    what was not chosen is in the conflicts that both have noted."""
    base, clashes = base_and_clashes(CROSSED, "kept bens", "kept anns")
    assert (base["title"], clashes) == ("Ann's", [])


def test_two_who_wrote_on_clash() -> None:
    """Where both sides wrote on, what they wrote clashes."""
    graph = {
        **CROSSED,
        "cys": grown("kept bens", title="Cy's"),
        "dis": grown("kept anns", title="Di's", metadata__note="Di's"),
    }
    base, clashes = base_and_clashes(graph, "cys", "dis")
    assert clashes == ["title"]
    assert base["metadata"] == {"note": "Ben's"}


def test_what_one_merge_chose_against_another_that_both_know() -> None:
    """With one common ancestor, itself a merge, a later merge on one side that chose otherwise is
    no change of that side either."""
    graph = {
        **CROSSED,
        "dis": grown("kept bens", priority="P0"),
        "kept anns again": grown("kept anns", "dis"),
        "cys": grown("kept bens", title="Cy's"),
    }
    base, clashes = base_and_clashes(graph, "kept anns again", "cys")
    assert (base["title"], clashes) == ("Ann's", [])
