"""The simulation finds the bugs it was made for: each is put in, and must be met."""

import pytest

from tests.simulation.planted import PLANTED, planted
from tests.simulation.runner import Simulator

SEEDS = range(1, 201)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_bug_is_found(name: str, on_model: Simulator) -> None:
    """Within two hundred seeds one breaks a promise."""
    with planted(name):
        assert any(on_model.run(seed).violation for seed in SEEDS)
