"""Whether the open store is what was written: it is looked through when it is opened, and again
after damage was found, once its file looks different."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from localstore.errors import TidelogError, Unavailable
from localstore.looking import Look
from tidelog.layers.sights import Sight, sights_of

AGAIN_SECONDS = 5.0
"""How long after damage was found a file that others write to is left alone."""

logger = logging.getLogger(__name__)


class Soundness:
    """What is known of one file."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path = path
        self._monotonic = monotonic
        self._look: Look | None = None
        self._looking: asyncio.Task[None] | None = None
        self._sight: tuple[Sight, Sight] | None = None
        self._found_at = 0.0
        self.damage: Unavailable | None = None
        """What is wrong with it, once that is known."""

    async def look(self, patience_seconds: float | None) -> None:
        """Look at the file as it is now, and wait so long for what comes out; it goes on in the
        background. One look at a time: while one is under way no other begins."""
        if self._looking is None or self._looking.done():
            self._look = Look(self._path)
            self._looking = asyncio.create_task(self._through(self._look))
        await asyncio.wait([self._looking], timeout=patience_seconds)

    def is_due(self) -> bool:
        """Whether damage may be mended: another file is there, or some seconds ago somebody wrote
        to this one."""
        if self.damage is None or self._sight is None:
            return False
        (file, log), (then_file, then_log) = sights_of(self._path), self._sight
        waited = self._monotonic() - self._found_at >= AGAIN_SECONDS
        return file != then_file or (waited and log != then_log)

    async def forget(self) -> None:
        """Another file is opened, or none any more: stop looking, and know nothing."""
        if self._look is not None and self._looking is not None:
            self._look.stop()
            await asyncio.wait([self._looking])
        self._look = self._looking = self.damage = None

    async def _through(self, look: Look) -> None:
        sight = sights_of(self._path)
        try:
            found = await asyncio.to_thread(look.damage)
        except TidelogError as failure:
            logger.info("the store was not looked through: %s", failure.message)
            return
        self._sight, self._found_at = sight, self._monotonic()
        self.damage = Unavailable(f"the store's file is damaged ({found})") if found else None
        if found:
            logger.warning("the store's file is damaged: %s", found)
