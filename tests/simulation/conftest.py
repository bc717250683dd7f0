"""Simulators on the model and on a real PostgreSQL, made once for all seeds of a process."""

from collections.abc import Iterator

import pytest

from tests.simulation.runner import Simulator
from tests.simulation.running import simulator


@pytest.fixture(scope="session")
def on_model() -> Iterator[Simulator]:
    """Seeds run on the hub in plain dictionaries."""
    with simulator("model") as runs:
        yield runs


@pytest.fixture(scope="session")
def on_postgres() -> Iterator[Simulator]:
    """Seeds run on the real hub."""
    with simulator("postgres") as runs:
        yield runs
