"""Metadata by type: known keys are checked, unknown ones kept, every refusal shows the way."""

import pytest

from localstore.errors import InvalidArguments
from localstore.metadata import EXAMPLES, MODELS
from localstore.validation import metadata_problem, validate_metadata
from localstore.values import Row, Value, mapping_of

SESSION: Row = EXAMPLES["session"]
WRONG: list[tuple[str, Row, str]] = [
    ("project", {}, "metadata.description"),
    ("project", {"description": ""}, "metadata.description"),
    ("project", {"description": "x" * 1001}, "metadata.description"),
    ("project", {"description": "x", "target_quarter": "2026-Q5"}, "metadata.target_quarter"),
    (
        "project",
        {"description": "x", "constitutional_principles": "one"},
        "metadata.constitutional_principles",
    ),
    ("session", {}, "metadata.token_budget"),
    ("session", SESSION | {"token_budget": 999}, "metadata.token_budget"),
    ("session", SESSION | {"token_budget": 1_000_001}, "metadata.token_budget"),
    ("session", SESSION | {"prompts_count": -1}, "metadata.prompts_count"),
    ("session", SESSION | {"prompts_count": float(2**53)}, "metadata.prompts_count"),
    ("session", SESSION | {"yaml_frontmatter": {}}, "metadata.yaml_frontmatter"),
    ("session", SESSION | {"yaml_frontmatter": "---"}, "metadata.yaml_frontmatter"),
    ("task", {"estimated_hours": -0.5}, "metadata.estimated_hours"),
    ("task", {"estimated_hours": 1000.5}, "metadata.estimated_hours"),
    ("task", {"actual_hours": "two"}, "metadata.actual_hours"),
    ("task", {"blocked_reason": "x" * 501}, "metadata.blocked_reason"),
    ("research", {"research_questions": "why?"}, "metadata.research_questions"),
    ("research", {"findings_summary": "x" * 2001}, "metadata.findings_summary"),
    ("research", {"references": [1]}, "metadata.references.0"),
    ("vendor", {"format_support": {"excel": "maybe"}}, "metadata.format_support.excel"),
    ("vendor", {"format_support": ["excel"]}, "metadata.format_support"),
    ("vendor", {"test_results": {"passing": 3, "total": 2, "skipped": 0}}, "metadata.test_results"),
    ("vendor", {"test_results": {"passing": 2, "total": 2, "skipped": 1}}, "metadata.test_results"),
    ("vendor", {"test_results": {"passing": -1, "total": 2}}, "metadata.test_results.passing"),
    ("vendor", {"manifest_compliant": "perhaps"}, "metadata.manifest_compliant"),
    ("deployment", {"pr_number": 0}, "metadata.pr_number"),
    ("deployment", {"pr_title": "x" * 201}, "metadata.pr_title"),
    ("deployment", {"pr_title": ""}, "metadata.pr_title"),
    ("deployment", {"test_summary": {"unit": -1}}, "metadata.test_summary.unit"),
    ("deployment", {"test_summary": {"unit": 1e22}}, "metadata.test_summary.unit"),
    ("deployment", {"constitutional_compliance": 2}, "metadata.constitutional_compliance"),
]
RIGHT: list[tuple[str, Row]] = [
    ("project", {"description": "x" * 1000, "target_quarter": "2026-Q4"}),
    ("project", {"description": "x", "constitutional_principles": ["a", "b"]}),
    ("session", SESSION | {"token_budget": 1000, "prompts_count": 0}),
    ("session", SESSION | {"token_budget": 1_000_000}),
    ("task", {"estimated_hours": 0, "actual_hours": 1000, "blocked_reason": "x" * 500}),
    ("research", {"research_questions": [], "findings_summary": "x" * 2000, "references": ["a"]}),
    ("vendor", {"test_results": {"passing": 1, "total": 2, "skipped": 1}}),
    ("vendor", {"format_support": {"excel": True, "csv": False, "pdf": True, "ocr": False}}),
    ("deployment", {"pr_number": 1, "pr_title": "x" * 200, "test_summary": {"unit": 0}}),
    ("deployment", {"constitutional_compliance": False}),
]
each_kind = pytest.mark.parametrize("kind", sorted(MODELS))


@pytest.mark.parametrize(("kind", "values"), RIGHT)
def test_right_metadata_is_kept(kind: str, values: Row) -> None:
    """Metadata within its limits comes back as it was, with the version of its schema."""
    assert validate_metadata(kind, values) == values | {"_schema_version": "1.0"}


@pytest.mark.parametrize(("kind", "values", "field"), WRONG)
def test_wrong_metadata_is_refused(kind: str, values: Row, field: str) -> None:
    """Metadata beyond its limits is refused, and the refusal names the field."""
    with pytest.raises(InvalidArguments) as caught:
        validate_metadata(kind, values)
    assert caught.value.field == field
    assert caught.value.message.startswith(field + ": ")


@pytest.mark.parametrize(("kind", "values", "field"), WRONG)
def test_refusal_shows_what_is_right(kind: str, values: Row, field: str) -> None:
    """The example in a refusal is metadata that is itself taken."""
    with pytest.raises(InvalidArguments) as caught:
        validate_metadata(kind, values)
    example = mapping_of(caught.value.to_row(), "example")
    assert example
    assert example.items() <= validate_metadata(kind, example).items()


@pytest.mark.parametrize(("kind", "values", "field"), WRONG)
def test_refusal_is_in_our_words(kind: str, values: Row, field: str) -> None:
    """No refusal shows the validation library's own words or addresses."""
    with pytest.raises(InvalidArguments) as caught:
        validate_metadata(kind, values)
    message = caught.value.message.lower()
    assert not [word for word in ("pydantic", "input should", "http", "valid_") if word in message]


@each_kind
def test_examples_are_right(kind: str) -> None:
    """The example of each kind is taken, and each of its known keys is among the kind's own."""
    example = EXAMPLES[kind]
    assert example.items() <= validate_metadata(kind, example).items()
    assert example.keys() <= MODELS[kind].model_fields.keys()


@each_kind
@pytest.mark.parametrize("extra", [1, "x", [1, {"a": None}], {"deep": {"er": [True]}}, 1.5, False])
def test_unknown_keys_are_kept(kind: str, extra: Value) -> None:
    """A key nobody knows is kept as it is, whatever it holds."""
    assert validate_metadata(kind, EXAMPLES[kind] | {"team_colour": extra})["team_colour"] == extra


def test_unknown_keys_inside_are_kept() -> None:
    """A key nobody knows inside a known mapping is kept too."""
    values: Row = {"format_support": {"excel": True, "xml": True}}
    assert mapping_of(validate_metadata("vendor", values), "format_support")["xml"] is True


@each_kind
def test_null_means_absent(kind: str) -> None:
    """A key whose value is null is not stored."""
    assert "team_colour" not in validate_metadata(kind, EXAMPLES[kind] | {"team_colour": None})


def test_answers_hold_no_null_inside() -> None:
    """A known key inside a known mapping that is null is not stored either."""
    values: Row = {"format_support": {"excel": True, "csv": None}}
    assert mapping_of(validate_metadata("vendor", values), "format_support") == {"excel": True}


@pytest.mark.parametrize("kind", ["task", "research", "vendor", "deployment"])
def test_empty_metadata_stays_empty(kind: str) -> None:
    """Where nothing is required, nothing is invented."""
    assert validate_metadata(kind, {}) == {}


def test_known_schema_version_is_kept() -> None:
    """Metadata that names the version of its schema keeps it."""
    values: Row = {"_schema_version": "0.9", "estimated_hours": 1}
    assert validate_metadata("task", values)["_schema_version"] == "0.9"


def test_quarter_is_taken_in_any_case() -> None:
    """A quarter in lower case becomes the usual form."""
    values: Row = {"description": "x", "target_quarter": "2026-q1"}
    assert validate_metadata("project", values)["target_quarter"] == "2026-Q1"


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
def test_poison_in_metadata_is_refused(poison: str) -> None:
    """Text that a layer could not hold is refused as a value and as a key, with an example."""
    wrong: list[Row] = [{"note": [poison]}, {poison: 1}]
    for values in wrong:
        with pytest.raises(InvalidArguments) as caught:
            validate_metadata("task", values)
        assert caught.value.field.startswith("metadata")
        assert caught.value.details.get("example") == EXAMPLES["task"]


def test_problem_of_stored_metadata() -> None:
    """Metadata that was stored is judged in words, and no words mean that it is right."""
    assert metadata_problem("task", {"estimated_hours": 5}) == ""
    assert "metadata.estimated_hours" in metadata_problem("task", {"estimated_hours": "long"})
