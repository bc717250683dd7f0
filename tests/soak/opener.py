"""A process that opens stores on command: a path a line in, the store's replica id a line out.

Before each it says "waiting" and waits for a shared lock on the gate, a file named on the command
line, so that several of these start at the same moment.
"""

import asyncio
import fcntl
import sys
from pathlib import Path

from localstore.errors import TidelogError
from localstore.store import Store
from tests.soak.sources import RandomIds, now


async def opened(path: Path) -> str:
    """Open a store, close it, and return its replica id, or what went wrong."""
    try:
        async with await Store.open(path, clock=now, new_id=RandomIds()) as store:
            return store.replica_id
    except TidelogError as refusal:
        return f"{refusal.code}: {refusal}"


def say(line: str) -> None:
    """Answer a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Open what is named, when the gate opens, until the input ends."""
    for line in sys.stdin:
        with Path(sys.argv[1]).open() as gate:
            say("waiting")
            fcntl.flock(gate, fcntl.LOCK_SH)
        say(asyncio.run(opened(Path(line.strip()))))


if __name__ == "__main__":
    main()
