"""The real hub driven from a thread of its own, so that asynchronous tests may call it at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.values import Row
from syncd.hub import Asking
from tests.simulation.model_rules import Tables
from tests.simulation.network import SimulatedHub
from tests.simulation.postgres import postgres_hub

P = ParamSpec("P")
T = TypeVar("T")


class Elsewhere:
    """A hub whose calls run in another thread, and are waited for."""

    def __init__(self, hub: SimulatedHub, thread: ThreadPoolExecutor) -> None:
        self._hub = hub
        self._thread = thread

    def _there(self, call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return self._thread.submit(call, *given, **named).result()

    def open_project(self, project_id: str) -> None:
        """Make the project known."""
        self._there(self._hub.open_project, project_id)

    def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        return self._there(self._hub.pull, asking, cursor, limit)

    def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        return self._there(self._hub.push, asking, rows)

    def hello(self, asking: Asking) -> None:
        """Note how far a replica has read. Raises: UnknownProject."""
        self._there(self._hub.hello, asking)

    def purge(self, project_id: str, *, sparing: bool) -> int:
        """Purge what may go, however new; `sparing` those who said hello. How many rows went."""
        return self._there(self._hub.purge, project_id, sparing=sparing)

    def save(self) -> Callable[[], None]:
        """Remember the whole hub as it is; call what this returns to be so again."""
        restore = self._there(self._hub.save)
        return lambda: self._there(restore)

    def wipe(self) -> None:
        """Be a hub that is new."""
        self._there(self._hub.wipe)

    def tables(self, project_id: str) -> Tables:
        """All rows of a project."""
        return self._there(self._hub.tables, project_id)

    def entries(self, project_id: str) -> list[Row]:
        """All history of a project, in its order."""
        return self._there(self._hub.entries, project_id)

    def close(self) -> None:
        """Nothing: whoever opened the hub closes it."""


@contextmanager
def postgres_elsewhere() -> Iterator[Elsewhere]:
    """A hub on a server of its own, in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        opened = postgres_hub()
        hub = thread.submit(opened.__enter__).result()
        try:
            yield Elsewhere(hub, thread)
        finally:
            thread.submit(opened.__exit__, None, None, None).result()
