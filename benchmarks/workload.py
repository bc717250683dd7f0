"""The calls that are measured: the same ones in the server, over stdio and over HTTP."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from time import perf_counter_ns

from benchmarks.content import TASKS_TOGETHER, Dice
from benchmarks.load import Landmarks
from benchmarks.timing import Probe
from localstore.values import Row, number_of, text_of

QUERIES = ("date parser", "customs tariff", "waybill fallback", "rotated scans", "invoice reader")

Call = Callable[[str, Row], Awaitable[Row]]
"""Calls a tool and returns its answer; raises AssertionError when it was refused."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of call: what it is called in the table, its tool, and the arguments of the next."""

    name: str
    tool: str
    next_arguments: Callable[[], Row]
    writes: bool = False


class Workload:
    """The operations on one filled store; it keeps the versions that updates have to name."""

    def __init__(self, landmarks: Landmarks) -> None:
        self.items = landmarks.items
        self._vendors = cycle(landmarks.vendors)
        self._roots = cycle(landmarks.roots)
        self._leaves = cycle(landmarks.leaves)
        self._versions = dict(landmarks.tasks)
        self._tasks = cycle(landmarks.tasks)
        self._parents = cycle(landmarks.tasks)
        self._queries = cycle(QUERIES)
        self._numbers = count(1)
        self._pairs = _pairs(list(landmarks.tasks))
        self._dice = Dice(8)
        self.operations = (
            Operation("vendor status", "query_vendor_status", self._vendor),
            Operation("hierarchy, 5 down", "query_work_item", self._root),
            Operation("hierarchy, 5 up", "query_work_item", self._leaf),
            Operation("list of 25", "list_work_items", dict),
            Operation("search, two words", "list_work_items", self._search),
            Operation("ready work", "list_work_items", lambda: {"ready": True}),
            Operation("full status", "get_project_status", dict),
            Operation("status since", "get_project_status", lambda: {"since": landmarks.recent}),
            Operation("create", "create_work_item", self.new_item, writes=True),
            Operation("update", "update_work_item", self._update, writes=True),
            Operation("link", "set_dependency", self._link, writes=True),
        )

    def learn(self, answer: Row) -> None:
        """Take note of an answer: after a write, the item's new version."""
        if "changed" in answer:
            self._versions[text_of(answer, "id")] = number_of(answer, "version")

    def new_item(self) -> Row:
        """The arguments of a create: a task with all that tasks usually have."""
        return {
            "item_type": "task",
            "title": self._dice.title(),
            "description": self._dice.prose(3),
            "priority": "P1",
            "labels": ["parser", "bug"],
            "parent_id": next(self._parents),
            "metadata": {"estimated_hours": 3},
        }

    def _vendor(self) -> Row:
        return {"name": next(self._vendors)}

    def _root(self) -> Row:
        return {"id": next(self._roots)}

    def _leaf(self) -> Row:
        return {"id": next(self._leaves)}

    def _search(self) -> Row:
        return {"query": next(self._queries)}

    def _update(self) -> Row:
        """Complete each task in turn, then take each up again; what waits for it learns of it."""
        item = next(self._tasks)
        number = next(self._numbers)
        return {
            "id": item,
            "version": self._versions[item],
            "status": ("completed", "active")[number // len(self._versions) % 2],
            "metadata": {"actual_hours": number % 1_000},
        }

    def _link(self) -> Row:
        source, target = next(self._pairs)
        return {"source_id": source, "target_id": target, "dependency_type": "blocks"}


def _pairs(tasks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of tasks of one project, in their order, so that blockers never run in a circle.

    Each project has its turn; near ones come first.
    """
    projects = [tasks[at : at + TASKS_TOGETHER] for at in range(0, len(tasks), TASKS_TOGETHER)]
    for distance in range(1, TASKS_TOGETHER):
        for place in range(TASKS_TOGETHER - distance):
            yield from ((project[place], project[place + distance]) for project in projects)


def probe(operation: Operation, call: Call, learn: Callable[[Row], None] = lambda _: None) -> Probe:
    """Measures one call of an operation; `learn` gets the answer afterwards."""

    async def run() -> int:
        arguments = operation.next_arguments()
        start = perf_counter_ns()
        answer = await call(operation.tool, arguments)
        taken = perf_counter_ns() - start
        learn(answer)
        return taken

    return run
