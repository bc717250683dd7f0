"""How long a replica waits before it asks its hub again."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.backoff import Backoff, jittered

CHANCES = st.floats(min_value=0, max_value=1, exclude_max=True)
FAILURES = st.integers(min_value=1, max_value=100_000)


@given(failures=FAILURES, chance=CHANCES)
def test_waits_are_bounded(failures: int, chance: float) -> None:
    """However long a hub is away, a wait is above nought and at most the cap."""
    backoff = Backoff()
    wait = backoff.wait(failures, chance)
    assert 0 < wait <= backoff.cap_seconds
    assert wait <= max(backoff.bound(failures), backoff.least_seconds)


@given(chance=CHANCES)
def test_jitter_is_full(chance: float) -> None:
    """The dice alone choose between nearly nought and the whole bound."""
    backoff = Backoff(least_seconds=0)
    assert backoff.wait(5, chance) == chance * backoff.bound(5)


def test_bounds_double_up_to_the_cap() -> None:
    """Each failure in a row doubles the longest wait: 1, 2, 4 … 60 seconds."""
    backoff = Backoff()
    bounds = [backoff.bound(failures) for failures in range(1, 9)]
    assert bounds == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff.bound(10**9) == 60


@given(seconds=st.floats(min_value=0.1, max_value=3600), chance=CHANCES)
def test_timers_are_jittered(seconds: float, chance: float) -> None:
    """A timer's period lies within a quarter of what was asked for."""
    assert seconds * 0.75 <= jittered(seconds, chance) <= seconds * 1.25
