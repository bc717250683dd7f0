"""What the tests of the store stand on: a ticking clock, counted ids, a store to play with."""

import sqlite3
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from localstore.errors import InvalidArguments, TidelogError
from localstore.ids import uuid7
from localstore.models import (
    BulkCreate,
    BulkDependency,
    BulkOperation,
    BulkUpdate,
    Command,
    Page,
    WorkItemCreate,
    WorkItemFilter,
    WorkItemPatch,
)
from localstore.store import Store, StoreOptions
from localstore.validation import validate
from localstore.values import Row, Value, number_of, rows_of, text_of

Stored: TypeAlias = "str | int | float | None"

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
METADATA: Mapping[str, Row] = {
    "project": {"description": "What it is for"},
    "session": {
        "token_budget": 5_000,
        "prompts_count": 2,
        "yaml_frontmatter": {"schema_version": "1.0"},
    },
    "task": {},
    "research": {},
}
_OPERATIONS: Mapping[str, type[BulkOperation]] = {
    "create": BulkCreate,
    "update": BulkUpdate,
    "dependency": BulkDependency,
}


class TickingClock:
    """Stands a second later each time somebody looks at it."""

    def __init__(self, start: datetime = START) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """The next moment."""
        self.moment += timedelta(seconds=1)
        return self.moment

    def pass_days(self, days: int) -> None:
        """Let some days go by."""
        self.moment += timedelta(days=days)


class CountedIds:
    """UUIDv7s that rise by one millisecond each; their short refs differ."""

    def __init__(self, start: int = 0) -> None:
        self.given = start

    def __call__(self) -> str:
        """The next id."""
        self.given += 1
        # A multiple of 2**50 / phi: neighbours are far apart, so no two begin alike.
        return uuid7(1_700_000_000_000 + self.given, self.given * 0x278DDE6E5FD29 % (1 << 50))


class World:
    """One store with its clock and ids, and short ways to say what a test says often."""

    def __init__(self, store: Store, clock: TickingClock, ids: CountedIds) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.path = store.path

    @classmethod
    async def begin(
        cls, path: Path, *, options: StoreOptions | None = None, first_id: int = 0
    ) -> "World":
        """Open a store at `path`; not durable unless `options` say so: a test loses no power.

        `first_id` keeps two worlds on one file, or a copied file, from giving the same ids.
        """
        clock, ids = TickingClock(), CountedIds(first_id)
        chosen = options or StoreOptions(durable=False)
        return cls(await Store.open(path, clock=clock, new_id=ids, options=chosen), clock, ids)

    async def item(self, title: str = "Fix the parser", /, **fields: Value) -> Row:
        """Create a task, or an item of another `kind`, with metadata as its type needs it.

        Beside its fields it takes `under` (a row), `who` and `client_ref`.
        """
        kind, who = fields.pop("kind", "task"), fields.pop("who", "ada")
        under, client_ref = fields.pop("under", None), fields.pop("client_ref", None)
        values: Row = {"item_type": kind, "title": title, "metadata": METADATA[str(kind)], **fields}
        if isinstance(under, dict):
            values["parent_id"] = under["id"]
        return await self.store.create_work_item(
            validate(WorkItemCreate, values),
            who=str(who),
            client_ref=None if client_ref is None else str(client_ref),
        )

    async def change(self, item: Row, /, **fields: Value) -> Row:
        """Update the item from the version that `item` shows; takes `who` beside the fields."""
        who = str(fields.pop("who", "ada"))
        patch = validate(WorkItemPatch, fields)
        return await self.store.update_work_item(
            key(item), number_of(item, "version"), patch, who=who
        )

    async def move(self, item: Row, under: Row | None) -> Row:
        """Hang the item under another one, or make it a root."""
        if under is None:
            return await self.change(item, clear=["parent_id"])
        return await self.change(item, parent_id=under["id"])

    async def blocks(self, blocker: Row, blocked: Row, *, remove: bool = False) -> Row:
        """Say that one item blocks another, or no longer does."""
        return await self.store.set_dependency(
            key(blocker), key(blocked), "blocks", who="ada", remove=remove
        )

    async def full(self, item: Row) -> Row:
        """The item in its tree, with everything."""
        return await self.store.work_item(key(item), detail="full")

    async def listed(self, page: Page | None = None, /, **filters: Value) -> Row:
        """One page of work items under these filters; with `archived`, of the archive."""
        archived = filters.pop("archived", False)
        chosen = validate(WorkItemFilter, filters)
        ask = self.store.archived_work_items if archived else self.store.list_work_items
        return await ask(chosen, page or Page())

    async def titles(self, /, **filters: Value) -> list[str]:
        """The titles a list shows, in its order."""
        return titles(await self.listed(Page(limit=200), **filters))

    async def bulk(self, *operations: Row) -> Row:
        """Apply operations, each with its `op`."""
        commands = [validate(_OPERATIONS[text_of(each, "op")], each) for each in operations]
        return await self.store.bulk(commands, who="ada")

    async def entries(self, item: Row | None = None) -> list[Row]:
        """The history of one row, or of everything, newest first."""
        told = await self.store.history(None if item is None else key(item), Page(limit=200))
        return rows_of(told, "items")

    async def failed_checks(self) -> list[Row]:
        """The checks of the store that are not well."""
        return [check for check in await self.store.check() if check["ok"] is not True]

    def sql(self, statement: str, *bound: Stored) -> list[tuple[Stored, ...]]:
        """Run one statement on the file behind the store's back."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            return connection.execute(statement, bound).fetchall()

    def sizes(self) -> dict[str, Stored]:
        """How many rows each table has."""
        return table_sizes(self.path)


def table_sizes(path: Path) -> dict[str, Stored]:
    """How many rows each table of a store has."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [str(name) for (name,) in tables]
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names
        }


def key(row: Row) -> str:
    """What a row is called: its id where it has one, else its ref."""
    return text_of(row, "id") or text_of(row, "ref")


def titles(listing: Row) -> list[str]:
    """The titles of a list, in its order."""
    return [text_of(row, "title") for row in rows_of(listing, "items")]


def refs(rows: Sequence[Row]) -> list[str]:
    """The refs of rows, in their order."""
    return [text_of(row, "ref") for row in rows]


async def refused(call: Awaitable[object]) -> TidelogError | None:
    """How a call was refused; None when it was not."""
    try:
        await call
    except TidelogError as refusal:
        return refusal
    return None


def refusal_of(model: type[Command], values: Row) -> InvalidArguments:
    """How a command is refused; the test fails when it is not."""
    try:
        validate(model, values)
    except InvalidArguments as refusal:
        return refusal
    raise AssertionError(f"{model.__name__} took {values!r:.200}")


def shown(error: TidelogError) -> Row:
    """The row of an error, which must be free of nulls."""
    row = error.to_row()
    assert None not in row.values()
    return row
