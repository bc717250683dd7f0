"""How arguments are read: what is forgiven, and what is refused by name."""

import json

import pytest

from localstore.errors import InvalidArguments
from localstore.models import WorkItemCreate
from localstore.values import Row, Value
from mcp_server.arguments import Arguments
from mcp_server.bulk import CreateOperation, read_operations
from mcp_server.tools.core import CreateWorkItem, GetHistory, ListWorkItems, UpdateWorkItem
from mcp_server.tools.deployments import RecordDeployment
from mcp_server.tools.planning import ListEnhancements
from mcp_server.tools.vendors import CreateVendor, ListVendors

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
TASK: Row = {"item_type": "task", "title": "Fix"}


def refusal(model: type[Arguments], raw: Row) -> InvalidArguments:
    """How `raw` is refused."""
    with pytest.raises(InvalidArguments) as caught:
        model.read(raw)
    return caught.value


@pytest.mark.parametrize(
    ("model", "raw", "field", "read"),
    [
        (CreateWorkItem, TASK | {"item_type": "TASK"}, "item_type", "task"),
        (CreateWorkItem, TASK | {"priority": "p1"}, "priority", "P1"),
        (CreateWorkItem, TASK | {"status": " Planned "}, "status", "planned"),
        (CreateWorkItem, TASK | {"priority": None}, "priority", "P2"),
        (CreateWorkItem, TASK | {"priority": ""}, "priority", "P2"),
        (CreateWorkItem, TASK | {"assignee": ""}, "assignee", None),
        (CreateWorkItem, TASK | {"metadata": None}, "metadata", None),
        (CreateWorkItem, TASK | {"metadata": '{"a": [1, "b"]}'}, "metadata", {"a": [1, "b"]}),
        (CreateWorkItem, TASK | {"labels": '["a", "b"]'}, "labels", ["a", "b"]),
        (CreateWorkItem, TASK | {"labels": "bug"}, "labels", ["bug"]),
        (CreateWorkItem, TASK | {"labels": []}, "labels", []),
        (CreateWorkItem, TASK | {"pr_number": "142"}, "pr_number", 142),
        (CreateWorkItem, TASK | {"pr_number": 142.0}, "pr_number", 142),
        (CreateWorkItem, TASK | {"commit_hashes": COMMIT}, "commit_hashes", [COMMIT]),
        (UpdateWorkItem, {"id": "T-1", "version": "3"}, "version", 3),
        (UpdateWorkItem, {"id": "T-1", "version": 3, "deleted": "true"}, "deleted", True),
        (UpdateWorkItem, {"id": "T-1", "version": 3, "clear": "assignee"}, "clear", ["assignee"]),
        (ListWorkItems, {"status": "ACTIVE"}, "status", ["active"]),
        (ListWorkItems, {"status": '["Active", "blocked"]'}, "status", ["active", "blocked"]),
        (ListWorkItems, {"priority": ["p0", "P1"]}, "priority", ["P0", "P1"]),
        (ListWorkItems, {"ready": "True"}, "ready", True),
        (ListWorkItems, {"limit": "10"}, "limit", 10),
        (ListWorkItems, {"detail": "FULL"}, "detail", "full"),
        (ListVendors, {"status": "Broken"}, "status", "broken"),
        (ListEnhancements, {"target_quarter": "2026-q3"}, "target_quarter", "2026-Q3"),
        (GetHistory, {"id": None, "limit": ""}, "limit", 25),
        (
            RecordDeployment,
            {"commit_hash": COMMIT, "affected_vendors": "Acme"},
            "affected_vendors",
            ["Acme"],
        ),
    ],
)
def test_the_form_is_forgiven(model: type[Arguments], raw: Row, field: str, read: Value) -> None:
    """What is meant beyond doubt is read as meant."""
    assert getattr(model.read(raw), field) == read


@pytest.mark.parametrize(
    ("model", "raw", "field", "rule"),
    [
        (CreateWorkItem, {"item_type": "task"}, "title", "is required"),
        (CreateWorkItem, {"item_type": "task", "title": None}, "title", "is required"),
        (CreateWorkItem, {"item_type": "task", "title": ""}, "title", "at least 1"),
        (CreateWorkItem, TASK | {"item_type": "epic"}, "item_type", "must be one of"),
        (CreateWorkItem, TASK | {"metadata": "{broken"}, "metadata", "cannot be read"),
        (CreateWorkItem, TASK | {"metadata": "[1]"}, "metadata", "must be a mapping"),
        (CreateWorkItem, TASK | {"labels": {"a": 1}}, "labels.0", "must be text"),
        (CreateWorkItem, TASK | {"pr_number": "many"}, "pr_number", "whole number"),
        (CreateWorkItem, TASK | {"commit_hashes": ["abc"]}, "commit_hashes.0", "40 lower-case hex"),
        (ListWorkItems, {"status": ["active", "done"]}, "status.1", "must be one of"),
        (ListWorkItems, {"limit": 1000}, "limit", "at most 200"),
        (UpdateWorkItem, {"id": "T-1"}, "version", "is required"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    model: type[Arguments], raw: Row, field: str, rule: str
) -> None:
    """A refusal names the field and its rule."""
    error = refusal(model, raw)
    assert error.field == field
    assert rule in error.rule


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a\x00b", "control character U+0000"),
        ("a\ud800b", "half of a surrogate pair"),
        ("x" * 10_000_000, "larger than 256 KiB"),
        (2**60, "must be between"),
        (float("nan"), "finite number"),
        (json.loads("[" * 500 + "]" * 500), "nested deeper"),
        ("[" * 10_000 + "]" * 10_000, ""),
    ],
)
def test_poison_is_refused(value: Value, rule: str) -> None:
    """What no layer could keep is refused as an argument, wherever it stands."""
    for field in ("title", "labels", "metadata", "parent_id"):
        assert rule in refusal(CreateWorkItem, TASK | {field: value}).rule


def test_poison_inside_json_text_is_refused() -> None:
    """JSON text is looked through after it has been parsed."""
    error = refusal(CreateWorkItem, TASK | {"metadata": '{"a": "\\u0000"}'})
    assert error.field == "metadata.a"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("titel", "did you mean title?"),
        ("commit_hash", "did you mean commit_hashes?"),
        ("blocked_reason", 'put it into metadata: {"blocked_reason": …}'),
        ("token_budget", 'put it into metadata: {"token_budget": …}'),
    ],
)
def test_an_unknown_argument_is_answered_with_a_hint(name: str, hint: str) -> None:
    """An argument that does not exist is refused, and the nearest one, or its place, is named."""
    error = refusal(CreateWorkItem, TASK | {name: "x"})
    assert error.field == name
    assert error.hint == hint


def test_an_unknown_argument_that_resembles_nothing_is_answered_with_all() -> None:
    """Where nothing is near, the hint lists the arguments."""
    assert refusal(GetHistory, {"zzz": 1}).hint == "the arguments are id, limit, cursor"


def test_a_flat_metadata_key_of_a_deployment_is_sent_to_metadata() -> None:
    """pr_title belongs into the metadata of a deployment."""
    error = refusal(RecordDeployment, {"commit_hash": COMMIT, "pr_title": "Dates"})
    assert error.hint == 'put it into metadata: {"pr_title": …}'


def test_a_part_holds_its_own_fields_only() -> None:
    """The command inside the arguments has its own fields, and knows which were given."""
    arguments = CreateWorkItem.read(TASK | {"client_ref": "a", "created_by": "ada"})
    part = arguments.part(WorkItemCreate)
    assert type(part) is WorkItemCreate
    assert part == WorkItemCreate(item_type="task", title="Fix")
    assert part.model_fields_set == {"item_type", "title"}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"op": "CREATE", "item_type": "Task", "title": "Fix"}, "create"),
        ({"item_type": "task", "title": "Fix", "client_ref": "a"}, "create"),
        ({"id": "T-1", "version": "2", "status": "Completed"}, "update"),
        ({"source_id": "@a", "target_id": "T-1"}, "dependency"),
        ({"op": None, "source_id": "@a", "target_id": "T-1"}, "dependency"),
    ],
)
def test_an_operation_is_told_by_its_fields(raw: Row, kind: str) -> None:
    """Without `op`, an operation is what its fields say; each is read as leniently as a call."""
    assert read_operations([raw])[0].op == kind


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"op": "destroy"}, "operations[1].op"),
        ({"op": "create", "item_type": "task"}, "operations[1].title"),
        ({"op": "update", "id": "T-1", "version": 0}, "operations[1].version"),
        ({"op": "create", "item_type": "task", "titel": "x"}, "operations[1].titel"),
    ],
)
def test_a_wrong_operation_is_named_by_its_place(raw: Row, field: str) -> None:
    """A refusal of one operation says which one it is."""
    with pytest.raises(InvalidArguments) as caught:
        read_operations([{"item_type": "task", "title": "Fix"}, raw])
    assert caught.value.field == field


def test_every_model_of_arguments_reads_nothing_into_its_defaults() -> None:
    """Arguments that are all optional may all be absent."""
    for model in (ListWorkItems, ListVendors, ListEnhancements, GetHistory):
        assert model.read({}) == model()


def test_a_vendor_without_a_name_is_refused() -> None:
    """An empty required argument is no absent one."""
    assert refusal(CreateVendor, {"name": "  "}).field == "name"


def test_an_operation_keeps_its_client_ref() -> None:
    """The client_ref of a create is read beside the item's fields."""
    assert CreateOperation.read(TASK | {"client_ref": "a"}).client_ref == "a"
