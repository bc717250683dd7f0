"""What an import is going to write, and what it must find in the store afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field

from localstore.entities import Entity
from localstore.values import Row

Facts = dict[str, Row]
"""What the source tells of each entry, by the id of its row; keys inside metadata stand behind
`metadata.`, and behind a further dot inside a mapping of it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a source holds, counted from its entries."""

    vendors: Facts = field(default_factory=dict)
    deployments: Facts = field(default_factory=dict)
    enhancements: Facts = field(default_factory=dict)
    prompts: Facts = field(default_factory=dict)
    work_items: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds that a plan may refer to: vendors by name key, work items by title
    key (those with a title of their own only), and the moment of the import."""

    vendors: dict[str, str]
    titles: dict[str, str]
    now: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row to be: its fields with a fixed id, when the source says it began, and the lines of the
    source, which become a note when a row of that id is there already and reads differently;
    `mapped` of them were read into fields."""

    entity: Entity
    fields: Row
    created_at: str | None = None
    lines: tuple[str, ...] = ()
    mapped: int = 0


@dataclass(slots=True)
class ImportPlan:
    """Everything one import writes, and what the source holds to check it by."""

    rows: list[PlannedRow]
    layout: str
    expected: Expected
    lines: Row = field(default_factory=dict)
    skipped: list[Row] = field(default_factory=list)
    flagged: list[Row] = field(default_factory=list)


Planner = Callable[[Known], ImportPlan]
"""Makes the plan for a store, given what it holds; pure."""


def flattened(row: Row) -> Row:
    """A row with the members of its metadata, and of mappings in it, under keys of their own."""
    flat: Row = {name: value for name, value in row.items() if name != "metadata"}
    metadata = row.get("metadata")
    for key, value in metadata.items() if isinstance(metadata, dict) else ():
        if isinstance(value, dict):
            flat |= {f"metadata.{key}.{inner}": each for inner, each in value.items()}
        else:
            flat[f"metadata.{key}"] = value
    return flat
