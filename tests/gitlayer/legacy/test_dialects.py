"""Each small dialect comes to what stands beside it, read by a person, in a file of expectations.

Rows are told without their ids; `below`, `vendors` and `items` name the rows that they point to.
"""

import json
from pathlib import Path

import pytest

from localstore.planned import ImportPlan, PlannedRow
from localstore.values import Row, Value, mapping_of, text_of, texts_of
from tests.gitlayer.legacy.checking import DIALECTS, planned

_UNTOLD = {"id", "parent_id", "vendor_ids", "work_item_ids"}


def outcome(plan: ImportPlan) -> Row:
    """A plan as it is compared: counts of lines, rows, what is skipped and flagged by line."""
    names = {text_of(row.fields, "id"): _name(row) for row in plan.rows}
    rows: list[Value] = [_told(row, names) for row in plan.rows]
    return {
        "lines": plan.lines,
        "rows": rows,
        "skipped": [each["line"] for each in plan.skipped],
        "flagged": [f"{each['line']}: {each['reason']}" for each in plan.flagged],
    }


def _name(row: PlannedRow) -> str:
    return text_of(row.fields, "name") or text_of(row.fields, "title")


def _told(row: PlannedRow, names: dict[str, str]) -> Row:
    told: Row = {"entity": row.entity.name}
    told |= {
        name: value
        for name, value in row.fields.items()
        if name not in _UNTOLD and value not in (None, "", [], {})
    }
    if "metadata" in told:
        told["metadata"] = {
            key: value
            for key, value in mapping_of(told, "metadata").items()
            if key != "_schema_version"
        }
    told |= {"created_at": row.created_at} if row.created_at else {}
    parent = text_of(row.fields, "parent_id")
    told |= {"below": names[parent]} if parent else {}
    for field, name in (("vendor_ids", "vendors"), ("work_item_ids", "items")):
        pointed = texts_of(row.fields, field)
        told |= {name: [names[each] for each in pointed]} if pointed else {}
    return told


@pytest.mark.parametrize("path", sorted(DIALECTS.glob("*.md")), ids=lambda path: path.stem)
def test_dialect(path: Path) -> None:
    """A dialect comes to its expected rows, notes, skipped and flagged lines."""
    plan = planned(path.read_bytes().decode())[1]
    assert outcome(plan) == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
