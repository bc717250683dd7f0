"""Serving over streamable HTTP: who may speak to it, and messages it can always answer."""

import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TypeAlias

from fastmcp.server.auth import AccessToken, TokenVerifier
from fastmcp.server.http import create_streamable_http_app
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localstore.errors import InvalidArguments
from mcp_server.server import TidelogServer
from mcp_server.wire import mended

Headers: TypeAlias = list[tuple[bytes, bytes]]

PATH = "/mcp"
MAX_BODY_BYTES = 32 * 1024 * 1024
"""How much of a request is read to answer it by name; beyond it HTTP says 413."""


def build_http_app(
    server: TidelogServer,
    *,
    host: str,
    token: str | None = None,
    allowed_hosts: Sequence[str] = (),
) -> Starlette:
    """The ASGI application that serves `server` at /mcp, answering in JSON.

    Requests whose Host is not this machine's loopback, `host`, the address they came in on, or
    among `allowed_hosts` are refused, as are browser requests from another origin. With a token,
    each request must carry it as a bearer token.

    Raises:
        InvalidArguments: the token is empty, or there is none and `host` is not loopback.
    """
    if token is not None and not token.strip():
        raise InvalidArguments("token", "must not be empty")
    if token is None and not is_loopback(host):
        raise InvalidArguments(
            "token",
            f"is required to listen on {host}, where other machines can reach it",
            hint="set a token, or listen on 127.0.0.1",
        )
    return create_streamable_http_app(
        server,
        PATH,
        auth=SharedToken(token) if token is not None else None,
        json_response=True,
        middleware=[Middleware(MendedBodies, signed_in_only=token is not None)],
        host_origin_protection=True,
        allowed_hosts=[host, *allowed_hosts],
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class SharedToken(TokenVerifier):
    """One token that everybody who may come in knows, compared in constant time."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who holds the token, or None when it is not the one."""
        if not hmac.compare_digest(token.encode(errors="replace"), self._token):
            return None
        return AccessToken(token=token, client_id="tidelog", scopes=[])


class MendedBodies:
    """Middleware that makes a body readable whose sender would otherwise learn only "400"."""

    def __init__(self, app: ASGIApp, signed_in_only: bool) -> None:
        self._app = app
        self._signed_in_only = signed_in_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body mended."""
        if scope["type"] != "http" or scope["method"] != "POST" or not self._may_speak(scope):
            await self._app(scope, receive, send)
            return
        body, complete = await _body(receive)
        if complete:
            body = mended(body)
            scope = {**scope, "headers": _with_length(scope["headers"], len(body))}
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": not complete}]

        async def replay() -> Message:
            return pending.pop() if pending else await receive()

        await self._app(scope, replay, send)

    def _may_speak(self, scope: Scope) -> bool:
        return not self._signed_in_only or scope["user"].is_authenticated


async def _body(receive: Receive) -> tuple[bytes, bool]:
    """What the client sent, and whether that is all: not if it is too long, or the client left."""
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body), message["type"] == "http.request"
    return bytes(body), False


def _with_length(headers: Headers, length: int) -> Headers:
    """The headers with the length the body has now, where they told one."""
    told = str(length).encode()
    return [(name, told if name == b"content-length" else value) for name, value in headers]
