"""Operations behind a journal: what a stand-in store was told, and taking it in later."""

from localstore.opened import OpenedStore
from localstore.rows import journalled, taking_in
from localstore.values import Row


class JournalOperations(OpenedStore):
    """Changes out of a stand-in, and into the store it stood in for."""

    async def told_after(self, seq: int, *, sourced: int) -> Row:
        """What this stand-in was told after `seq`; see `rows.journalled.told_after`."""
        return await self._read(lambda c: journalled.told_after(c, seq, sourced=sourced))

    async def take_in(self, told: Row) -> taking_in.TakenIn:
        """Take in what a stand-in was told, in one transaction, what is here already left out.

        Raises: InvalidArguments: it cannot be stored here; nothing was written.
        """
        return await self._write("tidelog", lambda c, stamp: taking_in.take_in(c, told, stamp))
