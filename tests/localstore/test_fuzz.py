"""Hostile values at the edge of the store: a command is built or refused, nothing crashes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from localstore.metadata import EXAMPLES, MODELS
from localstore.models import (
    BulkCreate,
    BulkDependency,
    BulkUpdate,
    Command,
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    EnhancementPatch,
    Page,
    VendorCreate,
    VendorPatch,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
)
from localstore.validation import validate, validate_metadata
from localstore.values import Row, Value, to_json
from tests.localstore.poisons import ODD, refusal_is_sound
from tests.localstore.world import COMMIT

COMMANDS: list[type[Command]] = [
    BulkCreate,
    BulkDependency,
    BulkUpdate,
    ConfigurationPatch,
    DeploymentCreate,
    EnhancementCreate,
    EnhancementPatch,
    Page,
    VendorCreate,
    VendorPatch,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
]
KINDS = ["project", "session", "task", "research", "vendor", "deployment"]
RIGHT: Row = {
    "item_type": "task",
    "title": "Right",
    "name": "Right",
    "commit_hash": COMMIT,
    "id": "T-00000",
    "version": 1,
    "patch": {},
    "item": {"item_type": "task", "title": "Right"},
    "source_id": "T-00000",
    "target_id": "T-00001",
}


@pytest.mark.parametrize("model", COMMANDS, ids=lambda model: model.__name__)
@settings(deadline=None)
@given(field=st.sampled_from(range(20)), value=ODD)
def test_odd_values_are_refused_or_taken(model: type[Command], field: int, value: Value) -> None:
    """Whatever stands in a field, a command is built or refused in our words."""
    names = list(model.model_fields)
    base = {name: RIGHT[name] for name in names if name in RIGHT}
    try:
        validate(model, base | {names[field % len(names)]: value})
    except InvalidArguments as refusal:
        refusal_is_sound(refusal)


@pytest.mark.parametrize("model", COMMANDS, ids=lambda model: model.__name__)
@given(values=st.dictionaries(st.text(max_size=12), ODD, max_size=3))
@settings(deadline=None, max_examples=30)
def test_odd_fields_are_refused(model: type[Command], values: dict[str, Value]) -> None:
    """Whatever fields a call invents, it is refused in our words."""
    try:
        validate(model, values)
    except InvalidArguments as refusal:
        refusal_is_sound(refusal)


@pytest.mark.parametrize("kind", KINDS)
@given(
    values=st.dictionaries(st.text(max_size=8), ODD, max_size=3), known=st.integers(0, 5), value=ODD
)
@settings(deadline=None)
def test_odd_metadata(kind: str, values: dict[str, Value], known: int, value: Value) -> None:
    """Whatever metadata holds, it is refused, or it is taken and can be stored as JSON."""
    names = list(MODELS[kind].model_fields)
    row: Row = EXAMPLES[kind] | values | {names[known % len(names)]: value}
    try:
        taken = validate_metadata(kind, row)
    except InvalidArguments as refusal:
        refusal_is_sound(refusal)
    else:
        to_json(taken).encode()
        assert validate_metadata(kind, taken) == taken
