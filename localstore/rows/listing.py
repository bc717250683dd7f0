"""Lists of work items: filters, orders and pages, over the active table or the archive."""

import re
import sqlite3
import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

from localstore.entities import WORK_ITEM
from localstore.errors import InvalidArguments, NotFound
from localstore.models import Page, WorkItemFilter
from localstore.paging import listing, read_cursor, write_cursor
from localstore.rows.lookup import ARCHIVE, locate
from localstore.rows.tree import ancestor_ids, descendants
from localstore.rows.views import SUMMARY, full, known_refs, summary
from localstore.values import Row, Value, text_of
from localstore.writing import columns_of

Bound: TypeAlias = "str | int | float | None"

_ORDERS = {
    "updated": ("updated_at", "DESC"),
    "created": ("created_at", "DESC"),
    "priority": ("priority, w.created_at", "ASC"),
}


@dataclass(slots=True)
class _Question:
    """The parts of a SELECT as they are put together."""

    source: str
    where: list[str] = field(default_factory=list)
    bound: list[Bound] = field(default_factory=list)

    def add(self, condition: str, *values: Bound) -> None:
        self.where.append(condition)
        self.bound.extend(values)

    @property
    def conditions(self) -> str:
        return " AND ".join(self.where) or "TRUE"


def list_items(
    connection: sqlite3.Connection, filters: WorkItemFilter, page: Page, *, archived: bool = False
) -> Row:
    """One page of work items.

    Ordered by last change, newest first, unless `filters` says otherwise; full text by rank; ready
    work by priority, then age. Pages go on by key, so that a row is lost or shown twice only when
    it changes itself in between; ranked pages go on by position.

    Raises:
        InvalidArguments: a cursor of another list, or a query without a word.
        NotFound: no such parent.
    """
    if archived and filters.ready:
        raise InvalidArguments("ready", "cannot be asked of the archive: all in it is closed")
    table = ARCHIVE if archived else WORK_ITEM.table
    # Without statistics SQLite would take an index that finds many rows and sort them all.
    ordered = " INDEXED BY work_items_ready" if filters.ready else ""
    question = _Question(f"{table} w{ordered}")
    _add_filters(connection, question, filters, table)
    told: Row = filters.model_dump(exclude_none=True) | {"table": table}
    if filters.query is not None:
        rows, next_position = _ranked(
            connection, question, page, query=filters.query, told=told, table=table
        )
    else:
        rows, next_position = _ordered(connection, question, filters, page, told=told)
    total = _total(connection, question, filters, archived)
    cursor = None if next_position is None else write_cursor(told, next_position)
    return listing(_shown(connection, rows, page), total, cursor)


def match_expression(query: str) -> str:
    """A safe FTS5 expression for what a person typed: every word, the last one also as a beginning.

    Raises:
        InvalidArguments: there is no word in it.
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", query))
    if not words:
        raise InvalidArguments("query", "must hold at least one word", example="date parser")
    return " ".join(f'"{word}"' for word in words) + "*"


def _add_filters(
    connection: sqlite3.Connection, question: _Question, filters: WorkItemFilter, table: str
) -> None:
    if table == WORK_ITEM.table and (filters.ready or not filters.deleted):
        question.add("w.deleted_at IS NULL")
    for name in ("item_type", "status", "priority"):
        values = getattr(filters, name)
        if values:
            question.add(f"w.{name} IN ({', '.join('?' * len(values))})", *values)
    if filters.assignee == "none":
        question.add("w.assignee IS NULL")
    elif filters.assignee is not None:
        question.add("w.assignee = ?", filters.assignee)
    for label in filters.labels or ():
        question.add("EXISTS (SELECT 1 FROM json_each(w.labels) WHERE value = ?)", label)
    if filters.parent_id is not None:
        question.add("w.parent_id = ?", _known(connection, filters.parent_id, "parent_id"))
    if filters.under is not None:
        below, bound = descendants(table, _known(connection, filters.under, "under"))
        question.add(f"w.id IN ({below})", *bound)
    if filters.ready:
        question.add("w.waits_on = 0 AND w.status IN ('planned', 'active')")


def _known(connection: sqlite3.Connection, key: str, name: str) -> str:
    found = locate(connection, WORK_ITEM, key, field=name)
    if found is None:
        raise NotFound("work_item", key, hint=f"{name} takes an id or a ref")
    return found.row_id


def _ordered(
    connection: sqlite3.Connection,
    question: _Question,
    filters: WorkItemFilter,
    page: Page,
    *,
    told: Row,
) -> tuple[list[Row], list[Value] | None]:
    order, way = _ORDERS["priority" if filters.ready else filters.sort]
    keys = f"w.{order}, w.id"
    paged = _Question(question.source, list(question.where), list(question.bound))
    if page.cursor is not None:
        position = read_cursor(told, page.cursor)
        marks = ", ".join("?" * len(position))
        if len(position) != keys.count(",") + 1:
            raise InvalidArguments("cursor", "must be the next_cursor of an earlier answer")
        paged.add(f"({keys}) {'<' if way == 'DESC' else '>'} ({marks})", *map(str, position))
    backwards = keys.replace(",", f" {way},") + f" {way}"
    rows = _select(connection, paged, page, f"ORDER BY {backwards} LIMIT ?", page.limit + 1)
    if len(rows) <= page.limit:
        return rows, None
    last = rows[page.limit - 1]
    names = [part.strip().removeprefix("w.") for part in keys.split(",")]
    return rows[: page.limit], [last[name] for name in names]


def _ranked(
    connection: sqlite3.Connection,
    question: _Question,
    page: Page,
    *,
    query: str,
    told: Row,
    table: str,
) -> tuple[list[Row], list[Value] | None]:
    position = [0] if page.cursor is None else read_cursor(told, page.cursor)
    offset = position[0] if position and isinstance(position[0], int) else 0
    # CROSS JOIN keeps this order: the words first, then the rows they are in.
    question.source = f"{table}_fts CROSS JOIN {table} w ON w.rowid = {table}_fts.rowid"
    question.add(f"{table}_fts MATCH ?", match_expression(query))
    order = f"ORDER BY bm25({table}_fts, 8.0, 2.0, 1.0), w.id LIMIT ? OFFSET ?"
    rows = _select(connection, question, page, order, page.limit + 1, offset)
    if len(rows) <= page.limit:
        return rows, None
    return rows[: page.limit], [offset + page.limit]


def _select(
    connection: sqlite3.Connection, question: _Question, page: Page, tail: str, *bound: Bound
) -> list[Row]:
    columns = columns_of(WORK_ITEM) if page.detail == "full" else [*SUMMARY, "created_at"]
    found = connection.execute(
        f"SELECT {', '.join('w.' + name for name in columns)} FROM {question.source} "
        f"WHERE {question.conditions} {tail}",
        [*question.bound, *bound],
    )
    return [WORK_ITEM.decode(columns, stored) for stored in found]


def _total(
    connection: sqlite3.Connection, question: _Question, filters: WorkItemFilter, archived: bool
) -> int:
    """How many rows the whole list has; from the kept counts where those can tell."""
    asked = filters.model_dump(exclude_none=True, exclude_defaults=True)
    if archived or asked.keys() - {"item_type", "status", "ready", "sort"}:
        counted = connection.execute(
            f"SELECT count(*) FROM {question.source} WHERE {question.conditions}", question.bound
        )
        return int(counted.fetchone()[0])
    where = _Question("item_counts")
    for name in ("item_type", "status"):
        if values := getattr(filters, name):
            where.add(f"{name} IN ({', '.join('?' * len(values))})", *values)
    if filters.ready:
        where.add("ready = 1 AND status IN ('planned', 'active')")
    counted = connection.execute(
        f"SELECT coalesce(sum(n), 0) FROM item_counts WHERE {where.conditions}", where.bound
    )
    return int(counted.fetchone()[0])


def _shown(connection: sqlite3.Connection, rows: list[Row], page: Page) -> list[Value]:
    if page.detail == "full":
        return [full(row, ancestor_ids(connection, text_of(row, "id"))) for row in rows]
    parents = sorted({text_of(row, "parent_id") for row in rows} - {""})
    refs = known_refs(connection, parents) if parents else {}
    return [summary(row, refs.get(text_of(row, "parent_id"))) for row in rows]
