"""The way between replicas and a hub: calls are lost, doubled and late, all from one dice."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Protocol, TypeVar

from localstore.exchange import HubPage, PushedRow, Receipt
from localstore.values import Row, text_of, to_json
from syncd.hub import Asking, Hub, HubUnreachable, SyncError
from tests.simulation.inline import Checkpoint
from tests.simulation.model_rules import Tables

T = TypeVar("T")
SHOWN = 110
"""Characters of a line of an answer that stand in a trace."""
Fault = Literal["none", "lost before", "lost after", "twice", "late"]
FAULTS: tuple[Fault, ...] = ("none", "lost before", "lost after", "twice", "late")


class SimulatedHub(Protocol):
    """A hub whose calls are done at once, and which can be set back."""

    def open_project(self, project_id: str) -> None:
        """Make the project known."""

    def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        ...

    def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        ...

    def hello(self, asking: Asking) -> None:
        """Note how far a replica has read. Raises: UnknownProject."""

    def purge(self, project_id: str, *, sparing: bool) -> int:
        """Purge what may go, however new; `sparing` those who said hello. How many rows went."""
        ...

    def save(self) -> Callable[[], None]:
        """Remember the whole hub as it is; call what this returns to be so again."""
        ...

    def wipe(self) -> None:
        """Be a hub that is new."""

    def tables(self, project_id: str) -> Tables:
        """All rows of a project."""
        ...

    def entries(self, project_id: str) -> list[Row]:
        """All history of a project, in its order."""
        ...


@dataclass
class Network:
    """The hub and everything that can happen to a call on its way there and back."""

    hub: SimulatedHub
    dice: Random
    weights: Sequence[int] = (1, 0, 0, 0, 0)
    tell: Callable[[str], None] = lambda _: None
    late: list[Callable[[], object]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    pushed_rows: int = 0
    pushes: int = 0
    accepted: set[str] = field(default_factory=set)

    def fault(self) -> Fault:
        """What happens to the next call."""
        chosen = self.dice.choices(FAULTS, self.weights)[0]
        self.faults[chosen] += 1
        return chosen

    def pull(self, who: str, asking: Asking, cursor: int, limit: int) -> HubPage:
        """One pull, noted."""
        try:
            page = self.hub.pull(asking, cursor, limit)
        except SyncError as refusal:
            self._note(f"{who} pull after {cursor}: {refusal.code}")
            raise
        self._note(f"{who} pull after {cursor} to {page.cursor} of {page.head}", told_page(page))
        return page

    def push(self, who: str, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """One push, noted."""
        try:
            receipt = self.hub.push(asking, rows)
        except SyncError as refusal:
            self._note(f"{who} push: {refusal.code}")
            raise
        self.pushed_rows += len(rows)
        self.pushes += 1
        told = []
        for row, verdict in zip(rows, receipt.verdicts, strict=True):
            self.verdicts[verdict.reason or verdict.kind] += 1
            if verdict.kind == "accepted":
                self.accepted.add(row.change_id)
            told.append(
                f"{row.name.entity} {row.name.row_id} {row.change_id}: {verdict.kind}"
                f" {verdict.reason} {verdict.current or ''}"
            )
        self._note(f"{who} push {receipt.previous_head} to {receipt.head}", told)
        return receipt

    def arrive_late(self) -> None:
        """A call whose caller gave up is done now."""
        call = self.late.pop(self.dice.randrange(len(self.late)))
        try:
            call()
        except SyncError as refusal:
            self.tell(f"  refused: {refusal.code}")

    def _note(self, what: str, rows: Sequence[str] = ()) -> None:
        self.answers.append("\n".join([what, *rows]))
        self.tell("\n      ".join([f"  {what}", *(row[:SHOWN] for row in rows)]))


class Line(Hub):
    """One replica's way to the hub; between asking and hearing, anything may happen elsewhere."""

    def __init__(self, network: Network, who: str) -> None:
        self._network = network
        self._who = who

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """As `Hub.pull`."""
        return await self._call(lambda: self._network.pull(self._who, asking, cursor, limit))

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        return await self._call(lambda: self._network.push(self._who, asking, rows))

    async def open_project(self, project_id: str) -> None:
        """Make the project known."""
        await self._call(lambda: self._network.hub.open_project(project_id))

    async def _call(self, call: Callable[[], T]) -> T:
        await Checkpoint()
        fault = self._network.fault()
        if fault != "none":
            self._network.tell(f"  {self._who}: the next call is {fault}")
        if fault == "lost before":
            raise HubUnreachable("lost before it was done")
        if fault == "late":
            self._network.late.append(call)
            raise HubUnreachable("not done yet")
        answer = call()
        if fault == "twice":
            answer = call()
        await Checkpoint()
        if fault == "lost after":
            raise HubUnreachable("lost after it was done")
        return answer


def told_page(page: HubPage) -> list[str]:
    """What a page holds, in the words of the log: no stamps, which hubs make in their own ways."""
    rows = [
        f"{each.entity} {text_of(each.row, 'id')} is at {text_of(each.row, 'change_id')}: "
        f"{to_json(each.row)}"
        for each in page.rows
    ]
    entries = [
        f"entry {text_of(each, 'change_id')} of {text_of(each, 'id')}: {to_json(each)}"
        for each in page.entries
    ]
    seen = "" if page.seen is None else str(page.seen.seq)
    return [f"seen {seen}, purged {page.purged}", *rows, *entries]
