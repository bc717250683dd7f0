"""Serving one client over standard input and output."""

import contextvars
from types import TracebackType
from typing import Protocol, Self

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from mcp_types.jsonrpc import jsonrpc_message_adapter
from pydantic import ValidationError

from mcp_server.logs import log_to_stderr
from mcp_server.server import TidelogServer
from mcp_server.wire import mended


class Incoming(Protocol):
    """The messages of a transport, and instead of those it could not read, the errors."""

    last_context: contextvars.Context | None

    async def receive(self) -> SessionMessage | Exception:
        """The next one; raises `anyio.EndOfStream` after the last."""
        ...

    async def aclose(self) -> None:
        """Stop reading."""
        ...


class Outgoing(Protocol):
    """Where messages to the client go."""

    async def send(self, item: SessionMessage, /) -> None:
        """Send one."""
        ...


async def serve_stdio(server: TidelogServer) -> None:
    """Serve until standard input ends. Standard output carries the protocol and nothing else.

    While it serves, file descriptor 0 reads from the null device and 1 writes to standard error,
    so that neither a child process nor a stray print meets the protocol.
    """
    log_to_stderr()
    sdk = server.sdk
    async with stdio_server() as (incoming, outgoing):
        answering = AnsweringStream(incoming, outgoing)
        await sdk.run(answering, outgoing, sdk.create_initialization_options())


class AnsweringStream:
    """Incoming messages, where none that could not be read goes without an answer."""

    def __init__(self, incoming: Incoming, outgoing: Outgoing) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    @property
    def last_context(self) -> contextvars.Context | None:
        """The sender's context of the last message."""
        return self._incoming.last_context

    async def receive(self) -> SessionMessage | Exception:
        """The next message that can be read, mended where it has to be."""
        while True:
            item = await self._incoming.receive()
            if isinstance(item, SessionMessage):
                return item
            line = _unread_line(item)
            try:
                message = jsonrpc_message_adapter.validate_json(mended(line), by_name=False)
            except ValidationError as failure:
                if line.strip():
                    await self._outgoing.send(SessionMessage(_rejection(failure)))
            else:
                return SessionMessage(message)

    async def aclose(self) -> None:
        """Stop reading."""
        await self._incoming.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def _unread_line(error: Exception) -> bytes:
    """The line a reading error is about, if it is no JSON: pydantic keeps it with its finding."""
    if isinstance(error, ValidationError):
        finding = error.errors(include_url=False)[0]
        if finding["type"] == "json_invalid":
            return str(finding["input"]).encode()
    return b"{}"


def _rejection(failure: ValidationError) -> JSONRPCError:
    unreadable = failure.errors(include_url=False)[0]["type"] == "json_invalid"
    error = (
        ErrorData(code=PARSE_ERROR, message="Parse error: that line is no JSON")
        if unreadable
        else ErrorData(code=INVALID_REQUEST, message="That is no JSON-RPC message")
    )
    return JSONRPCError(jsonrpc="2.0", id=None, error=error)
