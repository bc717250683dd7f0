"""Bare HTTP requests, with whatever headers and body a test wants."""

import asyncio
import json
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import urlsplit

from localstore.values import Row

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@dataclass(frozen=True)
class Response:
    """What the server answered to a bare request."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Row:
        """The body, which must be JSON."""
        row: Row = json.loads(self.body)
        return row


async def post(url: str, body: bytes | Row, **headers: str) -> Response:
    """Post one message."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def exchange() -> Response:
        address = urlsplit(url)
        connection = HTTPConnection(str(address.hostname), address.port, timeout=20)
        with closing(connection):
            connection.request("POST", address.path, content, {**HEADERS, **headers})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())

    return await asyncio.to_thread(exchange)
