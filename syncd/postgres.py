"""A hub on PostgreSQL: the functions of its schema, as the replica's side calls them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.ids import name_key
from syncd.dsn import Tls, redacted
from syncd.hub import PROTOCOL, Asking, BatchRefused, HubUnreachable, UnknownProject
from syncd.postgres_connection import PostgresConnection
from syncd.postgres_errors import FAILURES
from syncd.schema import install
from syncd.wire import batch_columns, page, receipt

__all__ = ["PostgresHub", "prepare", "redacted"]

CHANNEL = "tidelog"
"""Where the hub says `project_id:head` after a push."""

PROBE_SECONDS = 1.0
"""A notification that takes longer than this does not come at all."""


class PostgresHub:
    """One hub. One statement a call, so each is one transaction there; calls wait for each other.

    After HubUnreachable the next call connects anew, to whichever host then takes writes.
    """

    notifications = True
    """Whether `listen` hears anything: false behind a pooler that hands connections around."""

    def __init__(self, dsn: str, *, timeout_seconds: float = 30.0, tls: Tls = "verify") -> None:
        """Name a hub, without connecting yet.

        Raises:
            InvalidArguments: the DSN is none, or asks for less safety than `tls` says in words.
        """
        self._dsn, self._timeout_seconds, self._tls = dsn, timeout_seconds, tls
        self._connection = self._new_connection()

    @classmethod
    async def connect(cls, dsn: str, *, timeout_seconds: float = 30.0, tls: Tls = "verify") -> Self:
        """A hub that answers now.

        Raises:
            HubUnreachable, NotGranted: it does not, or does not let us in.
            InvalidArguments: as for the class.
        """
        hub = cls(dsn, timeout_seconds=timeout_seconds, tls=tls)
        await hub._connection.connect()
        return hub

    async def __aenter__(self) -> Self:
        """Use it for a while."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave it."""
        await self.close()

    @property
    def place(self) -> str:
        """Its hosts and database, for people."""
        return self._connection.address.place

    async def close(self) -> None:
        """End what is connected."""
        await self._connection.close()

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """One page of what changed after `cursor`, as `Hub.pull` says."""
        answer = await self._one(
            "SELECT * FROM tidelog.pull($1, $2, $3, $4, $5, $6)",
            asking.project_id,
            *(asking.seen or (None, None)),
            cursor,
            limit,
        )
        return page(answer)

    async def push(self, asking: Asking, rows: Sequence[PushedRow], notify: bool = True) -> Receipt:
        """Offer rows, as `Hub.push` says; with `notify`, whoever listens is told when some were
        accepted. A notification makes all pushes to a hub wait for each other's commit, so of many
        batches only the last should."""
        try:
            columns = batch_columns(rows)
        except ValueError as failure:
            raise BatchRefused(f"a row cannot be sent: {failure}") from None
        answer = await self._one(_PUSH, *_asking(asking), *columns, notify)
        return receipt(answer)

    async def open_project(self, project_id: str | None, name: str) -> str:
        """The id of the project with that id, else of that name in whatever spelling, else of a new
        one.

        Raises:
            NotGranted: there is one and it is not for us, or we may not open new ones.
        """
        answer = await self._one(
            "SELECT tidelog.open_project($1, $2, $3, $4) AS id", project_id, name, name_key(name)
        )
        return str(answer["id"])

    async def hello(self, asking: Asking, name: str) -> None:
        """Say which replica this is, how far it has read, and what its machine is called."""
        told = asking.project_id, asking.replica_id, name, asking.has_read
        await self._one("SELECT tidelog.hello($1, $2, $3, $4, $5)", *told)

    async def replica_names(self, project_id: str) -> dict[str, str]:
        """What the machines of a project's replicas are called, by replica id."""
        rows = await self._connection.ask(
            "SELECT * FROM tidelog.replica_names($1, $2)", PROTOCOL, project_id
        )
        return {str(row["replica_id"]): str(row["name"]) for row in rows}

    async def status(self, project_id: str) -> dict[str, str | int]:
        """What a project holds: `name`, `head`, and how many `rows`, `entries` and `replicas`."""
        answer = await self._one("SELECT * FROM tidelog.status($1, $2)", project_id)
        counts = {name: int(str(answer[name])) for name in ("head", "rows", "entries", "replicas")}
        return {"name": str(answer["name"]), **counts}

    async def grant_project(self, name: str, role: str, *, reading: bool = False) -> None:
        """Let a role use a project; with `reading`, also read its rows with a SQL client.

        Raises:
            UnknownProject: there is none of that name. NotGranted: we are not the hub's owner.
        """
        found = await self._connection.ask(
            "SELECT tidelog.grant_project(id, $2, $3) FROM tidelog.projects WHERE name_key = $1",
            name_key(name),
            role,
            reading,
        )
        if not found:
            raise UnknownProject(f"the hub {self.place} has no project {name!r}")

    async def grant_create(self, role: str) -> None:
        """Let a role open new projects.

        Raises:
            NotGranted: we are not the hub's owner.
        """
        await self._connection.ask("SELECT tidelog.grant_create($1)", role)

    async def listen(self, project_id: str, on_change: Callable[[int], None]) -> None:
        """Call `on_change` with 0 when listening has begun, then with each new head of the project,
        until cancelled or until the connection ends; on a connection of its own.

        First it sends itself a notification over the other connection. When that does not come,
        `notifications` turns false and `on_change` is only called with 0: the caller has to poll.

        Raises:
            HubUnreachable: the connection could not be made, or ended.
        """
        ears = self._new_connection()
        try:
            await self._listen(ears, project_id, on_change)
        except FAILURES as failure:
            raise ears.translated(failure) from None
        finally:
            await ears.close()

    async def _listen(
        self, ears: PostgresConnection, project_id: str, on_change: Callable[[int], None]
    ) -> None:
        connection = await ears.connect()
        ended, probed = asyncio.Event(), asyncio.Event()
        probe = f"{CHANNEL}_probe_{connection.get_server_pid()}"

        def heard(_connection: object, _pid: int, channel: str, said: object) -> None:
            project, _, head = str(said).partition(":")
            if channel == probe:
                probed.set()
            elif project == project_id and head.isdecimal():
                on_change(int(head))

        connection.add_termination_listener(lambda _connection: ended.set())
        await connection.add_listener(CHANNEL, heard)
        await connection.add_listener(probe, heard)
        # Over the other connection: a pooler lets one hear itself while its statement runs.
        await self._connection.ask("SELECT pg_notify($1, '')", probe)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await probed.wait()
        except TimeoutError:
            self.notifications = False
            self._connection.forget_statements()
        else:
            self.notifications = True
            await connection.remove_listener(probe, heard)
        on_change(0)
        await ended.wait()
        raise HubUnreachable(f"the hub {self.place} ended the connection that was listened to")

    async def _one(self, query: str, *values: object) -> Mapping[str, object]:
        rows = await self._connection.ask(query, PROTOCOL, *values)
        return rows[0]

    def _new_connection(self) -> PostgresConnection:
        return PostgresConnection(self._dsn, timeout_seconds=self._timeout_seconds, tls=self._tls)


async def prepare(dsn: str, *, timeout_seconds: float = 30.0, tls: Tls = "verify") -> list[str]:
    """Install the hub's schema, or bring it up to date; return the files that were applied.

    Raises:
        HubTooOld: nothing was written. HubUnreachable, NotGranted, InvalidArguments: nor then.
    """
    link = PostgresConnection(dsn, timeout_seconds=timeout_seconds, tls=tls)
    try:
        return await install(await link.connect())
    except FAILURES as failure:
        raise link.translated(failure) from None
    finally:
        await link.close()


def _asking(asking: Asking) -> tuple[object, ...]:
    return asking.project_id, asking.replica_id, *(asking.seen or (None, None)), asking.has_read


_PUSH = f"SELECT * FROM tidelog.push({', '.join(f'${n}' for n in range(1, 26))})"
