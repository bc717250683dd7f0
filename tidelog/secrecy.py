"""Keeping a password out of the list of processes, which every user of the machine may read."""

import os
import sys

VARIABLE = "TIDELOG_HUB"
BY_VARIABLE = f"${VARIABLE}"
"""Written instead of an address: the variable holds it."""

_SCHEMES = ("postgresql://", "postgres://")


def has_password(dsn: str) -> bool:
    """Whether an address holds something that others must not read; also when it is no address."""
    from urllib.parse import parse_qs, urlsplit

    try:
        parts = urlsplit(dsn)
    except ValueError:
        return True
    return ":" in parts.netloc.rpartition("@")[0] or "password" in parse_qs(parts.query)


def hide_passwords() -> None:
    """Start this command anew without the password that stands on its command line, if one does.

    The address goes into the environment, which only its owner reads, and `$TIDELOG_HUB` stands in
    its place. Returns where there is nothing to hide.
    """
    for word in sys.argv[1:]:
        dsn = word.removeprefix("--hub=")
        if dsn.startswith(_SCHEMES) and has_password(dsn):
            os.environ[VARIABLE] = dsn
            shown = word.replace(dsn, BY_VARIABLE)
            words = [shown if each == word else each for each in sys.orig_argv[1:]]
            os.execv(sys.executable, [sys.executable, *words])
