"""The facts of the report for people, of one moment and bounded whatever the project's size."""

import sqlite3
from collections.abc import Mapping, Sequence

from localstore.entities import DEPLOYMENT, ENHANCEMENT, VENDOR
from localstore.ids import short_ref
from localstore.rows.report_work import LINKS_SHOWN, links, open_work, titled
from localstore.values import Row, Value, mapping_of, number_of, text_of, texts_of, to_json

VENDORS_SHOWN = 500
DEPLOYMENTS_SHOWN = 20
ENHANCEMENTS_SHOWN = 500

_FORMATS = ("excel", "csv", "pdf", "ocr")


def report_facts(connection: sqlite3.Connection) -> Row:
    """What the report says: as_of, layout?, vendors, work_items, deployments, enhancements.

    Each of the last four is {"total", "items"}: at most 500 vendors by name (with "operational"
    beside the total), 1,000 open work items in the order of their tree (the latest changed ones,
    when there are more), the 20 newest deployments, and 500 enhancements that are not completed,
    the most urgent first. Nothing in it depends on when it is asked.
    """
    newest = connection.execute("SELECT max(changed_at) FROM history").fetchone()[0]
    layout = connection.execute("SELECT report_layout FROM configuration LIMIT 1").fetchone()
    facts: Row = {
        "as_of": newest or "",
        "vendors": _vendors(connection),
        "work_items": open_work(connection),
        "deployments": _deployments(connection),
        "enhancements": _enhancements(connection),
    }
    return facts | ({"layout": layout[0]} if layout and layout[0] else {})


def _vendors(connection: sqlite3.Connection) -> Row:
    total, operational = connection.execute(
        "SELECT count(*), coalesce(sum(status = 'operational'), 0) FROM vendors"
    ).fetchone()
    columns = ["name", "status", "extractor_version", "metadata"]
    found = connection.execute(
        f"SELECT {', '.join(columns)} FROM vendors ORDER BY name_key, id LIMIT ?",
        (VENDORS_SHOWN,),
    )
    rows = sorted((VENDOR.decode(columns, stored) for stored in found), key=_name)
    items: list[Value] = [_vendor(row) for row in rows]
    return {"total": total, "operational": operational, "items": items}


def _name(row: Row) -> str:
    return text_of(row, "name")


def _vendor(row: Row) -> Row:
    metadata = mapping_of(row, "metadata")
    support = mapping_of(metadata, "format_support")
    read = [name for name, reads in support.items() if reads is True]
    told: Row = {
        "name": row["name"],
        "status": row["status"],
        "extractor_version": row["extractor_version"],
        "formats": [*sorted(read, key=lambda name: (*_FORMATS, name).index(name))],
        "tests": _counts(mapping_of(metadata, "test_results")),
    }
    return {name: value for name, value in told.items() if value}


def _counts(mapping: Row) -> Row:
    """The whole numbers of a mapping: what was stored long ago may hold anything."""
    return {name: n for name, n in mapping.items() if type(n) is int}


def _deployments(connection: sqlite3.Connection) -> Row:
    (total,) = connection.execute("SELECT count(*) FROM deployments").fetchone()
    columns = ["deployed_at", "commit_hash", "metadata", "vendor_ids", "work_item_ids"]
    found = connection.execute(
        f"SELECT {', '.join(columns)} FROM deployments ORDER BY deployed_at DESC, id DESC LIMIT ?",
        (DEPLOYMENTS_SHOWN,),
    )
    rows = [DEPLOYMENT.decode(columns, stored) for stored in found]
    items = {each for row in rows for each in texts_of(row, "work_item_ids")[:LINKS_SHOWN]}
    known = titled(connection, sorted(items)) if items else {}
    names = _vendor_names(connection, rows)
    return {"total": total, "items": [_deployment(row, names, known) for row in rows]}


def _vendor_names(connection: sqlite3.Connection, rows: Sequence[Row]) -> dict[str, str]:
    vendors = {each for row in rows for each in texts_of(row, "vendor_ids")[:LINKS_SHOWN]}
    found = connection.execute(
        "SELECT id, name FROM vendors WHERE id IN (SELECT value FROM json_each(?))",
        (to_json([*sorted(vendors)]),),
    )
    return {str(row_id): str(name) for row_id, name in found}


def _deployment(row: Row, names: Mapping[str, str], items: Mapping[str, Row]) -> Row:
    metadata = mapping_of(row, "metadata")
    vendors = texts_of(row, "vendor_ids")
    affected: list[Value] = [names[each] for each in vendors[:LINKS_SHOWN] if each in names]
    told: Row = {
        "deployed_at": row["deployed_at"],
        "commit_hash": row["commit_hash"],
        "pr_number": number_of(metadata, "pr_number"),
        "pr_title": text_of(metadata, "pr_title"),
        "tests": _counts(mapping_of(metadata, "test_summary")),
        "vendors": {"total": len(vendors), "items": affected},
        "work_items": links(texts_of(row, "work_item_ids"), items),
    }
    compliant = metadata.get("constitutional_compliance")
    shown: Row = {name: value for name, value in told.items() if value}
    return shown | ({"compliant": compliant} if isinstance(compliant, bool) else {})


def _enhancements(connection: sqlite3.Connection) -> Row:
    future = "FROM enhancements WHERE status <> 'completed'"
    (total,) = connection.execute(f"SELECT count(*) {future}").fetchone()
    columns = ["ref", "title", "priority", "status", "target_quarter"]
    found = connection.execute(
        f"SELECT {', '.join(columns)} {future} ORDER BY priority, created_at, id LIMIT ?",
        (ENHANCEMENTS_SHOWN,),
    )
    items: list[Value] = []
    for stored in found:
        row = ENHANCEMENT.decode(columns, stored)
        row["ref"] = short_ref(text_of(row, "ref"))
        items.append({name: value for name, value in row.items() if value is not None})
    return {"total": total, "items": items}
