"""The same floor over HTTP, on a free port of the loopback, which it names on standard error."""

import socket
import sys

import uvicorn

from benchmarks.bare import bare_server


def main() -> None:
    """Serve until told to stop."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does this only for sockets that name their protocol; without it each answer, which is
    # written in two parts, waits 40 ms for the client to acknowledge the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sys.stderr.write(f"listening on http://127.0.0.1:{listener.getsockname()[1]}/mcp\n")
    sys.stderr.flush()
    app = bare_server().http_app(json_response=True)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
