"""An answer of many parts, of which a damaged file cannot give one: the others stand."""

import sqlite3
from collections.abc import Callable, Mapping

from localstore.values import NotJson, Row, Value

Part = Callable[[], Value]

DAMAGE = (sqlite3.DatabaseError, NotJson, UnicodeDecodeError)
"""What reading a damaged table raises: SQLite finds a broken page, or a row is not what was
written."""

_NO_DAMAGE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_INTERRUPT,
)


def readable(parts: Mapping[str, Part]) -> Row:
    """Each part as it reads, in their order; one that cannot be read is `{"unavailable": why}`, and
    a `warning` names those.

    Raises:
        What the last part raised, when none can be read; and a lock that was not had.
    """
    told: Row = {}
    failures: dict[str, Exception] = {}
    for name, part in parts.items():
        try:
            told[name] = part()
        except DAMAGE as failure:
            if not is_damage(failure):
                raise
            told[name] = {"unavailable": str(failure)}
            failures[name] = failure
    if not failures:
        return told
    if len(failures) == len(parts):
        raise failures.popitem()[1]
    told["warning"] = (
        f"the store is damaged: {', '.join(failures)} cannot be read; the rest is from the store; "
        "`tidelog doctor` tells more, `tidelog restore` rebuilds it"
    )
    return told


def is_damage(failure: Exception) -> bool:
    """Whether it is the file that failed: not a fault of tidelog's own, not a lock, and not that
    there is no room or no right."""
    code = getattr(failure, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _NO_DAMAGE:
        return False
    return not isinstance(failure, sqlite3.IntegrityError | sqlite3.ProgrammingError)
