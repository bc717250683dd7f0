"""`tidelog board`: the project as a page, served to this machine's browser, written, or as JSON."""

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from localstore.errors import Unavailable
from localstore.values import Row
from tidelog.arguments import Address, Arguments
from tidelog.attending import keeping
from tidelog.board.app import Board, build_app
from tidelog.board.choices import Choice
from tidelog.board.content import CARDS_SHOWN, board_of
from tidelog.board.guard import KEY, Secrets
from tidelog.board.live import Live
from tidelog.board.pages import Frame, page
from tidelog.keeping import person
from tidelog.layers.composing import layered, read
from tidelog.listening import Listener, listen
from tidelog.opening import Setting, locate, require_store
from tidelog.screen import note, say, show_json, warn
from tidelog.wiring import now, watch_store

_HOST = "127.0.0.1"
_IN_A_FILE = 200
"""How many cards a column has in a file, which cannot be asked for the rest."""


async def board(arguments: Arguments) -> int:
    """`tidelog board`: serve until told to stop; or with --output or --json once.

    Raises:
        Unavailable: there is no project here, no layer answers, the port is taken, or the file
            cannot be written. InvalidArguments: a setting breaks its rule.
    """
    setting = locate(arguments, Path.cwd())
    if not arguments.json and arguments.output is None:
        return await _serve(arguments, setting)
    shown = _IN_A_FILE if arguments.output is not None else CARDS_SHOWN
    row, told = await read(setting, board_of(Choice(), shown=shown))
    warn(row | told)
    if arguments.output is not None:
        _write(Path(arguments.output), page("board", row, _alone(row, told)))
    if arguments.json:
        show_json(row | told)
    else:
        say(f"Wrote the board to {arguments.output}")
    return 0


def _alone(row: Row, told: Row) -> Frame:
    """The frame of a page in a file."""
    warning: Row = {"warning": row["warning"]} if "warning" in row else {}
    return Frame(now=now(), told=warning | told, is_file=True)


def _write(file: Path, html: str) -> None:
    try:
        file.write_text(html, encoding="utf-8")
    except OSError as failure:
        raise Unavailable(
            f"cannot write {file}: {failure.strerror or failure}", hint="name another --output"
        ) from None


async def _serve(arguments: Arguments, setting: Setting) -> int:
    from mcp_server.logs import log_to_stderr

    place, settings = setting.place, setting.settings.values
    if not place.home.is_dir():
        require_store(setting)
    async with layered(setting) as layers:
        _, told = await layers.read(lambda store: store.head())
        warn(told)
        live = Live(layers, lambda: watch_store(place.home))
        secrets = Secrets()
        made = Board(layers, live, secrets, person(place, settings), settings.read_only)
        with listen(Address(_HOST, arguments.port)) as listening:
            log_to_stderr()
            port = listening.getsockname()[1]
            listener = Listener(build_app(made, port), live.end)
            url = f"http://{_HOST}:{port}/?{KEY}="
            note(f"listening on {url}{secrets.key}")
            note("Ctrl-C ends it")
            if not arguments.no_open and _has_display():
                _open(url + secrets.first_key)
            # What is moved here is to reach the snapshots and the hub, and others' work this page.
            async with keeping(arguments, place, settings), _running(live):
                await listener.serve(sockets=[listening])
    return 0


@asynccontextmanager
async def _running(live: Live) -> AsyncIterator[None]:
    watching = asyncio.create_task(live.run())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def _has_display() -> bool:
    """Whether a browser would have somewhere to show itself."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(url: str) -> None:
    """Open the user's browser, in a thread of its own: one may stay in front until it is closed."""
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
