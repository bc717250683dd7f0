"""Commands from callers' values: limits, lenience, and refusals that help."""

import pytest

from localstore.errors import InvalidArguments
from localstore.metadata import EXAMPLES as METADATA_EXAMPLES
from localstore.models import (
    BulkUpdate,
    Command,
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    Page,
    VendorCreate,
    VendorPatch,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
)
from localstore.validation import EXAMPLES, example_of, validate
from localstore.values import Row, Value
from tests.localstore.world import COMMIT, refusal_of

ITEM: Row = {"item_type": "task", "title": "x"}
VENDOR: Row = {"name": "Acme"}
DEPLOYMENT: Row = {"commit_hash": COMMIT}
ENHANCEMENT: Row = {"title": "x"}
Limits = list[tuple[type[Command], Row, str, list[Value], list[Value]]]
LIMITS: Limits = [
    (WorkItemCreate, ITEM, "item_type", ["project", "research"], ["TASK", "epic", "", 1]),
    (
        WorkItemCreate,
        ITEM,
        "title",
        ["x", "x" * 200],
        ["", "   ", "x" * 201, "a\nb", 1, [], "a\u2028b"],
    ),
    (WorkItemCreate, ITEM, "description", ["", "a\n\tb", "x" * 10_000], ["x" * 10_001, 1]),
    (WorkItemCreate, ITEM, "status", ["planned", "active", "blocked"], ["done", "Active"]),
    (WorkItemCreate, ITEM, "priority", ["P0", "P3"], ["P4", "p1", 1]),
    (WorkItemCreate, ITEM, "assignee", ["ada"], ["", "x" * 101, "a\nb"]),
    (WorkItemCreate, ITEM, "labels", [[], ["a", "b"]], ["a", [""], [1], ["a\nb"], ["x"] * 51]),
    (WorkItemCreate, ITEM, "branch_name", ["x" * 200], ["x" * 201, "", "a\nb"]),
    (WorkItemCreate, ITEM, "commit_hashes", [[COMMIT]], [[COMMIT[:39]], [COMMIT.upper()], COMMIT]),
    (WorkItemCreate, ITEM, "pr_number", [1, 2**53 - 1], [0, -1, 1.5, "many"]),
    (WorkItemCreate, ITEM, "metadata", [{}, {"a": 1}], [[], "a", 1]),
    (
        VendorCreate,
        {},
        "name",
        ["A", "Ä b-c_9", "x" * 100, "日本"],
        ["", "x" * 101, "a/b", "a.b", "a\tb"],
    ),
    (VendorCreate, VENDOR, "status", ["operational", "broken"], ["ok"]),
    (VendorCreate, VENDOR, "extractor_version", ["x" * 50], ["x" * 51, ""]),
    (DeploymentCreate, {}, "commit_hash", [COMMIT], [COMMIT[:7], COMMIT + "0", "g" * 40, ""]),
    (DeploymentCreate, DEPLOYMENT, "deployed_at", ["2026-03-14"], ["yesterday", "", 5]),
    (DeploymentCreate, DEPLOYMENT, "affected_vendors", [["Acme"]], ["Acme", [1], [""]]),
    (EnhancementCreate, {}, "title", ["x" * 200], ["", "x" * 201]),
    (EnhancementCreate, ENHANCEMENT, "priority", [1, 5], [0, 6, "P1"]),
    (EnhancementCreate, ENHANCEMENT, "status", ["planned", "implementing"], ["active"]),
    (EnhancementCreate, ENHANCEMENT, "target_quarter", ["2026-Q1"], ["2026", "Q1-2026", "2026-Q0"]),
    (EnhancementCreate, ENHANCEMENT, "required_principles", [["a"]], ["a", [""]]),
    (ConfigurationPatch, {}, "active_context_type", ["feature", "maintenance"], ["bugs"]),
    (ConfigurationPatch, {}, "default_token_budget", [1000, 1_000_000], [999, 1_000_001, "lots"]),
    (ConfigurationPatch, {}, "git_head_commit", [COMMIT], ["HEAD"]),
    (Page, {}, "limit", [1, 200], [0, 201, -1]),
    (Page, {}, "detail", ["summary", "full"], ["brief"]),
    (WorkItemFilter, {}, "query", ["x" * 500], ["x" * 501]),
    (WorkItemFilter, {}, "sort", ["updated", "priority", "created"], ["title"]),
]
RIGHT = [(m, base, name, value) for m, base, name, right, _ in LIMITS for value in right]
WRONG = [(m, base, name, value) for m, base, name, _, wrong in LIMITS for value in wrong]


@pytest.mark.parametrize(("model", "base", "name", "value"), RIGHT)
def test_within_limits(model: type[Command], base: Row, name: str, value: Value) -> None:
    """A value at the edge of what its field may hold is taken as it is."""
    taken = getattr(validate(model, base | {name: value}), name)
    assert taken == value or name == "deployed_at"


@pytest.mark.parametrize(("model", "base", "name", "value"), WRONG)
def test_beyond_limits(model: type[Command], base: Row, name: str, value: Value) -> None:
    """A value beyond the edge is refused, naming the field, in our words."""
    refusal = refusal_of(model, base | {name: value})
    assert refusal.field.split(".")[0] == name
    assert "input should" not in refusal.message.lower()
    assert "http" not in refusal.message


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_examples_validate(name: str) -> None:
    """The example shown for a field is a value which that field takes."""
    models: list[type[Command]] = [
        WorkItemCreate,
        VendorPatch,
        VendorCreate,
        DeploymentCreate,
        EnhancementCreate,
    ]
    models += [ConfigurationPatch, WorkItemPatch, BulkUpdate, Page]
    bases: dict[type[Command], Row] = {
        WorkItemCreate: ITEM,
        VendorCreate: VENDOR,
        DeploymentCreate: DEPLOYMENT,
        EnhancementCreate: ENHANCEMENT,
        BulkUpdate: {"id": "x", "version": 1, "patch": {}},
    }
    home = next((model for model in models if name in model.model_fields), None)
    if home is None:
        assert name in ("dependency_type", "source_id", "target_id")
    else:
        validate(home, bases.get(home, {}) | {name: EXAMPLES[name]})


@pytest.mark.parametrize(("model", "base", "name", "value"), WRONG)
def test_refusal_shows_an_example(model: type[Command], base: Row, name: str, value: Value) -> None:
    """Where a field has an example, its refusal shows it."""
    refusal = refusal_of(model, base | {name: value})
    assert refusal.to_row().get("example") == example_of(model, base, name)


@pytest.mark.parametrize(
    ("model", "base", "kind"),
    [
        (WorkItemCreate, ITEM, "task"),
        (WorkItemCreate, ITEM | {"item_type": "session"}, "session"),
        (VendorCreate, VENDOR, "vendor"),
        (DeploymentCreate, DEPLOYMENT, "deployment"),
    ],
)
@pytest.mark.parametrize("wrong", [[], "{", 7, {"pr_number": 2**53}, {"note": "\x00"}])
def test_every_refusal_of_metadata_shows_an_example(
    model: type[Command], base: Row, kind: str, wrong: Value
) -> None:
    """Metadata that is no mapping, or holds what cannot be kept, is refused with an example too."""
    refusal = refusal_of(model, base | {"metadata": wrong})
    assert refusal.field.startswith("metadata")
    assert refusal.details.get("example") == METADATA_EXAMPLES[kind]


def test_missing_field_is_named() -> None:
    """A required field that is missing is named with an example."""
    refusal = refusal_of(WorkItemCreate, {"item_type": "task"})
    assert refusal.message == "title: is required"
    assert refusal.details["example"] == EXAMPLES["title"]


def test_unknown_field_is_refused() -> None:
    """A field that the command lacks is refused, and the hint lists those it has."""
    refusal = refusal_of(WorkItemCreate, ITEM | {"colour": "red"})
    assert refusal.field == "colour"
    assert "branch_name" in refusal.hint


def test_prefix_names_the_place() -> None:
    """A field inside a larger call is named with what stands before it."""
    with pytest.raises(InvalidArguments) as caught:
        validate(WorkItemCreate, {"title": 1}, prefix="operations[3].")
    assert caught.value.field.startswith("operations[3].")


def test_long_wrong_value_is_not_echoed_whole() -> None:
    """A refusal quotes only the beginning of a long value and says how long it was."""
    refusal = refusal_of(WorkItemCreate, ITEM | {"title": "x" * 5_000})
    assert len(refusal.message) < 200
    assert "5000 characters" in refusal.message


def test_text_is_trimmed() -> None:
    """Spaces around a title, a name and a key are taken off."""
    assert validate(WorkItemCreate, ITEM | {"title": "  a b "}).title == "a b"
    assert validate(VendorCreate, {"name": " Acme "}).name == "Acme"
    assert validate(WorkItemCreate, ITEM | {"parent_id": " T-7F3KQ "}).parent_id == "T-7F3KQ"


def test_moment_is_normalised() -> None:
    """A deployment's time is kept in UTC, in one fixed form."""
    command = validate(DeploymentCreate, DEPLOYMENT | {"deployed_at": "2026-03-14T10:30:00+01:00"})
    assert command.deployed_at == "2026-03-14T09:30:00.000000Z"
