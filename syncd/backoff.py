"""How long to wait before the next attempt: pure, with the dice passed in."""

from dataclasses import dataclass

_EXPONENTS = 32
"""Beyond so many doublings every wait is at the cap, and the power would only grow for nothing."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter, as Marc Brooker's article on it has it: each wait is
    drawn from nought up to a bound that doubles with each failure, so that many replicas which
    lost one hub at one moment do not come back at one moment.

    A wait is never below `least_seconds`: a hub that refuses at once is not asked in a tight loop.
    """

    first_seconds: float = 1.0
    cap_seconds: float = 60.0
    least_seconds: float = 0.1

    def bound(self, failures: int) -> float:
        """The longest wait, in seconds, after so many failures in a row (1 or more)."""
        return min(self.cap_seconds, self.first_seconds * 2.0 ** min(failures - 1, _EXPONENTS))

    def wait(self, failures: int, chance: float) -> float:
        """How many seconds to wait after so many failures; `chance` is drawn from [0, 1)."""
        return max(self.least_seconds, chance * self.bound(failures))


def jittered(seconds: float, chance: float) -> float:
    """A timer's next period, in seconds: within a quarter of what was asked for, either way."""
    return seconds * (0.75 + 0.5 * chance)
