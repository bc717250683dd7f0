"""Who may see the board: this machine's browser, once it was told the secret of this run.

Every program of this machine can speak to a port of the loopback, and every web page can make the
browser do so. So the address holds a secret, which a cookie takes over; requests that another site
causes are refused; and what changes something must carry a token that only our own pages hold.
"""

import hmac
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEY = "key"
"""The name of the secret in the address."""

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # Nothing to other sites. `no-referrer` would also take the origin from our own forms.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HOSTS = ("127.0.0.1", "localhost")
_ASK_AGAIN = "This board opens with the address that `tidelog board` printed when it started.\n"
_NOT_OURS = "Another site asked for this; the board answers its own pages only.\n"


class Secrets:
    """What one run of the board knows and nobody else: made anew each time."""

    def __init__(self) -> None:
        self.key = token_urlsafe(24)
        self.cookie = token_urlsafe(24)
        self.token = token_urlsafe(24)
        self._first: str | None = token_urlsafe(24)

    @property
    def first_key(self) -> str:
        """A key that opens the board once: for the browser that is started with it, since others
        may read a process's arguments."""
        return self._first or ""

    def opens(self, key: str) -> bool:
        """Whether `key` opens the board; the first one is spent by that."""
        if self._first is not None and _same(key, self._first):
            self._first = None
            return True
        return _same(key, self.key)

    def allows(self, token: str) -> bool:
        """Whether a form is one of ours."""
        return _same(token, self.token)


class Guard:
    """Middleware that lets in whom the module says, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, secrets: Secrets, port: int) -> None:
        self._app = app
        self._secrets = secrets
        self._hosts = [f"{host}:{port}" for host in _HOSTS]
        # Cookies know no ports: the name keeps the boards of two projects apart.
        self._cookie = f"tidelog_board_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, send_with_headers)

    def _answer(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("The board is at 127.0.0.1 only.\n", 421)
        reads = scope["method"] in ("GET", "HEAD")
        if not _is_own(headers, reads=reads):
            return PlainTextResponse(_NOT_OURS, 403)
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        given = dict(query).get(KEY)
        if given is not None and reads:
            return self._let_in(scope["path"], query) if self._secrets.opens(given) else _refused()
        return None if _same(self._shown(headers), self._secrets.cookie) else _refused()

    def _let_in(self, path: str, query: list[tuple[str, str]]) -> Response:
        """Take the secret out of the address, and leave it as a cookie."""
        rest = urlencode([each for each in query if each[0] != KEY])
        # The path as one below us: `//elsewhere` would be another host.
        answer = RedirectResponse("/" + path.lstrip("/") + (f"?{rest}" if rest else ""), 303)
        # Lax, so that a link in a mail or a chat to this machine's own board opens it.
        answer.set_cookie(self._cookie, self._secrets.cookie, httponly=True, samesite="lax")
        return answer

    def _shown(self, headers: Headers) -> str:
        """Our cookie. The standard library gives up at the first one it finds odd, and other
        servers of this machine leave theirs here as well."""
        pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
        return next((value for name, _, value in pairs if name == self._cookie), "")


def _is_own(headers: Headers, *, reads: bool) -> bool:
    """Whether no other site is behind a request. A link that somebody follows to here may be: it
    changes nothing, and the answer is not that site's to read."""
    origin = headers.get("origin")
    if origin != f"http://{headers['host']}" and not (reads and origin is None):
        return False
    follows = reads and headers.get("sec-fetch-mode") == "navigate"
    return follows or headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _refused() -> Response:
    return PlainTextResponse(_ASK_AGAIN, 403)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
