"""One connection to a hub, made when it is needed and made again after it was lost."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeAlias

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from localstore.errors import TidelogError
from syncd.dsn import Address, Tls, parse_dsn, tls_for
from syncd.hub import HubUnreachable
from syncd.postgres_errors import FAILURES, LOST_STATEMENT, translated

Connected: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_UNSUPPORTED = "unsupported startup parameter"


class PostgresConnection:
    """Asks one question at a time. After HubUnreachable the next question connects anew."""

    def __init__(self, dsn: str, *, timeout_seconds: float, tls: Tls) -> None:
        """Nothing is connected yet; each question may take `timeout_seconds`, connecting too.

        Raises:
            InvalidArguments: the DSN is none, or asks for less safety than `tls` says in words.
        """
        self.address: Address = parse_dsn(dsn)
        self._dsn = dsn
        self._timeout_seconds = timeout_seconds
        self._ssl = tls_for(self.address, tls)
        self._connection: Connected | None = None
        self._turn = asyncio.Lock()
        # What a transaction-mode pooler does not take: settings at the start, prepared statements.
        self._settings = True
        self._prepared = True

    async def ask(self, query: str, *values: object) -> list[Mapping[str, object]]:
        """The rows that one statement returns.

        Raises:
            SyncError: as `translated` words it. HubUnreachable: it may have been done, or not.
        """
        async with self._turn:
            try:
                return await self._ask(query, values)
            except asyncpg.PostgresError as failure:
                if failure.sqlstate not in LOST_STATEMENT:
                    raise self._lost(failure) from None
            except FAILURES as failure:
                raise self._lost(failure) from None
            except BaseException:
                self._drop()
                raise
            # Nothing was done: the statement was not there. Prepare none from here on.
            self.forget_statements()
            try:
                return await self._ask(query, values)
            except FAILURES as failure:
                raise self._lost(failure) from None

    async def connect(self) -> Connected:
        """The connection; a new one when there is none, to the first host that takes writes.

        Raises:
            SyncError: none could be made.
        """
        if self._connection is None or self._connection.is_closed():
            try:
                self._connection = await self._open()
            except FAILURES as failure:
                raise self._lost(failure) from None
        return self._connection

    def forget_statements(self) -> None:
        """Prepare no statements any more, and begin with a new connection."""
        self._prepared = False
        self._drop()

    def translated(self, failure: BaseException) -> TidelogError:
        """What a failure of this connection is called."""
        return translated(failure, self.address)

    async def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*FAILURES):
                await connection.close(timeout=1)

    async def _ask(self, query: str, values: tuple[object, ...]) -> list[Mapping[str, object]]:
        connection = await self.connect()
        rows = await connection.fetch(query, *values, timeout=self._timeout_seconds)
        return [dict(row.items()) for row in rows]

    async def _open(self) -> Connected:
        last: BaseException = OSError("it names no host")
        for place in self.address.hosts:
            try:
                return await self._open_one(*place)
            except asyncpg.ProtocolViolationError as failure:
                last = failure
                if self._settings and _UNSUPPORTED in str(failure):
                    self._settings = False
                    return await self._open_one(*place)
            except FAILURES as failure:
                last = failure
        raise last

    async def _open_one(self, host: str, port: int) -> Connected:
        options, milliseconds = self.address.options, f"{self._timeout_seconds * 1000:.0f}"
        settings = {"application_name": options.get("application_name", "tidelog")}
        if self._settings:
            settings |= {
                "statement_timeout": options.get("statement_timeout", milliseconds),
                "idle_in_transaction_session_timeout": milliseconds,
                "default_transaction_isolation": "read committed",
            }
        return await asyncpg.connect(
            self._dsn,
            host=host,
            port=port,
            ssl=self._ssl,
            # A host that is silent leaves time for the next.
            timeout=self._timeout_seconds / len(self.address.hosts),
            server_settings=settings,
            statement_cache_size=100 if self._prepared else 0,
            target_session_attrs=SessionAttribute(
                options.get("target_session_attrs", "read-write")
            ),
        )

    def _lost(self, failure: BaseException) -> TidelogError:
        error = self.translated(failure)
        if isinstance(error, HubUnreachable):
            self._drop()
        return error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()
