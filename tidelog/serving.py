"""`tidelog serve`: one MCP server over the store, on stdio or HTTP."""

import signal
from pathlib import Path

from localstore.values import Row, text_of
from mcp_server.layers import Layers
from mcp_server.server import TidelogServer, build_server
from mcp_server.tools import ALL_TOOLSETS
from tidelog import __version__
from tidelog.arguments import Address, Arguments
from tidelog.attending import keeping
from tidelog.discovery import Place
from tidelog.layers.composing import layered
from tidelog.layers.unbegun import begun_by_writing
from tidelog.opening import expect_no_snapshots, is_begun, locate
from tidelog.screen import note
from tidelog.settings import Settings
from tidelog.wiring import watch_home


async def serve(arguments: Arguments) -> int:
    """`tidelog serve`: until standard input ends, or over HTTP until it is told to stop.

    Raises:
        Unavailable: the store is lost and only backups of it are left, or the address cannot be
            listened on.
        InvalidArguments: an unknown toolset; HTTP beyond loopback without a token.
    """
    setting = locate(arguments, Path.cwd())
    settings = setting.settings.values
    if not is_begun(setting.place):
        expect_no_snapshots(setting.place)
    async with layered(setting) as chain, begun_by_writing(setting, chain) as layers:
        server = server_over(layers, setting.place, settings)
        async with keeping(arguments, setting.place, settings):
            if arguments.http is None:
                await _serve_stdio(server)
            else:
                await _serve_http(server, arguments.http, settings)
    return 0


def server_over(layers: Layers, place: Place, settings: Settings) -> TidelogServer:
    """The server with everything it is made of, over a place's layers."""
    toolsets = settings.toolsets
    return build_server(
        layers,
        version=__version__,
        render_report=_render_report,
        toolsets=ALL_TOOLSETS if toolsets is None else frozenset(toolsets),
        read_only=settings.read_only,
        watch=lambda: watch_home(place.home),
        client_name=settings.client_name,
    )


def _render_report(facts: Row) -> str:
    from gitlayer.report import render_report  # few sessions ask for it, and Jinja2 takes 20 ms

    return render_report(facts, text_of(facts, "layout"))


async def _serve_stdio(server: TidelogServer) -> None:
    from mcp_server.stdio import serve_stdio

    # A thread waits for the client's next line, and no cancelling gets it away from there: let
    # Ctrl-C end the process at once, as SIGTERM does. What was acknowledged is in the file.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    await serve_stdio(server)


async def _serve_http(server: TidelogServer, address: Address, settings: Settings) -> None:
    from mcp_server.http import build_http_app
    from mcp_server.logs import log_to_stderr
    from tidelog.listening import Listener, listen

    token = settings.http_token.get_secret_value() if settings.http_token else None
    app = build_http_app(server, host=address.host, token=token)
    with listen(address) as listening:
        log_to_stderr()
        listener = Listener(app, server.end_streams)
        note(f"listening on http://{address.for_url}:{listening.getsockname()[1]}/mcp")
        await listener.serve(sockets=[listening])
