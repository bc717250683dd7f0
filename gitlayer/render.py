"""A row as the markdown file that stands for it: frontmatter, a heading, a body to read.

The text of a row is a function of the row alone. `gitlayer.parse` reads it back without loss.
"""

from gitlayer.frontmatter import FENCE, write
from gitlayer.markdown import escape, inert_block
from localstore.entities import (
    CONFIGURATION,
    CONFLICT,
    DEPENDENCY,
    DEPLOYMENT,
    ENHANCEMENT,
    STAMP,
    VENDOR,
    WORK_ITEM,
    Entity,
    letter_of,
)
from localstore.ids import full_ref
from localstore.values import Row, Value, mapping_of, number_of, text_of, texts_of, to_json

TITLE_LENGTH = 200
BODY_FIELDS = {
    WORK_ITEM.name: "description",
    ENHANCEMENT.name: "description",
    CONFIGURATION.name: "report_layout",
}
"""The field whose text, byte for byte, is the body of the entity's files."""
TITLE_FIELDS = {WORK_ITEM.name: "title", ENHANCEMENT.name: "title", VENDOR.name: "name"}
"""The field that the heading of the entity's files shows; a person may edit it there."""
STAMP_SHOWN = tuple(name for name in STAMP if name != "base_change_id")


def _shown_first(entity: Entity) -> tuple[str, ...]:
    names = [field.name for field in entity.fields if field.name != BODY_FIELDS.get(entity.name)]
    title = TITLE_FIELDS.get(entity.name)
    return (*sorted(names, key=lambda name: name != title), *STAMP_SHOWN)


_ENTITIES = (WORK_ITEM, DEPENDENCY, VENDOR, DEPLOYMENT, CONFIGURATION, ENHANCEMENT, CONFLICT)
SHOWN_FIELDS = {entity.name: _shown_first(entity) for entity in _ENTITIES}
"""What stands in the frontmatter after id and ref, in order: the title first, the stamp last."""


def render(entity: Entity, row: Row) -> str:
    """The whole text of a row's file.

    Frontmatter holds the id, the ref that follows from it, and every field that has a value except
    the long text, which is the body, as it is, to the end of the file. What is kept on this machine
    only (`base_change_id`) is not in it.
    """
    row_id = text_of(row, "id")
    shown: list[tuple[str, Value]] = [
        ("id", row_id),
        ("ref", full_ref(letter_of(entity, row), row_id)),
    ]
    for name in SHOWN_FIELDS[entity.name]:
        value = row.get(name)
        if not is_empty(value):
            shown.append((name, value))
    field = BODY_FIELDS.get(entity.name)
    body = text_of(row, field) if field else generated_body(entity, row)
    below = f"\n{body}" if body else ""
    return f"{FENCE}\n{write(shown)}{FENCE}\n\n# {heading_of(entity, row)}\n{below}"


def is_empty(value: Value) -> bool:
    """Whether a field with this value is left out: the store keeps nothing for these either."""
    return value is None or value in ("", [], {})


def heading_of(entity: Entity, row: Row) -> str:
    """The text of the heading, as inert markdown without its mark."""
    title = TITLE_FIELDS.get(entity.name)
    if title:
        return escape(text_of(row, title), TITLE_LENGTH)
    if entity is DEPLOYMENT:
        return escape(f"Deployment of {text_of(row, 'deployed_at')[:10]}")
    if entity is DEPENDENCY:
        joined = "blocks" if row.get("dependency_type") == "blocks" else "is related to"
        return escape(f"{text_of(row, 'source_id')} {joined} {text_of(row, 'target_id')}")
    if entity is CONFLICT:
        return escape(f"Conflict in {text_of(row, 'field')}", TITLE_LENGTH)
    return "Configuration"


def generated_body(entity: Entity, row: Row) -> str:
    """The readable text below the heading of a row without long text; empty or whole lines."""
    if entity is VENDOR:
        return _bullets(_vendor(row))
    if entity is DEPLOYMENT:
        return _bullets(_deployment(row))
    if entity is DEPENDENCY and row.get("deleted_at") is not None:
        return f"Removed on {escape(text_of(row, 'deleted_at')[:10])}.\n"
    return _conflict(row) if entity is CONFLICT else ""


def _bullets(facts: list[tuple[str, str]]) -> str:
    return "".join(f"- {escape(f'{name}: {fact}')}\n" for name, fact in facts if fact)


def _vendor(row: Row) -> list[tuple[str, str]]:
    metadata = mapping_of(row, "metadata")
    support = mapping_of(metadata, "format_support")
    return [
        ("Status", text_of(row, "status")),
        ("Extractor", text_of(row, "extractor_version")),
        ("Reads", ", ".join(name for name in sorted(support) if support[name] is True)),
        ("Does not read", ", ".join(name for name in sorted(support) if support[name] is False)),
        ("Tests", _results(mapping_of(metadata, "test_results"))),
        ("Follows the manifest", _yes_or_no(metadata.get("manifest_compliant"))),
    ]


def _results(results: Row) -> str:
    if "total" not in results:
        return ""
    skipped = number_of(results, "skipped")
    passing = f"{number_of(results, 'passing')} of {number_of(results, 'total')} pass"
    return f"{passing}, {skipped} skipped" if skipped else passing


def _deployment(row: Row) -> list[tuple[str, str]]:
    metadata = mapping_of(row, "metadata")
    summary = mapping_of(metadata, "test_summary")
    number = metadata.get("pr_number")
    pull_request = [f"#{number}" if isinstance(number, int) else "", text_of(metadata, "pr_title")]
    return [
        ("At", text_of(row, "deployed_at")),
        ("Pull request", " ".join(filter(None, pull_request))),
        ("Commit", text_of(row, "commit_hash")),
        ("Tests", ", ".join(f"{name} {to_json(summary[name])}" for name in sorted(summary))),
        ("Vendors", _count(row, "vendor_ids")),
        ("Work items", _count(row, "work_item_ids")),
        ("Constitutional compliance", _yes_or_no(metadata.get("constitutional_compliance"))),
    ]


def _count(row: Row, field: str) -> str:
    return str(len(texts_of(row, field)) or "")


def _yes_or_no(value: Value) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else ""


def _conflict(row: Row) -> str:
    about = f"{text_of(row, 'entity').replace('_', ' ')} {text_of(row, 'entity_id')}"
    state = text_of(row, "status")
    if row.get("resolved_at") is not None:
        who, when = text_of(row, "resolved_by"), text_of(row, "resolved_at")[:10]
        state = f"{state} by {who} on {when}, keeping {text_of(row, 'resolution')}"
    facts = [
        ("In", about),
        ("Noticed", text_of(row, "noticed_at")[:10]),
        ("Replicas", " and ".join(_replicas(row))),
        ("State", state),
    ]
    values = (("Before", "base"), ("Here", "local"), ("There", "remote"), ("Kept", "kept"))
    told = "".join(f"\n{name}:\n\n{_quoted(row.get(field))}" for name, field in values)
    return _bullets(facts) + told


def _replicas(row: Row) -> list[str]:
    return [text_of(row, side) for side in ("local_replica", "remote_replica") if row.get(side)]


def _quoted(value: Value) -> str:
    if is_empty(value):
        return "(nothing)\n"
    return inert_block(value if isinstance(value, str) else to_json(value))
