"""The real hub on a real PostgreSQL, each call done at once, like the model's."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from io import BytesIO
from typing import Any, TypeVar

import asyncpg

from localstore.entities import ENTITIES
from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.ids import name_key
from localstore.values import Row, text_of
from syncd.hub import Asking, UnknownProject
from syncd.postgres import PostgresHub
from tests.postgres import Server, fresh_database, running_server
from tests.simulation.model_rules import Held, Tables, empty_tables

T = TypeVar("T")
_TABLES = (
    "projects",
    "replicas",
    "commits",
    *(entity.table for entity in ENTITIES.values()),
    "history",
)
_EVERYTHING = sys.maxsize >> 32


class RealHub:
    """One hub on PostgreSQL, and its owner, who saves it and sets it back."""

    def __init__(
        self, run: asyncio.Runner, hub: PostgresHub, owner: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self._run = run
        self._hub = hub
        self._owner = owner

    def open_project(self, project_id: str) -> None:
        """Make the project known."""
        self._now(self._hub.open_project(project_id, f"project {project_id}"))

    def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        return self._now(self._hub.pull(asking, cursor, limit))

    def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        return self._now(self._hub.push(asking, rows, notify=False))

    def hello(self, asking: Asking) -> None:
        """Note how far a replica has read. Raises: UnknownProject."""
        self._now(self._hub.hello(asking, asking.replica_id))

    def purge(self, project_id: str, *, sparing: bool) -> int:
        """Purge what may go, however new; `sparing` those who said hello. How many rows went."""
        return self._now(self._purged(project_id, "100 years" if sparing else "0"))

    def save(self) -> Callable[[], None]:
        """Remember the whole hub as it is; call what this returns to be so again."""
        saved = self._now(self._copied_out())
        return lambda: self._now(self._copied_in(saved))

    def wipe(self) -> None:
        """Be a hub that is new."""
        self._now(self._emptied())

    def tables(self, project_id: str) -> Tables:
        """All rows of a project."""
        tables = empty_tables()
        for each in self._whole(project_id).rows:
            key = name_key(text_of(each.row, "name")) if each.entity == "vendor" else ""
            tables[each.entity][text_of(each.row, "id")] = Held(each.row, 0, key)
        return tables

    def entries(self, project_id: str) -> list[Row]:
        """All history of a project, in its order."""
        return [*self._whole(project_id).entries]

    def _whole(self, project_id: str) -> HubPage:
        try:
            return self.pull(Asking(project_id, project_id, None), 0, _EVERYTHING)
        except UnknownProject:
            return HubPage((), (), 0, 0, None, 0)

    def _now(self, call: Coroutine[Any, Any, T]) -> T:
        return self._run.run(call)

    async def _purged(self, project_id: str, live: str) -> int:
        purged = (
            "SELECT tidelog.purge(id, '0', $2::text::interval) FROM tidelog.projects WHERE id = $1"
        )
        return int(await self._owner.fetchval(purged, project_id, live) or 0)

    async def _copied_out(self) -> dict[str, bytes]:
        saved = {}
        for table in _TABLES:
            copy = BytesIO()
            await self._owner.copy_from_table(table, schema_name="tidelog", output=copy)
            saved[table] = copy.getvalue()
        return saved

    async def _copied_in(self, saved: dict[str, bytes]) -> None:
        await self._emptied()
        for table, copy in saved.items():
            await self._owner.copy_to_table(table, schema_name="tidelog", source=BytesIO(copy))

    async def _emptied(self) -> None:
        await self._owner.execute(";".join(f"DELETE FROM tidelog.{table}" for table in _TABLES))


@contextmanager
def postgres_hub() -> Iterator[RealHub]:
    """A hub on a server of its own."""
    with running_server() as server, asyncio.Runner() as run:
        rest = AsyncExitStack()
        try:
            yield run.run(_opened(server, run, rest))
        finally:
            run.run(rest.aclose())


async def _opened(server: Server, run: asyncio.Runner, rest: AsyncExitStack) -> RealHub:
    dsn = await rest.enter_async_context(fresh_database(server))
    hub = await rest.enter_async_context(await PostgresHub.connect(dsn))
    owner = await asyncpg.connect(dsn, ssl=False)
    rest.push_async_callback(owner.close)
    return RealHub(run, hub, owner)
