"""What was measured, and whether it is what was promised."""

from dataclasses import dataclass
from typing import Literal

from benchmarks.timing import Sample

Verdict = Literal["met", "missed"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise: a figure is less than a number, or at most a multiple of its floor."""

    limit: float
    times_floor: str = ""
    """The name of the floor that the number is a multiple of; empty when it is a figure itself."""
    median: bool = False
    """Of the median; otherwise of the 99th percentile."""

    def __str__(self) -> str:
        number = f"{self.limit:,g}"
        return f"≤{number}x" if self.times_floor else f"<{number}"


@dataclass(frozen=True, slots=True)
class Floor:
    """What the machine itself takes for a part of the same work."""

    name: str
    sample: Sample


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing beside its floors."""

    section: str
    name: str
    sample: Sample
    floors: tuple[Floor, ...] = ()
    items: int | None = None
    unit: str = "ms"
    must: Bound | None = None
    aim: Bound | None = None

    @property
    def ratio(self) -> float | None:
        """The median beside the medians of all its floors together."""
        floor = sum(each.sample.p50 for each in self.floors)
        return self.sample.p50 / floor if floor else None

    def verdict(self, bound: Bound) -> Verdict:
        """Whether a promise is kept."""
        ours = self._statistic(self.sample, bound)
        if bound.times_floor:
            (floor,) = (each for each in self.floors if each.name == bound.times_floor)
            return "met" if ours <= bound.limit * self._statistic(floor.sample, bound) else "missed"
        return "met" if ours < bound.limit else "missed"

    @staticmethod
    def _statistic(sample: Sample, bound: Bound) -> float:
        return sample.p50 if bound.median else sample.p99
