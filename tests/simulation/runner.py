"""Runs one seed from beginning to end, and says in a few lines what went wrong."""

import asyncio
import shutil
import sqlite3
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from localstore.errors import TidelogError
from localstore.store import Store, StoreOptions
from tests.simulation.afternoon import Afternoon
from tests.simulation.model_hub import ModelHub
from tests.simulation.network import SimulatedHub
from tests.simulation.quiet import settle
from tests.simulation.replica import SkewedClock, SkewedIds, Ticks

SHOWN = 30
_IN_MEMORY = Path("/dev", "shm")
_FAILURES = (
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TidelogError,
    TypeError,
    ValueError,
    sqlite3.Error,
)


@dataclass
class Outcome:
    """How one seed ended; `violation` is empty when it held."""

    seed: int
    violation: str = ""
    trace: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    steps: int = 0

    def told(self, replay: str, shown: int = SHOWN) -> str:
        """The violation after the last events that led to it, and how to see it again."""
        events = [event for event in self.trace if not event.startswith("  ")]
        first = self.trace.index(events[-shown]) if len(events) > shown else 0
        return "\n".join([*self.trace[first:], "", self.violation, f"again: {replay}"])


class Simulator:
    """Runs seeds, one after the other, against one hub."""

    def __init__(self, folder: Path, hub: SimulatedHub | None = None) -> None:
        self._folder = folder
        self._template = folder / "template" / "store.db"
        self._hub = hub
        asyncio.run(self._make_template())

    def run(self, seed: int) -> Outcome:
        """Run the seed on a hub that is new."""
        outcome = Outcome(seed)
        hub = self._hub or ModelHub()
        hub.wipe()
        folder = self._folder / str(seed)
        folder.mkdir()
        world = Afternoon(seed, hub, self._template, folder)
        try:
            world.begin()
            world.run()
            settle(world)
        except _FAILURES as failure:
            where = "".join(traceback.format_exception(failure, limit=-6))
            is_promise = isinstance(failure, AssertionError)
            outcome.violation = str(failure) if is_promise else where
        finally:
            world.close()
            shutil.rmtree(folder)
        outcome.trace, outcome.answers = world.trace, world.network.answers
        outcome.done = world.done + world.network.verdicts + world.network.faults
        outcome.steps = world.shape.steps
        return outcome

    async def _make_template(self) -> None:
        ticks = Ticks()
        clock = SkewedClock(ticks, timedelta())
        store = await Store.open(
            self._template,
            clock=clock,
            new_id=SkewedIds(ticks, clock),
            options=StoreOptions(durable=False),
        )
        await store.close()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for files that need not outlive anything, in memory where the system has that."""
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=place) as folder:
        yield Path(folder)
