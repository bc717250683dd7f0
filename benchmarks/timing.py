"""Measuring one call after another, and its floors in between, so that all see the same machine."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

BLOCK = 10
"""How many calls of one kind follow each other before the next kind has its turn."""

Probe = Callable[[], Awaitable[int]]
"""Makes one call and returns how many nanoseconds it took, its preparation left out."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured, each call by itself, least first."""

    values: tuple[float, ...]

    @property
    def n(self) -> int:
        """How many calls were measured."""
        return len(self.values)

    @property
    def p50(self) -> float:
        """The median."""
        return self._at(0.50)

    @property
    def p99(self) -> float:
        """What 99 of 100 stay within; of fewer than a hundred, the largest."""
        return self._at(0.99)

    def _at(self, share: float) -> float:
        return self.values[min(self.n - 1, int(self.n * share))]


def in_ms(nanoseconds: Sequence[int]) -> Sample:
    """A sample in milliseconds of what `perf_counter_ns` told."""
    return Sample(tuple(each / 1e6 for each in sorted(nanoseconds)))


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each call is measured, and after how many seconds its turns end all the same."""

    calls: int
    seconds: float


async def alternate(probes: Sequence[Probe], effort: Effort) -> list[Sample]:
    """Measure each probe in turns of ten, at least one turn of each; the first is thrown away."""
    taken: list[list[int]] = [[] for _ in probes]
    for _ in range(BLOCK):
        for probe in probes:
            await probe()
    end = perf_counter() + effort.seconds
    while len(taken[0]) < effort.calls and (perf_counter() < end or not taken[0]):
        for probe, nanoseconds in zip(probes, taken, strict=True):
            nanoseconds.extend([await probe() for _ in range(BLOCK)])
    return [in_ms(each) for each in taken]
