"""How often the watch of the files looks whether the kernel told it something."""

import threading
import time
from collections.abc import Callable

LIVELY_SECONDS = 3.0
"""How long after a change the next one is likely to follow soon."""
LIVELY_PAUSE_SECONDS = 0.005
QUIET_PAUSE_SECONDS = 0.3


class Pace:
    """A stop event for watchfiles that also says how often to look, for a step of 0 ms.

    The kernel's events wait in watchfiles until somebody looks: every step, without end, however
    quiet it is. The event is asked before each look, so it can hold up the look: a moment while
    changes follow one another, much longer when there was none for a while. The watch itself goes
    on all the time, so nothing can happen between one pace and the other.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin lively; `clock` counts seconds."""
        self._clock = clock
        self._lively_until = clock() + LIVELY_SECONDS
        self._is_second = False
        self._going = threading.Lock()
        self._going.acquire()

    def quicken(self) -> None:
        """Something changed: look often for the next seconds."""
        self._lively_until = self._clock() + LIVELY_SECONDS

    def end(self) -> None:
        """Let the watch stop at once; not to be called twice."""
        self._going.release()

    def pause_seconds(self) -> float:
        """How long to wait before the next look.

        watchfiles tells of changes once two looks in a row found the same ones. When it is quiet
        the second look comes at once: it would only be one more wait, and one more wake-up.
        """
        if self._clock() < self._lively_until:
            return LIVELY_PAUSE_SECONDS
        self._is_second = not self._is_second
        return 0.0 if self._is_second else QUIET_PAUSE_SECONDS

    def is_set(self) -> bool:
        """Wait for the next look; whether there is to be none, because the watch ends."""
        has_ended = self._going.acquire(timeout=self.pause_seconds())
        if has_ended:
            self._going.release()
        return has_ended
