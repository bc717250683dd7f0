"""Filling a store for a benchmark: the store's own row functions, in one transaction."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks import content
from localstore.connection import connect
from localstore.entities import DEPENDENCY, DEPLOYMENT, ENHANCEMENT, VENDOR, WORK_ITEM, Entity
from localstore.ids import IdSource, name_key, named_id
from localstore.rows.edges import canonical, edge_id
from localstore.store import Store
from localstore.values import Row, Value, format_moment, number_of, text_of
from localstore.writing import Stamp, insert, update

_SPAN = timedelta(days=300)
_REPLICA = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What a workload aims at in a filled store: vendors by name, items by id."""

    path: Path
    items: int
    vendors: list[str]
    roots: list[str]
    """Projects with all five levels below."""
    leaves: list[str]
    """Items five levels below a root."""
    tasks: dict[str, int]
    """Items three levels below a root, with their versions."""
    recent: str
    """The moment before the last hundred changes."""


class _Loader:
    """Writes rows through the store's own functions, each a moment after the one before."""

    def __init__(
        self, connection: sqlite3.Connection, *, new_id: IdSource, begin: datetime, step: timedelta
    ) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = begin
        self._step = step
        self._dice = content.Dice(6)

    @property
    def now(self) -> str:
        """The moment of the latest row."""
        return format_moment(self._now)

    @property
    def recent(self) -> str:
        """The moment a hundred changes ago."""
        return format_moment(self._now - 100 * self._step)

    def _stamp(self) -> Stamp:
        self._now += self._step
        who = self._dice.choice(content.WORDS["people"])
        return Stamp(who, self.now, _REPLICA, self._new_id)

    def add(self, entity: Entity, fields: Row) -> Row:
        """Write a new row; it gets a new id unless it brings one."""
        named: Row = {"id": self._new_id()}
        return insert(self._connection, entity, named | fields, self._stamp())

    def finish(self, row: Row, status: Value) -> Row:
        """Give a row its last status, in a change of its own."""
        changed, _ = update(
            self._connection, WORK_ITEM, row, {"status": status}, stamp=self._stamp()
        )
        return changed


async def fill(
    path: Path, items: int, *, new_id: IdSource, clock: Callable[[], datetime]
) -> Landmarks:
    """Make a store of `items` work items at `path`, and let it check itself.

    The rows are spread over the 300 days up to now. Every item, edge, vendor and event has its
    history entry; what is closed was open first.

    Raises:
        AssertionError: one of the store's own checks fails.
    """
    async with await Store.open(path, clock=clock, new_id=new_id):
        pass
    connection = connect(path, busy_timeout_seconds=30, durable=False)
    try:
        connection.execute("BEGIN IMMEDIATE")
        step = _SPAN / (2 * items + 200)
        loader = _Loader(connection, new_id=new_id, begin=clock() - _SPAN, step=step)
        vendors = _vendors(loader)
        rows, depths = _items(loader, items)
        _edges(loader, rows)
        _events(loader, vendors, rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    async with await Store.open(path, clock=clock, new_id=new_id) as store:
        wrong = [check for check in await store.check() if not check["ok"]]
        assert not wrong, wrong
    return Landmarks(
        path,
        items,
        content.vendor_names(),
        roots=[text_of(row, "id") for row in _at(0, rows, depths)],
        leaves=[text_of(row, "id") for row in _at(5, rows, depths)],
        tasks={text_of(row, "id"): number_of(row, "version") for row in _at(3, rows, depths)},
        recent=loader.recent,
    )


def _vendors(loader: _Loader) -> list[Row]:
    return [
        loader.add(VENDOR, content.vendor(name) | {"id": named_id("vendor", name_key(name))})
        for name in content.vendor_names()
    ]


def _items(loader: _Loader, count: int) -> tuple[list[Row], list[int]]:
    rows: list[Row] = []
    depths: list[int] = []
    for draft in content.items(count):
        status = draft.fields["status"]
        closed = status in ("completed", "cancelled")
        fields = draft.fields | {
            "parent_id": None if draft.parent is None else rows[draft.parent]["id"],
            "status": "active" if closed else status,
        }
        row = loader.add(WORK_ITEM, fields)
        rows.append(loader.finish(row, status) if closed else row)
        depths.append(draft.depth)
    return rows, depths


def _edges(loader: _Loader, rows: list[Row]) -> None:
    for edge in content.edges(len(rows)):
        source, target = (text_of(rows[place], "id") for place in (edge.source, edge.target))
        source, target, kind = drawn = canonical(source, target, edge.kind)
        fields: Row = {"source_id": source, "target_id": target, "dependency_type": kind}
        loader.add(DEPENDENCY, fields | {"id": edge_id(drawn)})


def _events(loader: _Loader, vendors: list[Row], rows: list[Row]) -> None:
    dice = content.Dice(7)
    for place in range(content.ENHANCEMENTS):
        loader.add(ENHANCEMENT, content.enhancement(place))
    for place in range(content.DEPLOYMENTS):
        links: Row = {
            "deployed_at": loader.now,
            "vendor_ids": [vendor["id"] for vendor in dice.sample(vendors, 2)],
            "work_item_ids": [row["id"] for row in dice.sample(rows, min(3, len(rows)))],
        }
        loader.add(DEPLOYMENT, content.deployment(place) | links)


def _at(depth: int, rows: list[Row], depths: list[int]) -> list[Row]:
    """The rows of one depth in the projects that are whole."""
    whole = len(rows) - len(rows) % content.PROJECT_ITEMS or len(rows)
    return [row for row, at in zip(rows[:whole], depths, strict=False) if at == depth]
