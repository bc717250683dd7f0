"""Some hundreds of seeds, each an afternoon of several laptops and everything that goes wrong."""

import pytest

from tests.simulation.runner import Outcome, Simulator
from tests.simulation.running import replay_command

CHUNK = 20
ON_MODEL = range(1, 441, CHUNK)
ON_BOTH = range(10_001, 10_061, CHUNK // 2)
SEEN = (
    "lost before",
    "lost after",
    "twice",
    "late",
    "already",
    "moved_on",
    "parent_deleted",
    "cycle",
    "live_children",
    "name_taken",
    "go_back",
    "wipe",
    "rows purged",
    "copy",
    "crash",
    "resolve done",
)


ONCE_FAILED = {
    "the hub goes back behind pages that left out what had moved on": 813,
    "a conflict of which one side went with the only store that had it": 449,
}
"""By what happens in them; a change of what the dice decide makes them ordinary seeds again."""


def expect_held(outcome: Outcome, hub: str) -> None:
    """The seed broke no promise."""
    if outcome.violation:
        pytest.fail(outcome.told(replay_command(outcome.seed, hub)), pytrace=False)


@pytest.mark.parametrize("first", ON_MODEL)
def test_promises_hold(first: int, on_model: Simulator) -> None:
    """Whatever happens, all that was acknowledged is there in the end, the same everywhere."""
    for seed in range(first, first + CHUNK):
        expect_held(on_model.run(seed), "model")


@pytest.mark.parametrize("seed", ONCE_FAILED.values(), ids=[*ONCE_FAILED])
def test_seed_that_once_failed(seed: int, on_model: Simulator) -> None:
    """A seed that broke a promise before no longer does."""
    expect_held(on_model.run(seed), "model")


@pytest.mark.parametrize("first", ON_BOTH)
def test_model_and_postgres_agree(first: int, on_model: Simulator, on_postgres: Simulator) -> None:
    """The model and the real hub give the same verdict on each row, and the same pages."""
    for seed in range(first, first + CHUNK // 2):
        real = on_postgres.run(seed)
        expect_held(real, "postgres")
        assert real.answers == on_model.run(seed).answers


def test_same_seed_is_the_same(on_model: Simulator) -> None:
    """A seed that is run again goes the same way, event by event."""
    assert on_model.run(7).trace == on_model.run(7).trace


def test_everything_happens(on_model: Simulator) -> None:
    """Forty seeds meet every fault, and every verdict there is."""
    done = sum((on_model.run(seed).done for seed in range(1, 41)), start=on_model.run(41).done)
    assert [what for what in SEEN if not done[what]] == []
