"""The entities and their fields, told once: storage, history, merge and snapshots all read this."""

from dataclasses import dataclass
from enum import Enum

from localstore.values import Row, Value, from_json, to_json


class Kind(Enum):
    """How a field's value is stored, compared and merged."""

    SCALAR = "scalar"
    TEXT = "text"
    """Long text: merged by line."""
    SET = "set"
    """A list of texts without order between replicas: additions and removals meet."""
    MAP = "map"
    """A mapping, compared and merged by top-level key."""
    VALUE = "value"
    """Any JSON value, kept as it is."""
    MARK = "mark"
    """A moment whose presence is what counts: two deletions are one, whichever came first."""


@dataclass(frozen=True, slots=True)
class Field:
    """One synced field."""

    name: str
    kind: Kind = Kind.SCALAR


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of row: its name, table, ref letter and own fields (those beyond the stamp)."""

    name: str
    table: str
    letter: str
    fields: tuple[Field, ...]

    def kind_of(self, name: str) -> Kind:
        """How the field `name` is kept; a scalar when the entity has no such field."""
        return _KINDS[self.name].get(name, Kind.SCALAR)

    @property
    def names(self) -> frozenset[str]:
        """All that a row of it may hold: id, fields, stamp."""
        return _NAMES[self.name]

    def encode(self, row: Row) -> dict[str, str | int | float | None]:
        """Turn a row, or part of one, into what SQLite binds: sets and maps become JSON text."""
        kinds = _KINDS[self.name]
        return {
            name: None if value is None else encoded(kinds.get(name, Kind.SCALAR), value)
            for name, value in row.items()
        }

    def decode(self, columns: list[str], stored: tuple[str | int | float | None, ...]) -> Row:
        """Turn what SQLite returned for `columns` back into a row."""
        row: Row = dict(zip(columns, stored, strict=True))
        for name in _STORED_AS_JSON[self.name]:
            value = row.get(name)
            if isinstance(value, str):
                row[name] = from_json(value)
        return row


_EXTRA = Field("extra", Kind.MAP)
"""What a newer tidelog wrote into a row and this one does not know, by field name."""

STAMP = (
    "version",
    "change_id",
    "base_change_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
)
"""The columns every entity has beside its fields; `version` rises by one with each local change."""

WORK_ITEM = Entity(
    "work_item",
    "work_items",
    "T",
    (
        Field("item_type"),
        Field("title"),
        Field("description", Kind.TEXT),
        Field("status"),
        Field("priority"),
        Field("assignee"),
        Field("labels", Kind.SET),
        Field("parent_id"),
        Field("branch_name"),
        Field("commit_hashes", Kind.SET),
        Field("pr_number"),
        Field("metadata", Kind.MAP),
        Field("deleted_at", Kind.MARK),
        Field("archived_at", Kind.MARK),
        _EXTRA,
    ),
)
DEPENDENCY = Entity(
    "dependency",
    "dependencies",
    "L",
    (
        Field("source_id"),
        Field("target_id"),
        Field("dependency_type"),
        Field("deleted_at", Kind.MARK),
        _EXTRA,
    ),
)
VENDOR = Entity(
    "vendor",
    "vendors",
    "V",
    (
        Field("name"),
        Field("status"),
        Field("extractor_version"),
        Field("metadata", Kind.MAP),
        _EXTRA,
    ),
)
DEPLOYMENT = Entity(
    "deployment",
    "deployments",
    "D",
    (
        Field("deployed_at"),
        Field("commit_hash"),
        Field("metadata", Kind.MAP),
        Field("vendor_ids", Kind.SET),
        Field("work_item_ids", Kind.SET),
        _EXTRA,
    ),
)
CONFIGURATION = Entity(
    "configuration",
    "configuration",
    "G",
    (
        Field("active_context_type"),
        Field("current_session_id"),
        Field("git_branch"),
        Field("git_head_commit"),
        Field("default_token_budget"),
        Field("report_layout", Kind.TEXT),
        _EXTRA,
    ),
)
ENHANCEMENT = Entity(
    "enhancement",
    "enhancements",
    "E",
    (
        Field("title"),
        Field("description", Kind.TEXT),
        Field("priority"),
        Field("status"),
        Field("target_quarter"),
        Field("required_principles", Kind.SET),
        Field("depends_on", Kind.SET),
        _EXTRA,
    ),
)

CONFLICT = Entity(
    "conflict",
    "conflicts",
    "C",
    (
        Field("entity"),
        Field("entity_id"),
        Field("field"),
        Field("base", Kind.VALUE),
        Field("local", Kind.VALUE),
        Field("remote", Kind.VALUE),
        Field("kept", Kind.VALUE),
        Field("noticed_at"),
        Field("local_replica"),
        Field("local_by"),
        Field("local_at"),
        Field("remote_replica"),
        Field("remote_by"),
        Field("remote_at"),
        Field("status"),
        Field("resolved_at"),
        Field("resolved_by"),
        Field("resolution"),
        _EXTRA,
    ),
)

ENTITIES = {
    entity.name: entity
    for entity in (
        WORK_ITEM,
        DEPENDENCY,
        VENDOR,
        DEPLOYMENT,
        CONFIGURATION,
        ENHANCEMENT,
        CONFLICT,
    )
}
_KINDS = {
    entity.name: {field.name: field.kind for field in entity.fields} for entity in ENTITIES.values()
}
_NAMES = {
    entity.name: frozenset(["id", *(field.name for field in entity.fields), *STAMP])
    for entity in ENTITIES.values()
}
AS_JSON = (Kind.SET, Kind.MAP, Kind.VALUE)
"""The kinds whose values stand in their column as JSON."""
_STORED_AS_JSON = {
    entity.name: [field.name for field in entity.fields if field.kind in AS_JSON]
    for entity in ENTITIES.values()
}
_LETTERS = {"project": "P", "session": "S", "task": "T", "research": "R"}


def letter_of(entity: Entity, row: Row) -> str:
    """The letter a row's ref begins with; for a work item it tells the type."""
    return _LETTERS.get(str(row.get("item_type")), entity.letter)


def encoded(kind: Kind, value: Value) -> str | int | float | None:
    """What SQLite binds for a field's value; an empty set or mapping is none at all."""
    if kind in (Kind.SET, Kind.MAP):
        return to_json(value) if value else None
    if kind is Kind.VALUE:
        return None if value is None else to_json(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no {kind.value} field holds a {type(value).__name__}")
