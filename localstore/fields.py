"""The types of single fields, with their limits: what each may hold wherever it stands."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from localstore.values import format_moment, parse_moment

ItemType = Literal["project", "session", "task", "research"]
ItemStatus = Literal["planned", "active", "blocked", "completed", "cancelled"]
Priority = Literal["P0", "P1", "P2", "P3"]
DependencyType = Literal["blocks", "depends_on", "related"]
VendorStatus = Literal["operational", "broken"]
ContextType = Literal["feature", "maintenance", "research"]
EnhancementStatus = Literal["planned", "approved", "implementing", "completed"]
ConflictStatus = Literal["open", "resolved"]
Detail = Literal["summary", "full"]
SortOrder = Literal["updated", "priority", "created"]
Keep = Literal["local", "remote", "both", "value"]


def _one_line(text: str) -> str:
    if any(mark in text for mark in "\n\r\t\u2028\u2029\x85"):
        raise ValueError("must be a single line")
    return text


def _word_characters(name: str) -> str:
    for character in name:
        if not (character.isalnum() or character in " -_"):
            raise ValueError(f"may hold letters, digits, space, - and _, not {character!r}")
    return name


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _moment(text: str) -> str:
    try:
        return format_moment(parse_moment(text))
    except (ValueError, OverflowError):
        raise ValueError("must be an ISO 8601 time, like 2026-03-14T09:30:00Z") from None


ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)
]
Title = Annotated[ShortText, Field(max_length=200)]
Who = Annotated[ShortText, Field(max_length=100)]
Label = Annotated[ShortText, Field(max_length=100)]
Branch = Annotated[ShortText, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=10_000)]
ReportLayout = Annotated[str, Field(max_length=200_000)]
Texts = Annotated[list[Annotated[str, Field(min_length=1, max_length=2000)]], Field(max_length=100)]
Labels = Annotated[list[Label], Field(max_length=50)]
CommitHash = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
CommitHashes = Annotated[list[CommitHash], Field(max_length=500)]
PositiveInt = Annotated[int, Field(ge=1, le=2**53 - 1)]
TokenBudget = Annotated[int, Field(ge=1000, le=1_000_000)]
Quarter = Annotated[str, BeforeValidator(_upper), Field(pattern=r"^[0-9]{4}-Q[1-4]$")]
VendorName = Annotated[ShortText, Field(max_length=100), AfterValidator(_word_characters)]
ExtractorVersion = Annotated[ShortText, Field(max_length=50)]
EnhancementPriority = Annotated[int, Field(ge=1, le=5)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""What names a row from outside: an id, a ref, or, for a vendor, its name."""
Keys = Annotated[list[Key], Field(max_length=500)]
Moment = Annotated[str, AfterValidator(_moment)]
"""A point in time; normalised to fixed-width UTC text."""
ClientRef = Annotated[ShortText, Field(max_length=200)]
