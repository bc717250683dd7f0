"""Whether what a source told is in the store: five checks that read the rows again."""

import sqlite3

from localstore.entities import DEPLOYMENT, ENHANCEMENT, VENDOR, WORK_ITEM, Entity
from localstore.planned import Expected, Facts, flattened
from localstore.rows.lookup import ARCHIVE, fetch
from localstore.values import Row, Value, to_json


def reconcile(connection: sqlite3.Connection, expected: Expected, new: set[str]) -> Row:
    """Compare the source with the rows as they are stored now, check by check.

    A row that was there before this import counts when it is there: who changed it since decides
    what is in it. A `new` one counts when every fact of it is stored as it was told.
    """
    facts, kept = _metadata(connection, expected.vendors, new)
    counted: dict[str, tuple[int, int]] = {
        "vendor_count": _count(connection, VENDOR, expected.vendors, set()),
        "deployment_history": _count(connection, DEPLOYMENT, expected.deployments, new),
        "enhancement_count": _count(connection, ENHANCEMENT, expected.enhancements, new),
        "session_prompt_count": _count(connection, WORK_ITEM, expected.prompts, new),
        "vendor_metadata": (facts, kept),
    }
    items = _count(connection, WORK_ITEM, expected.work_items, new)
    if items[0] != items[1]:
        counted["work_item_count"] = items
    return {
        name: {"source": source, "stored": stored, "match": source == stored}
        for name, (source, stored) in counted.items()
    }


def _count(
    connection: sqlite3.Connection, entity: Entity, facts: Facts, compared: set[str]
) -> tuple[int, int]:
    stored = 0
    for row_id, told in facts.items():
        row = _stored(connection, entity, row_id)
        if row is not None:
            stored += row_id not in compared or all(
                _same(row.get(name), value) for name, value in told.items()
            )
    return len(facts), stored


def _metadata(connection: sqlite3.Connection, facts: Facts, new: set[str]) -> tuple[int, int]:
    told_count = kept = 0
    for row_id, told in facts.items():
        row = _stored(connection, VENDOR, row_id) or {}
        told_count += len(told)
        kept += sum(
            row_id not in new or _same(row.get(name), value) for name, value in told.items()
        )
    return told_count, kept


def _stored(connection: sqlite3.Connection, entity: Entity, row_id: str) -> Row | None:
    row = fetch(connection, entity, row_id)
    if row is None and entity is WORK_ITEM:
        row = fetch(connection, entity, row_id, table=ARCHIVE)
    return None if row is None else flattened(row)


def _same(stored: Value, told: Value) -> bool:
    return to_json(stored) == to_json(told)
