"""What waits in a journal, and how often it came into the store."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.tidelog.keepers import Kept
from tests.tidelog.layers import dying
from tests.tidelog.running import python

TITLE = "Look at Thursday"


def repair(kept: Kept) -> None:
    """Put the store back."""
    (kept.folder / "good.db").rename(kept.database)


def die(kept: Kept, moment: str) -> None:
    """Let a server be killed at that moment."""
    done = python("-m", dying.__name__, moment, str(kept.home), cwd=Path.cwd())
    assert done.code == -signal.SIGKILL, done.err


async def times(kept: Kept, title: str = TITLE) -> tuple[int, int]:
    """How many items of that title the store holds, and how many entries their history."""
    with closing(sqlite3.connect(kept.database)) as connection:
        (found,) = connection.execute(
            "SELECT count(DISTINCT w.id), count(h.seq) FROM work_items w "
            "JOIN history h ON h.entity_id = w.id WHERE w.title = ?",
            (title,),
        )
    return int(found[0]), int(found[1])
