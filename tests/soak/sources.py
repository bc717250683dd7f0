"""The clock and random ids that a real server has, for the processes of these tests."""

import secrets
import time
from datetime import UTC, datetime

from localstore.ids import uuid7


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class RandomIds:
    """UUIDv7s that rise within one process."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self) -> str:
        """A new id, greater than every one before."""
        while (new := uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))) <= self._last:
            pass
        self._last = new
        return new
