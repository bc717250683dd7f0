"""Who is calling: the name an AI client gave of itself."""

import re

from fastmcp.server.dependencies import get_context

UNKNOWN = "unknown"
_MAX_LENGTH = 100
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def client_name() -> str:
    """The name in the present request's handshake or envelope, cleaned; "unknown" without one."""
    try:
        params = get_context().session.client_params
    except RuntimeError:  # a call from within this process has no session
        return UNKNOWN
    return cleaned(params.client_info.name) if params else UNKNOWN


def cleaned(name: str) -> str:
    """A name as the store keeps it: one line without control characters, 1 to 100 characters."""
    line = " ".join(_UNPRINTABLE.sub(" ", name).split())
    return line[:_MAX_LENGTH].rstrip() or UNKNOWN
