"""What a board shows: columns of work items, and everything around them, all of one moment."""

import sqlite3
from collections.abc import Sequence

from localstore.fields import ItemStatus
from localstore.models import Page, WorkItemFilter
from localstore.rows import conflicts, deployments, enhancements, history, vendors
from localstore.rows.listing import list_items
from localstore.rows.partial import Part, readable
from localstore.rows.report_work import blockers
from localstore.rows.status import heading, health
from localstore.rows.tree import rows_anywhere
from localstore.rows.views import summary
from localstore.values import Row, Value, mapping_of, rows_of, text_of

COLUMNS: tuple[ItemStatus, ...] = ("planned", "active", "blocked", "completed")
VENDORS_SHOWN = 200
BESIDE_SHOWN = 10
"""How many deployments, enhancements, conflicts and changes stand beside the columns."""

_STARTABLE = ("planned", "active")


def board(
    connection: sqlite3.Connection,
    filters: WorkItemFilter,
    now: str,
    replica_id: str,
    *,
    shown: int,
) -> Row:
    """The columns of the work items that pass the filters, at most `shown` cards in each, and the
    vendors, deployments, enhancements, open conflicts and latest changes of the whole project.

    `filters.status` is not asked: each column has its own. A part that a damaged file cannot give
    is `{"unavailable": why}`, and `warning` names it.

    Raises:
        InvalidArguments: a query without a word.
    """
    few = Page(limit=BESIDE_SHOWN)
    startable = filters.model_copy(update={"ready": True, "status": None})
    columns: dict[str, Part] = {
        "columns": lambda: [
            {"status": status} | column(connection, filters, status, Page(limit=shown))
            for status in COLUMNS
        ],
        "ready": lambda: list_items(connection, startable, Page(limit=1))["total"],
    }
    around: dict[str, Part] = {
        "health": lambda: health(connection),
        "vendors": lambda: vendors.list_vendors(connection, None, Page(limit=VENDORS_SHOWN)),
        "broken_vendors": lambda: vendors.count_broken(connection),
        "deployments": lambda: deployments.list_deployments(connection, None, few, lenient=True),
        "enhancements": lambda: enhancements.list_enhancements(connection, None, None, few),
        "conflicts": lambda: conflicts.list_conflicts(connection, "open", few),
        "changes": lambda: history.list_history(connection, None, few),
    }
    return heading(connection, now, replica_id) | readable(columns | around)


def column(
    connection: sqlite3.Connection, filters: WorkItemFilter, status: ItemStatus, page: Page
) -> Row:
    """One page of cards of one status: what is planned by priority, then age; the rest by its last
    change, newest first.

    Raises:
        InvalidArguments: a query without a word, or a cursor of another list.
    """
    order = "priority" if status == "planned" else "updated"
    asked = filters.model_copy(update={"status": [status], "ready": False, "sort": order})
    whole = page.model_copy(update={"detail": "full"})
    found = list_items(connection, asked, whole)
    return found | {"items": _cards(connection, rows_of(found, "items"))}


def _cards(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Value]:
    """Items in short, with what holds them back, and where they hang."""
    held = blockers(connection, [text_of(row, "id") for row in rows])
    above = sorted({text_of(row, "parent_id") for row in rows} - {""})
    parents = rows_anywhere(connection, above, ["ref", "title"]) if above else {}
    return [_card(row, held, parents) for row in rows]


def _card(row: Row, held: dict[str, Row], parents: dict[str, Row]) -> Row:
    row_id = text_of(row, "id")
    parent = parents.get(text_of(row, "parent_id"), {})
    card = summary(row, parent.get("ref")) | {"id": row_id}
    if text_of(parent, "title"):
        card["parent_title"] = parent["title"]
    if row_id in held:
        card["blocked_by"] = held[row_id]
    elif row.get("status") in _STARTABLE:
        card["ready"] = True
    reason = text_of(mapping_of(row, "metadata"), "blocked_reason")
    if reason and row.get("status") == "blocked":
        card["blocked_reason"] = reason
    return card
