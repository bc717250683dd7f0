"""Taking over rows that were planned from older files, with checks that they arrived."""

import sqlite3
from collections.abc import Sequence

from localstore.differences import changes_between
from localstore.entities import CONFIGURATION, ENHANCEMENT, VENDOR, WORK_ITEM, Entity
from localstore.ids import name_key
from localstore.planned import ImportPlan, Known, PlannedRow, Planner
from localstore.rows import configuration
from localstore.rows.lookup import ARCHIVE, fetch
from localstore.rows.reconciling import reconcile
from localstore.values import (
    Row,
    Value,
    from_json,
    mapping_of,
    number_of,
    text_of,
    texts_of,
    to_json,
)
from localstore.writing import Stamp, insert, update


def import_rows(connection: sqlite3.Connection, planner: Planner, stamp: Stamp) -> Row:
    """Write what is not there yet, keep the layout, and compare the store with the source.

    Returns the reconciliation; `ok` false means that the caller must roll back.
    """
    plan = planner(_known(connection, stamp))
    new: set[str] = set()
    noted = 0
    for planned in plan.rows:
        if _present(connection, planned) is None:
            new.add(text_of(planned.fields, "id"))
            _insert(connection, planned, stamp)
        else:
            noted += _note_difference(connection, planned, plan, stamp)
    laid_out = _keep_layout(connection, plan.layout, stamp)
    reconciliation = reconcile(connection, plan.expected, new)
    told: list[Value] = [*plan.skipped]
    flagged: list[Value] = [*plan.flagged]
    return {
        "ok": all(mapping_of(reconciliation, name)["match"] is True for name in reconciliation),
        "reconciliation": reconciliation,
        "lines": plan.lines,
        "skipped": told,
        "flagged": flagged,
        "added": len(new),
        "changed": noted + laid_out,
    }


def _known(connection: sqlite3.Connection, stamp: Stamp) -> Known:
    vendors = connection.execute("SELECT name_key, id FROM vendors ORDER BY id").fetchall()
    items = connection.execute(
        "SELECT title, id FROM work_items WHERE deleted_at IS NULL ORDER BY id"
    ).fetchall()
    titles: dict[str, str] = {}
    twice: set[str] = set()
    for title, row_id in items:
        key = name_key(str(title))
        if key in titles:
            twice.add(key)
        titles[key] = str(row_id)
    return Known(
        {str(key): str(row_id) for key, row_id in vendors},
        {key: row_id for key, row_id in titles.items() if key not in twice},
        stamp.now,
    )


def _present(connection: sqlite3.Connection, planned: PlannedRow) -> str | None:
    """The table that holds a row of that id; None when none does."""
    tables = [planned.entity.table, *([ARCHIVE] if planned.entity is WORK_ITEM else [])]
    for table in tables:
        if fetch(connection, planned.entity, text_of(planned.fields, "id"), table=table):
            return table
    return None


def _insert(connection: sqlite3.Connection, planned: PlannedRow, stamp: Stamp) -> None:
    row = insert(connection, planned.entity, planned.fields, stamp)
    if planned.created_at is not None:
        connection.execute(
            f"UPDATE {planned.entity.table} SET created_at = ? WHERE id = ?",
            (planned.created_at, text_of(row, "id")),
        )


def _note_difference(
    connection: sqlite3.Connection, planned: PlannedRow, plan: ImportPlan, stamp: Stamp
) -> int:
    """Keep the lines of an entry that is in the store already and was not read the same then.

    A deployment is never edited: its id comes from all that is told of it.
    """
    entity, row_id = planned.entity, text_of(planned.fields, "id")
    row = fetch(connection, entity, row_id)
    if not planned.lines or _began_like(connection, planned):
        return 0
    if row is None or entity not in (VENDOR, WORK_ITEM, ENHANCEMENT):
        plan.flagged.append({"reason": f"{planned.lines[0][:80]!r} is archived; left as it is"})
        return 0
    plan.lines["mapped"] = number_of(plan.lines, "mapped") - planned.mapped
    plan.lines["note"] = number_of(plan.lines, "note") + planned.mapped
    fields = _with_lines(entity, row, planned.lines)
    _, changed = update(connection, entity, row, fields, stamp=stamp)
    if changed:
        name = text_of(row, "name") or text_of(row, "title")
        reason = f"{name[:60]}: is in the store already; the lines about it are kept as its note"
        plan.flagged.append({"reason": reason})
    return int(bool(changed))


def _began_like(connection: sqlite3.Connection, planned: PlannedRow) -> bool:
    first = connection.execute(
        "SELECT changes FROM history WHERE entity_id = ? AND version = 1 ORDER BY seq LIMIT 1",
        (text_of(planned.fields, "id"),),
    ).fetchone()
    empty: tuple[Value, ...] = ("", [], {})
    fields: Row = {
        name: None if value in empty else value for name, value in planned.fields.items()
    }
    changes: Row = {
        name: [*pair] for name, pair in changes_between(planned.entity, {}, fields).items()
    }
    return first is not None and to_json(from_json(str(first[0]))) == to_json(changes)


def _with_lines(entity: Entity, row: Row, lines: Sequence[str]) -> Row:
    if entity is ENHANCEMENT:
        text = text_of(row, "description")
        missing = [line for line in lines if line not in text.split("\n")]
        return {"description": "\n".join(filter(None, [text, *missing]))}
    metadata = mapping_of(row, "metadata")
    kept = texts_of(metadata, "legacy_note")
    note: list[Value] = [*kept, *(line for line in lines if line not in kept)]
    return {"metadata": metadata | {"legacy_note": note}}


def _keep_layout(connection: sqlite3.Connection, layout: str, stamp: Stamp) -> int:
    """Put the text by hand into the report's layout; beside text that is there already it goes to
    the end, without its markers, as far as it is not there yet."""
    row = configuration.current(connection)
    before = text_of(row, "report_layout")
    if not before:
        after = layout
    else:
        parts = [part for part in _by_hand(layout) if part.strip() and part.strip() not in before]
        joint = "" if before.endswith("\n") or not parts else "\n"
        after = before + joint + "".join(parts)
    return len(update(connection, CONFIGURATION, row, {"report_layout": after}, stamp=stamp)[1])


def _by_hand(layout: str) -> list[str]:
    parts = [""]
    for line in layout.splitlines(keepends=True):
        if line.startswith("<!-- tidelog:") and not line.startswith("<!-- tidelog:~"):
            parts.append("")
        else:
            parts[-1] += line
    return parts
