"""Simulators, and how many seeds are run: what the command and the tests share."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.simulation.planted import planted
from tests.simulation.postgres import postgres_hub
from tests.simulation.runner import Outcome, Simulator, scratch

CHUNK = 25
"""Seeds that a process runs before it is given others."""


def replay_command(seed: int, hub: str, plant: str = "") -> str:
    """The command that runs the seed again."""
    return f"make sim SEED={seed} HUB={hub}" + (f" PLANT={plant!r}" if plant else "")


@contextmanager
def simulator(hub: str) -> Iterator[Simulator]:
    """A simulator on the model, or on a PostgreSQL of its own."""
    with scratch() as folder:
        if hub == "model":
            yield Simulator(folder)
        else:
            with postgres_hub() as real:
                yield Simulator(folder, real)


def run_some(job: tuple[int, int, str, str]) -> tuple[list[Outcome], Counter[str], int]:
    """Run a few seeds; the failed ones, what was done, and how many steps."""
    first, count, hub, plant = job
    failed, done, steps = [], Counter[str](), 0
    with simulator(hub) as runs, planted(plant):
        for seed in range(first, first + count):
            outcome = runs.run(seed)
            done += outcome.done
            steps += outcome.steps
            if outcome.violation:
                failed.append(outcome)
                break
    return failed, done, steps
