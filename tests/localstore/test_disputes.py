"""The words of conflicts that laptops seldom make."""

from dataclasses import replace

import pytest

from localstore.disputes import Dispute, Side, difference, quoted, sentence, whose
from localstore.settling import outcome, ways
from localstore.values import Value

ANN, BEN = Side("ann", "ann-laptop"), Side("ben", "ben-laptop")
CLAIM = Dispute("claim", 'T-A "Fix"', "assignee", "ann", "ben", "ben", ANN, BEN)


@pytest.mark.parametrize(
    ("dispute", "told"),
    [
        (
            replace(CLAIM, local=None, local_side=ANN),
            (
                'T-A "Fix" was claimed by ben on ben-laptop and released by ann on ann-laptop; ben '
                "has it."
            ),
        ),
        (
            replace(CLAIM, remote=None, kept=None),
            (
                'T-A "Fix" was released by ben on ben-laptop and claimed by ann on ann-laptop; '
                "nobody has it."
            ),
        ),
        (
            replace(CLAIM, remote="copilot", kept="copilot"),
            (
                'T-A "Fix" was given to copilot by ben on ben-laptop and claimed by ann on '
                "ann-laptop; copilot has it."
            ),
        ),
        (
            Dispute("field", "the configuration", "git_branch", None, "x", None, Side(), BEN),
            (
                'The configuration: branch changed to nothing by somebody and to "x" by ben on '
                "ben-laptop; no branch is kept."
            ),
        ),
        (
            Dispute("move", "T-A", "parent_id", "T-B", "T-C", "T-C", ANN, BEN),
            (
                "T-A was put under T-B by ann on ann-laptop and under T-C by ben on ben-laptop; it "
                "is under T-C."
            ),
        ),
        (
            Dispute("move", "T-A", "parent_id", "T-B", None, "T-X", ANN, Side()),
            (
                "T-A was put under T-B by ann on ann-laptop; what others had changed did not allow "
                "that, so it is under T-X."
            ),
        ),
        (
            replace(CLAIM, settled_by="grace", kept="ann"),
            (
                'T-A "Fix" was claimed by ben on ben-laptop and by ann on ann-laptop. Decided by '
                "grace: ann has it."
            ),
        ),
    ],
)
def test_sentence(dispute: Dispute, told: str) -> None:
    """A conflict is one sentence: what was done, by whom and where, and what holds."""
    assert sentence(dispute) == told


def test_one_person_on_two_machines() -> None:
    """Where one person wrote both values, the machines tell them apart."""
    same = replace(CLAIM, remote_side=Side("ann", "desktop"))
    assert (whose(same, "local"), whose(same, "remote")) == (
        "ann's on ann-laptop",
        "ann's on desktop",
    )
    assert whose(CLAIM, "local") == "ann's"
    assert whose(replace(CLAIM, local_side=Side()), "local") == "somebody's"


def test_both_is_for_what_can_be_joined() -> None:
    """Both can be kept of texts, lists and texts in metadata, and of nothing else."""
    cases: tuple[tuple[str, tuple[Value, Value], bool], ...] = (
        ("labels", (["a"], ["b"]), True),
        ("metadata.note", ("a", "b"), True),
        ("metadata.hours", (1, 2), False),
        ("title", ("a", "b"), False),
    )
    for field, values, joined in cases:
        local, remote = values
        dispute = replace(CLAIM, matter="field", field=field, local=local, remote=remote)
        assert ("both" in ways(dispute)) is joined


@pytest.mark.parametrize(
    ("value", "shown"),
    [(4.0, "4"), (True, "yes"), ("a\n b", '"a b"'), (["a"], '["a"]'), ("x" * 99, f'"{"x" * 59}…"')],
)
def test_values_in_a_sentence(value: Value, shown: str) -> None:
    """A value is short and on one line."""
    assert quoted(value) == shown


def test_outcome_of_a_decision_for_what_is_there() -> None:
    """A decision that changes nothing says so; what the row is called stands there once."""
    field = replace(CLAIM, matter="field", field="priority", kept="P0")
    assert outcome(field, changes=False).startswith('The priority of T-A "Fix" stays "P0".')
    title = replace(CLAIM, matter="field", field="title", kept="Fix")
    assert outcome(title, changes=False).startswith('T-A "Fix" keeps its title.')


def test_difference() -> None:
    """An edit is told by its lines, with one around each and a mark where some are left out."""
    before = "".join(f"{n}\n" for n in range(9))
    after = before.replace("1\n", "one\n").replace("7\n", "")
    assert difference(before, after) == " 0\n-1\n+one\n 2\n…\n 6\n-7\n 8"
