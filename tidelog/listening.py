"""Listening for HTTP: the socket, and how the server is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from localstore.errors import Unavailable
from tidelog.arguments import Address

_PATIENCE_SECONDS = 5
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Listener(uvicorn.Server):
    """An HTTP server that SIGINT and SIGTERM stop: it ends what it is answering, then returns.

    uvicorn's own way raises the signal a second time when all is done, and a server that stopped as
    it was told would end with a traceback or a failure.
    """

    def __init__(self, app: Starlette, end_streams: Callable[[], Awaitable[None]]) -> None:
        """Serve `app`; `end_streams` ends the answers that would otherwise stay open for ever."""
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=_PATIENCE_SECONDS,
            )
        )
        self._end_streams = end_streams
        for each in _STOP_SIGNALS:
            # uvicorn's own handler, for the library that streams events hooks into that one.
            asyncio.get_running_loop().add_signal_handler(each, self.handle_exit, each, None)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are: the loop has them."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is open, wait a little for what is being answered, and stop."""
        await self._end_streams()
        await super().shutdown(sockets)


def listen(address: Address) -> socket.socket:
    """A socket that listens at `address`.

    Raises:
        Unavailable: the address is taken, not ours, or not allowed.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listener = socket.create_server((address.host, address.port), family=family, backlog=128)
    except OSError as failure:
        raise Unavailable(
            f"cannot listen on {address.for_url}:{address.port}: {failure.strerror or failure}",
            hint="choose another port, or port 0 for any free one",
        ) from None
    # Accepted connections inherit it. asyncio sets it only on sockets that name their protocol, and
    # without it each answer waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
