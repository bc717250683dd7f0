"""Pages of the smaller lists: one order, keyed, newest or first by name."""

import sqlite3
from collections.abc import Sequence
from typing import TypeAlias

from localstore.entities import Entity
from localstore.models import Page
from localstore.paging import listing, read_cursor, write_cursor
from localstore.values import Row, Value
from localstore.writing import columns_of

Bound: TypeAlias = "str | int | float | None"


def page_of(
    connection: sqlite3.Connection,
    entity: Entity,
    page: Page,
    *,
    order: Sequence[str],
    newest_first: bool = False,
    where: str = "TRUE",
    bound: Sequence[Bound] = (),
) -> tuple[list[Row], int, str | None]:
    """One page of an entity's rows: the rows, how many there are in all, and the next cursor.

    `order` names the columns of the order, the last of them unique. `where` is SQL of ours with its
    values in `bound`.

    Raises:
        InvalidArguments: the cursor belongs to another list.
    """
    question: list[Value] = [entity.name, where, *bound]
    counted = connection.execute(f"SELECT count(*) FROM {entity.table} WHERE {where}", bound)
    total = int(counted.fetchone()[0])
    values: list[Bound] = list(bound)
    condition = where
    if page.cursor is not None:
        position = read_cursor(question, page.cursor)[: len(order)]
        condition += f" AND ({', '.join(order)}) {'<' if newest_first else '>'} "
        condition += f"({', '.join('?' * len(order))})"
        values += [_bindable(part) for part in position] + [""] * (len(order) - len(position))
    columns = columns_of(entity) + [name for name in order if name not in columns_of(entity)]
    way = " DESC" if newest_first else ""
    found = connection.execute(
        f"SELECT {', '.join(columns)} FROM {entity.table} WHERE {condition} "
        f"ORDER BY {', '.join(name + way for name in order)} LIMIT ?",
        [*values, page.limit + 1],
    )
    rows = [entity.decode(columns, stored) for stored in found]
    if len(rows) <= page.limit:
        return rows, total, None
    last = rows[page.limit - 1]
    return rows[: page.limit], total, write_cursor(question, [last[name] for name in order])


def listed(page: tuple[list[Row], int, str | None], shown: list[Row]) -> Row:
    """The listing of a page whose rows are shown as `shown`."""
    _, total, cursor = page
    return listing([*shown], total, cursor)


def _bindable(value: Value) -> Bound:
    return value if isinstance(value, str | int | float) else ""
