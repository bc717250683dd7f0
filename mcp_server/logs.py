"""Where the libraries' logging goes when the process is a server."""

import logging
import sys


def log_to_stderr() -> None:
    """Send warnings and worse, of every library, to standard error in plain lines.

    Standard output belongs to the protocol; fastmcp's own coloured handlers are taken off.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        force=True,
    )
    fastmcp_logger = logging.getLogger("fastmcp")
    fastmcp_logger.handlers.clear()
    fastmcp_logger.setLevel(logging.WARNING)
    fastmcp_logger.propagate = True
