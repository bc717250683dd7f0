"""The board over HTTP: an address for each page, for what changes an item, and for the news."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from localstore.errors import (
    Busy,
    InvalidArguments,
    NotFound,
    TidelogError,
    Unavailable,
    VersionConflict,
)
from localstore.values import Row, rows_of, text_of
from mcp_server.layers import Layers
from tidelog.board import content, moving
from tidelog.board.choices import Choice
from tidelog.board.guard import Guard, Secrets
from tidelog.board.live import Live
from tidelog.board.pages import Frame, page, source_of
from tidelog.wiring import now

FILES = {
    "board.css": "text/css",
    "board.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
LARGEST_FORM = 10_000
"""Bytes; ours has some hundred."""

_CODES: dict[type[TidelogError], HTTPStatus] = {
    InvalidArguments: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    VersionConflict: HTTPStatus.CONFLICT,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_READ_ONLY = "You can look, but change nothing: read_only is set"
_NOT_THE_STORE = "You can look, but change nothing until the store is back"

Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Board:
    """What the pages are made from."""

    layers: Layers
    live: Live
    secrets: Secrets
    me: str
    """Who signs what is changed on a page."""
    read_only: bool

    async def show(self, request: Request, template: str, question: content.Question) -> Response:
        """A page about what the best layer answers."""
        mark = await self.live.mark()
        row, told = await self.layers.read(question)
        return self.answer(template, row, self.frame(request, told, mark))

    def frame(self, request: Request, told: Row, mark: str = "") -> Frame:
        """What a page needs beside its rows."""
        locked = _READ_ONLY if self.read_only else _NOT_THE_STORE if told else ""
        return Frame(
            now=now(),
            told=told,
            choice=Choice.read(request.query_params),
            me=self.me,
            token="" if locked else self.secrets.token,
            mark=mark,
            locked=locked,
        )

    def answer(self, template: str, row: Row, frame: Frame, code: int = HTTPStatus.OK) -> Response:
        """A page as an answer."""
        told = text_of(row, "warning")
        if told and not frame.told:  # a part of the store is damaged
            frame = replace(frame, told={"warning": told})
        return HTMLResponse(page(template, row, frame), code)


def build_app(board: Board, port: int) -> Starlette:
    """The application that answers at `port` of this machine."""
    pages = {
        "/": _board,
        "/columns/{status}": _column,
        "/items/{key}": _item,
        "/conflicts/{key}": _conflict,
    }
    routes = [Route(path, _refusing(board, partial(each, board))) for path, each in pages.items()]
    changes = _refusing(board, partial(_change, board))
    routes.append(Route("/items/{key}", changes, methods=["POST"]))
    routes.append(Route("/events", partial(_events, board)))
    routes += [Route(f"/{name}", partial(_file, name)) for name in FILES]
    guard = Middleware(Guard, secrets=board.secrets, port=port)
    return Starlette(routes=routes, middleware=[guard])


async def _board(board: Board, request: Request) -> Response:
    choice = Choice.read(request.query_params)
    return await board.show(request, "board", content.board_of(choice))


async def _column(board: Board, request: Request) -> Response:
    status = content.is_column(request.path_params["status"])
    if status is None:
        raise NotFound("column", request.path_params["status"])
    choice, cursor = Choice.read(request.query_params), request.query_params.get("cursor")
    return await board.show(request, "column", content.column_of(choice, status, cursor))


async def _item(board: Board, request: Request) -> Response:
    return await board.show(request, "item", content.item_of(request.path_params["key"]))


async def _conflict(board: Board, request: Request) -> Response:
    return await board.show(request, "conflict", content.conflict_of(request.path_params["key"]))


async def _change(board: Board, request: Request) -> Response:
    form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace")))
    if not board.secrets.allows(form.get("token", "")):
        raise Forbidden("this page is from another run of the board", hint="load it again")
    if board.read_only:
        raise Forbidden("the board only shows", hint="read_only is set")
    _, told = await board.layers.read(lambda store: store.head())
    if told:
        raise Unavailable(text_of(told, "warning"), hint="nothing can be changed until then")
    row, done = await moving.change(board.layers, request.path_params["key"], form, board.me)
    if _wants_json(request):
        return _json({"ok": True, "message": done, "item": row})
    return RedirectResponse(f"/items/{quote(text_of(row, 'ref'))}", HTTPStatus.SEE_OTHER)


async def _events(board: Board, _request: Request) -> Response:
    return StreamingResponse(board.live.stream(), media_type="text/event-stream")


async def _file(name: str, _request: Request) -> Response:
    return Response(source_of(name), media_type=FILES[name])


class Forbidden(TidelogError):
    """The board does not do that, whoever asks."""

    code = "forbidden"


def _refusing(board: Board, answer: Answer) -> Answer:
    """The same, and a refusal is a page, or for our script a line, that says what to do."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except TidelogError as failure:
            code = _CODES.get(type(failure), HTTPStatus.FORBIDDEN)
            message = moving.told_of(failure, now())
            if _wants_json(request):
                return _json({"ok": False, "message": message, "code": failure.code}, code)
            row: Row = {"message": message, "candidates": [*rows_of(failure.details, "candidates")]}
            frame = board.frame(request, {})
            return board.answer("refused", row, frame, code)

    return answered


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise InvalidArguments("form", f"may have {LARGEST_FORM:,} bytes")
    return bytes(body)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _json(row: Row, code: int = 200) -> Response:
    return Response(json.dumps(row), code, media_type="application/json")
