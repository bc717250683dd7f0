"""The operation that makes a backup of the store."""

import asyncio
import threading

from localstore.backups import Backup, back_up
from localstore.opened import OpenedStore

_REST_SECONDS = 0.002
"""How long the disk is left to others after each megabyte."""


class BackupOperations(OpenedStore):
    """Copies of the whole store, beside it."""

    async def back_up(self, *, keep: int) -> Backup | None:
        """Make a verified copy beside the store, and keep the newest `keep` of those made so.

        Readers and writers go on meanwhile. Returns None when nothing changed since the newest.
        Cancelled, it leaves off after the next step. Raises: Unavailable: as `backups.back_up`.
        """
        leave_off = threading.Event()
        try:
            return await asyncio.to_thread(
                back_up,
                self.path,
                moment=self._clock(),
                reason="daily",
                keep=keep,
                stopped=lambda: leave_off.wait(_REST_SECONDS),
            )
        finally:
            leave_off.set()
