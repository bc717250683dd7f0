"""A backup of the store in the working directory, as the daemon makes one a day, made now."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from localstore.store import Store
from tests.docs.pinned import FIRST_ID, MOMENT, PinnedIds


async def back_up() -> None:
    """Make it, at the moment that the page tells of."""
    moment = datetime.fromtimestamp(float(os.environ[MOMENT]), UTC)
    ids = PinnedIds(moment, int(os.environ[FIRST_ID]))
    async with await Store.open(
        Path(".tidelog", "store.db"), clock=lambda: moment, new_id=ids
    ) as store:
        await store.back_up(keep=7)


if __name__ == "__main__":
    asyncio.run(back_up())
