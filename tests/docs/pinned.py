"""`tidelog` as it is, at the moment, with the ids and on the machine that a page tells of.

The composition root makes clock and ids in one place, `tidelog.wiring`; other ones are put there
before a command is loaded, so that the same page always says the same.
"""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from unittest.mock import patch

from localstore.ids import uuid7
from tidelog import wiring
from tidelog.__main__ import main

MOMENT, FIRST_ID, MACHINE = "PAGE_MOMENT", "PAGE_FIRST_ID", "PAGE_MACHINE"
"""The variables that say when it is, from where ids count, and what the machine is called."""


class PinnedIds:
    """UUIDv7s of one moment that rise; their refs differ from those of every other first id."""

    def __init__(self, moment: datetime, first_id: int) -> None:
        self._ms = int(moment.timestamp() * 1000)
        self._given = first_id

    def __call__(self) -> str:
        """The next id."""
        self._given += 1
        # A multiple of 2**50 / phi: neighbours are far apart, so no two begin alike. What stands
        # above those bits lets the ids of one moment rise.
        spread = self._given * 0x278DDE6E5FD29 % (1 << 50)
        return uuid7(self._ms, (self._given % (1 << 24)) << 50 | spread)


def run() -> int:
    """One command line, as `tidelog` runs it; its exit code."""
    moment = datetime.fromtimestamp(float(os.environ[MOMENT]), UTC)
    ids = partial(PinnedIds, moment, int(os.environ[FIRST_ID]))
    with (
        patch.multiple(wiring, now=lambda: moment, Ids=ids),
        patch("socket.gethostname", lambda: os.environ[MACHINE]),
    ):
        return main()


if __name__ == "__main__":
    sys.exit(run())
