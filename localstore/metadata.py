"""The metadata each kind of row may carry: known keys are checked, unknown keys are kept."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from localstore.fields import PositiveInt, Quarter, ShortText, Texts, TokenBudget
from localstore.values import Row, Value

SCHEMA_VERSION = "1.0"
"""Written as `_schema_version` into metadata that does not name one."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Hours = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class Metadata(BaseModel):
    """Base of all metadata: extra keys stay, nothing is invented."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)


class ProjectMetadata(Metadata):
    """What a project is for."""

    description: Annotated[str, Field(min_length=1, max_length=1000)]
    target_quarter: Quarter | None = None
    constitutional_principles: Texts | None = None


def _holds_schema_version(mapping: dict[str, Value]) -> dict[str, Value]:
    if "schema_version" not in mapping:
        raise ValueError("must hold the key schema_version")
    return mapping


class SessionMetadata(Metadata):
    """One working session of an assistant."""

    token_budget: TokenBudget
    prompts_count: Count
    yaml_frontmatter: Annotated[dict[str, Value], AfterValidator(_holds_schema_version)]


class TaskMetadata(Metadata):
    """A piece of work."""

    estimated_hours: Hours | None = None
    actual_hours: Hours | None = None
    blocked_reason: Annotated[str, Field(max_length=500)] | None = None


class ResearchMetadata(Metadata):
    """A question to be answered."""

    research_questions: Texts | None = None
    findings_summary: Annotated[str, Field(max_length=2000)] | None = None
    references: Texts | None = None


class FormatSupport(Metadata):
    """Which file formats a vendor's extractor reads."""

    excel: bool | None = None
    csv: bool | None = None
    pdf: bool | None = None
    ocr: bool | None = None


class SuiteResults(Metadata):
    """How a vendor's test suite stands."""

    passing: Count = 0
    total: Count = 0
    skipped: Count = 0

    @model_validator(mode="after")
    def _adds_up(self) -> "SuiteResults":
        if self.passing + self.skipped > self.total:
            raise ValueError(
                f"passing + skipped must not exceed total: "
                f"{self.passing} + {self.skipped} > {self.total}"
            )
        return self


class VendorMetadata(Metadata):
    """What is known of a vendor's extractor."""

    format_support: FormatSupport | None = None
    test_results: SuiteResults | None = None
    manifest_compliant: bool | None = None


class DeploymentMetadata(Metadata):
    """What was deployed."""

    pr_number: PositiveInt | None = None
    pr_title: Annotated[ShortText, Field(max_length=200)] | None = None
    test_summary: dict[str, Count] | None = None
    constitutional_compliance: bool | None = None


MODELS: dict[str, type[Metadata]] = {
    "project": ProjectMetadata,
    "session": SessionMetadata,
    "task": TaskMetadata,
    "research": ResearchMetadata,
    "vendor": VendorMetadata,
    "deployment": DeploymentMetadata,
}

EXAMPLES: dict[str, Row] = {
    "project": {"description": "Parse every vendor's invoices", "target_quarter": "2026-Q1"},
    "session": {
        "token_budget": 200_000,
        "prompts_count": 0,
        "yaml_frontmatter": {"schema_version": "1.0"},
    },
    "task": {"estimated_hours": 4, "blocked_reason": "waiting for the sample files"},
    "research": {"research_questions": ["Which OCR reads stamps?"], "references": ["RFC 9562"]},
    "vendor": {
        "format_support": {"excel": True, "csv": True, "pdf": False, "ocr": False},
        "test_results": {"passing": 40, "total": 42, "skipped": 1},
        "manifest_compliant": True,
    },
    "deployment": {
        "pr_number": 142,
        "pr_title": "Read dates the German way",
        "test_summary": {"unit": 120, "integration": 14},
        "constitutional_compliance": True,
    },
}
"""A correct example for each kind, shown in every error about its metadata."""

REQUIRED: frozenset[str] = frozenset({"project", "session"})
"""Kinds whose metadata has keys that must be there."""
