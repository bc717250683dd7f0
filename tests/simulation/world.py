"""One seed: replicas, a hub and a network between them, moved by one dice, one step at a time."""

import shutil
from collections import Counter
from pathlib import Path
from random import Random

from localstore.errors import TidelogError
from localstore.rows.checks import first_damage
from syncd import rounds
from syncd.hub import HubUnreachable, HubWentBack, UnknownProject
from syncd.pacing import Pace
from tests.simulation.hands import Nothing
from tests.simulation.inline import Checkpoint, at_first, at_last, finished
from tests.simulation.model_rules import findings
from tests.simulation.network import Line, Network, SimulatedHub
from tests.simulation.people import Person
from tests.simulation.replica import Replica, Ticks
from tests.simulation.shape import FIRST_WORK, Shape
from tests.simulation.tokens import Ledger

PROJECT = "0198f3a0-0000-7000-8000-000000000001"


class Violation(AssertionError):
    """A promise was broken."""


class World:
    """Everything there is in one simulation. Steps raise Violation."""

    def __init__(self, seed: int, hub: SimulatedHub, template: Path, folder: Path) -> None:
        self.seed = seed
        self.dice = Random(seed)
        self.shape = Shape.drawn(self.dice)
        self.trace: list[str] = []
        self.ticks = Ticks()
        self.ledger = Ledger()
        self.done: Counter[str] = Counter()
        self.network = Network(hub, self.dice, self.shape.faults, self.trace.append)
        self._folder = folder
        self._numbers = 0
        hub.open_project(PROJECT)
        self.replicas = [self._new_replica(template) for _ in range(self.shape.replicas)]
        self.trace.append(str(self.shape))

    def begin(self) -> None:
        """Everybody begins alone; some join at once, and some seeds begin with shared rows."""
        for replica in self.replicas:
            replica.begin_alone()
            if self.dice.random() < 0.7:
                self.join(replica)
        if self.shape.is_shared_from_the_start:
            self._share()

    def expect_sound_hub(self) -> None:
        """The hub's tree, edges and names are in order, and it has all that it ever accepted."""
        found = findings(self.network.hub.tables(PROJECT))
        if found:
            raise Violation("the hub: " + "; ".join(found))
        known = {str(entry["change_id"]) for entry in self.network.hub.entries(PROJECT)}
        lost = self.network.accepted - known
        if lost:
            raise Violation(f"the hub lost what it had accepted: {sorted(lost)}")

    def expect_risen_versions(self, replica: Replica) -> None:
        """No row of the replica has a lower version than before."""
        fallen = replica.fallen_versions()
        if fallen:
            raise Violation(f"versions fell on {replica.name}: {fallen}")

    def expect_undamaged(self, replica: Replica) -> None:
        """A server that looks the replica's file through, wherever work stands, takes nothing in it
        for damage."""
        found = first_damage(replica.connection)
        if found:
            raise Violation(f"{replica.name} is taken for damaged: {found}")

    def close(self) -> None:
        """Let go of all files."""
        for replica in self.replicas:
            replica.close()

    def advance(self, replica: Replica, awaits: int) -> bool:
        """Step the replica's round, beginning one when none is under way, over at most that many
        awaits; whether it ended."""
        if replica.round is None:
            self.trace.append(f"{replica.name} begins a round")
            replica.round = self._attended(replica)
        try:
            for _ in range(awaits):
                replica.round.send(None)
        except StopIteration:
            replica.round = None
        self.expect_risen_versions(replica)
        return replica.round is None

    async def _attended(self, replica: Replica) -> None:
        """One round, with what the daemon makes of its end."""
        replica.completed = False
        line = Line(self.network, replica.name)
        try:
            await self._round(replica, line)
        except HubUnreachable as failure:
            self.trace.append(f"{replica.name} gives up: {failure}")

    async def _round(self, replica: Replica, line: Line) -> None:
        try:
            outcome = await rounds.run_round(replica.store, line, pace=self._pace())
            replica.completed = True
            self.trace.append(f"{replica.name} ends a round: {outcome}")
        except HubWentBack:
            self.trace.append(f"{replica.name} forgets the hub, which went back")
            await replica.store.forget_hub()
        except UnknownProject:
            self.trace.append(f"{replica.name} opens the project again")
            await line.open_project(PROJECT)
            await replica.store.forget_hub()

    def _pace(self) -> Pace:
        """Pages and batches so small that there are several of them, and no rest."""

        async def rest(_seconds: float) -> None:
            await Checkpoint()

        return Pace(
            pull_limit=self.shape.pull_limit,
            push_bytes=self.shape.push_bytes,
            tenths=10,
            rest=rest,
            alongside=at_first if self.shape.is_ahead else at_last,
        )

    def _new_replica(self, file: Path) -> Replica:
        self._numbers += 1
        path = self._folder / f"{self._numbers}.db"
        shutil.copy(file, path)
        skew = self.shape.skews[self._numbers % len(self.shape.skews)]
        return Replica(self._numbers, path, self.ticks, skew)

    def join(self, replica: Replica) -> None:
        """A store that was begun alone joins the project."""
        self.trace.append(f"{replica.name} joins")
        finished(replica.store.join(PROJECT))
        replica.joined = True
        replica.newer_client = self.dice.random() < 0.3

    def _share(self) -> None:
        """Begin with rows that everyone has."""
        self.network.weights = (1, 0, 0, 0, 0)
        for name in FIRST_WORK:
            self._do(self.replicas[0], name)
        for replica in self.replicas:
            if not replica.joined:
                self.join(replica)
            while not self.advance(replica, 1):
                pass
        self.network.weights = self.shape.faults

    def _do(self, replica: Replica, name: str) -> None:
        replica.mark()
        outcome = "done"
        try:
            finished(getattr(Person(replica, self.dice, self.ledger), name)())
        except Nothing:
            outcome = "nothing to do it to"
        except TidelogError as refusal:
            outcome = f"{refusal.code}: {refusal.message}"
        entries = replica.new_entries()
        self.ledger.acknowledge(entries)
        self.done[f"{name} {outcome if outcome == 'done' else 'not done'}"] += 1
        self.trace.append(f"{replica.name} {name}: {outcome}")
        self.trace.extend(f"  {' '.join(entry)}" for entry in entries)
        self.expect_risen_versions(replica)
