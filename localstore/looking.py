"""Looking a store's file through from end to end: is everything in it what was written?"""

import sqlite3
from contextlib import closing
from pathlib import Path

from localstore.connection import translated
from localstore.rows.checks import first_damage
from localstore.rows.partial import DAMAGE, is_damage

_WAIT_SECONDS = 1.0


class Look:
    """One look at one file, on a connection of its own: readers and writers go on meanwhile, but
    for the moment in which the search index is compared with the rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._stopped = False

    def damage(self) -> str:
        """The first thing that shows damage, in one line; empty when there is none, and when the
        look was stopped. For a thread: takes some 25 ms for a thousand rows.

        Raises:
            Busy, Unavailable: the file could not be looked at, which says nothing of what it holds.
        """
        try:
            # Never made: a file that has gone by now is not an empty store.
            uri = f"{self._path.absolute().as_uri()}?mode=rw"
            with closing(
                sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
            ) as self._connection:
                self._connection.execute("PRAGMA cell_size_check = ON")
                found = "" if self._stopped else first_damage(self._connection)
        except DAMAGE as failure:
            if isinstance(failure, sqlite3.Error) and not is_damage(failure):
                raise translated(failure, _WAIT_SECONDS) from failure
            found = str(failure)
        return "" if self._stopped else " ".join(found.split())[:200]

    def stop(self) -> None:
        """End it soon; from any thread."""
        self._stopped = True
        connection = self._connection
        try:
            if connection is not None:
                connection.interrupt()
        except sqlite3.ProgrammingError:
            pass  # it has just ended by itself
