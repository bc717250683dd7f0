"""Opening a store's file only to look into it, past whatever keeps it from being used."""

import sqlite3
from contextlib import closing
from pathlib import Path

_WAIT_SECONDS = 5.0


def reading(path: Path, *, wait_seconds: float = _WAIT_SECONDS) -> "closing[sqlite3.Connection]":
    """A connection through which nothing can be written, closed with the block; it waits that long
    for a lock, and begins no transaction by itself. Raises: sqlite3.Error: there is no file."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=wait_seconds))
