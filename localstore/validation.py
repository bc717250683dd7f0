"""From pydantic's findings to one clear refusal: the field, the rule, and a right example."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from localstore import metadata as metadata_models
from localstore.errors import InvalidArguments
from localstore.models import DeploymentCreate, VendorCreate, VendorPatch
from localstore.text import check_value
from localstore.values import Row, Value

M = TypeVar("M", bound=BaseModel)

EXAMPLES: dict[str, Value] = {
    "item_type": "task",
    "title": "Fix the date parser",
    "status": "active",
    "priority": "P1",
    "assignee": "claude-code",
    "labels": ["parser", "bug"],
    "parent_id": "P-7F3KQ",
    "branch_name": "fix/date-parser",
    "commit_hashes": ["3f786850e387550fdab836ed7e6dc881de23001b"],
    "commit_hash": "3f786850e387550fdab836ed7e6dc881de23001b",
    "git_head_commit": "3f786850e387550fdab836ed7e6dc881de23001b",
    "pr_number": 142,
    "id": "T-7F3KQ",
    "version": 3,
    "name": "Acme Logistics",
    "new_name": "Acme Logistics",
    "extractor_version": "2.4.1",
    "deployed_at": "2026-03-14T09:30:00Z",
    "affected_vendors": ["Acme Logistics"],
    "related_work_item_ids": ["T-7F3KQ"],
    "target_quarter": "2026-Q3",
    "required_principles": ["local first"],
    "depends_on": ["E-4M2XZ"],
    "default_token_budget": 200_000,
    "active_context_type": "feature",
    "clear": ["assignee", "metadata.blocked_reason"],
    "dependency_type": "blocks",
    "source_id": "T-7F3KQ",
    "target_id": "T-9B1CD",
    "limit": 25,
    "detail": "full",
}
"""A right value for each field that stands in many commands."""


def validate(model: type[M], values: Row, *, prefix: str = "") -> M:
    """Build `model` from a caller's values.

    Raises:
        InvalidArguments: the first thing that is wrong, naming the field (behind `prefix`), the
            rule and a right example. Nothing has been written.
    """
    for name, value in values.items():
        check_argument(model, values, name, value, prefix=prefix)
    try:
        return model.model_validate(values)
    except ValidationError as failure:
        raise refusal(failure, model, prefix, values) from None


def check_argument(
    model: type[BaseModel], values: Row, name: str, value: Value, *, prefix: str = ""
) -> None:
    """Check that one of a caller's values is of text and JSON that every layer can hold.

    Raises:
        InvalidArguments: as `text.check_value` says, with a right example of the field.
    """
    try:
        check_value(prefix + name, value)
    except InvalidArguments as problem:
        example = example_of(model, values, name)
        if example is not None:
            problem.details["example"] = example
        raise


def example_of(model: type[BaseModel], values: Row, name: str) -> Value:
    """A right value for the field `name` of `model`; for metadata one of the kind that is meant."""
    if name != "metadata":
        return EXAMPLES.get(name)
    if issubclass(model, VendorCreate | VendorPatch):
        return metadata_models.EXAMPLES["vendor"]
    if issubclass(model, DeploymentCreate):
        return metadata_models.EXAMPLES["deployment"]
    kind = str(values.get("item_type", "task")).casefold()
    return metadata_models.EXAMPLES.get(kind, metadata_models.EXAMPLES["task"])


def validate_metadata(kind: str, values: Row) -> Row:
    """Check metadata of a kind (`project`, `session`, `task`, `research`, `vendor`, `deployment`).

    Nulls mean absent. Known keys come back normalised, unknown ones as they were, and
    `_schema_version` is added where it is missing. Empty metadata stays empty where none is
    required.

    Raises:
        InvalidArguments: naming `metadata.KEY`, the rule, and a whole right example of the kind.
    """
    present: Row = {key: value for key, value in values.items() if value is not None}
    try:
        check_value("metadata", present)
    except InvalidArguments as problem:
        problem.details["example"] = metadata_models.EXAMPLES[kind]
        raise
    if not present and kind not in metadata_models.REQUIRED:
        return {}
    try:
        checked = metadata_models.MODELS[kind].model_validate(present)
    except ValidationError as failure:
        raise _metadata_refusal(kind, failure) from None
    row: Row = checked.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return {"_schema_version": metadata_models.SCHEMA_VERSION} | row


def metadata_problem(kind: str, stored: Row) -> str:
    """What is wrong with metadata read from the store, in words; empty when nothing is."""
    try:
        validate_metadata(kind, stored)
    except InvalidArguments as problem:
        return problem.message
    return ""


def refusal(
    failure: ValidationError, model: type[BaseModel], prefix: str = "", values: Row | None = None
) -> InvalidArguments:
    """Word the first finding of a failed validation of `model`."""
    findings = failure.errors(include_url=False)
    first = next((each for each in findings if each["type"] == "extra_forbidden"), findings[0])
    location = [part for part in first["loc"] if part != "[key]"]
    field = ".".join(str(part) for part in location) or "arguments"
    name = str(location[0]) if location else ""
    hint = ""
    if first["type"] == "extra_forbidden":
        hint = "the fields here are " + ", ".join(model.model_fields)
    example = example_of(model, values or {}, name)
    return InvalidArguments(
        prefix + field, _rule(first), example=example, hint=hint, got=_shown(first)
    )


def _metadata_refusal(kind: str, failure: ValidationError) -> InvalidArguments:
    first = failure.errors(include_url=False)[0]
    field = ".".join(["metadata", *(str(part) for part in first["loc"])])
    example = metadata_models.EXAMPLES[kind]
    return InvalidArguments(
        field,
        _rule(first),
        example=example,
        got=_shown(first),
        hint=f"`example` is right metadata of a {kind}",
    )


def _rule(finding: ErrorDetails) -> str:
    """The rule a finding names, in tidelog's words."""
    context = finding.get("ctx", {})
    if finding["type"] == "value_error":
        return str(context.get("error", "is not allowed"))
    if finding["type"] == "string_pattern_mismatch" and context.get("pattern") in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    template = _RULES.get(finding["type"])
    if finding["type"] == "too_long" and isinstance(finding.get("input"), str):
        template = _RULES["string_too_long"]
    if template is None:
        return finding["msg"][:1].lower() + finding["msg"][1:]
    return template.format(**context)


_PATTERNS = {
    "^[0-9a-f]{40}$": "must be a whole commit hash, 40 lower-case hex characters",
    "^[0-9]{4}-Q[1-4]$": "must be a quarter, YYYY-Q1 to YYYY-Q4",
}
_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a field here",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "too_long": "must have at most {max_length} members",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "literal_error": "must be one of {expected}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number of reasonable size",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


def _shown(finding: ErrorDetails) -> str:
    value = finding.get("input")
    if finding["type"] in ("missing", "extra_forbidden", "value_error"):
        return ""
    if isinstance(value, str | int | float):
        text = repr(value)
        length = f", {len(value)} characters" if isinstance(value, str) and len(value) > 40 else ""
        return text if len(text) <= 60 else text[:56] + "…'" + length
    return "null" if value is None else type(value).__name__
