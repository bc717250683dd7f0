"""What happens in one seed, step by step: work, rounds, and everything that goes wrong."""

from collections.abc import Callable
from pathlib import Path

from syncd.hub import Asking
from tests.simulation.hands import LIVE
from tests.simulation.inline import finished
from tests.simulation.network import SimulatedHub
from tests.simulation.replica import Replica
from tests.simulation.world import PROJECT, World

REPLICAS_AT_MOST = 6
FEW = 3


class Afternoon(World):
    """A world in which things happen."""

    def __init__(self, seed: int, hub: SimulatedHub, template: Path, folder: Path) -> None:
        super().__init__(seed, hub, template, folder)
        self._saves: list[Callable[[], None]] = []
        self._backups: list[tuple[Path, Replica]] = []

    def run(self) -> None:
        """All steps; between any two of them the hub is sound."""
        names, weights = [*self.shape.events], [*self.shape.events.values()]
        for _ in range(self.shape.steps):
            name = self.dice.choices(names, weights)[0]
            self.done[name] += 1
            before = self.network.pushes
            getattr(self, f"_{name}")()
            if self.network.pushes > before:
                self.expect_sound_hub()

    def _work(self) -> None:
        replica = self.dice.choice(self.replicas)
        names, weights = [*self.shape.work], [*self.shape.work.values()]
        name = self.dice.choices(names, weights)[0]
        is_bare = len(replica.ids(LIVE)) < FEW and self.dice.random() < 0.3
        self._do(replica, "create" if is_bare else name)

    def _advance(self) -> None:
        joined = [replica for replica in self.replicas if replica.joined]
        if joined:
            awaits = self.dice.randint(1, self.shape.longest_advance)
            self.advance(self.dice.choice(joined), awaits)

    def _late(self) -> None:
        if self.network.late:
            self.trace.append("a late call arrives")
            self.network.arrive_late()

    def _crash(self) -> None:
        replica = self.dice.choice(self.replicas)
        self.trace.append(f"{replica.name} dies and begins again")
        replica.crash()
        self.expect_undamaged(replica)

    def _copy(self) -> None:
        self._back_up()
        others = [replica for replica in self.replicas if replica is not self._backups[-1][1]]
        is_full = len(self.replicas) == REPLICAS_AT_MOST
        goes = (
            self.dice.choice(others) if is_full or (others and self.dice.random() < 0.5) else None
        )
        self._come(self._backups.pop(), goes)

    def _back_up(self) -> None:
        source = self.dice.choice(self.replicas)
        path = self._folder / f"backup-{self.ticks.seconds}-{len(self.trace)}.db"
        source.copy_to(path)
        self.trace.append(f"{source.name} is backed up")
        self._backups = [*self._backups[-2:], (path, source)]

    def _bring_back(self) -> None:
        if self._backups:
            self._come(self.dice.choice(self._backups), self.dice.choice(self.replicas))

    def _come(self, backup: tuple[Path, Replica], goes: Replica | None) -> None:
        """A copy of a store as it was is a replica from now on, perhaps in place of another."""
        before = self._standing()
        if goes is not None:
            self.trace.append(f"{goes.name} is taken away")
            goes.close()
            self.replicas.remove(goes)
        path, source = backup
        copy = self._new_replica(path)
        copy.newer_client = source.newer_client
        copy.joined = finished(copy.store.sync_place()).project_id is not None
        if self.dice.random() < 0.5:
            copy.take_new_id()
        self.trace.append(f"{source.name} is {copy.name} as well, as it was when it was backed up")
        self.replicas.append(copy)
        self._excuse(before)

    def _save(self) -> None:
        self._saves = [*self._saves[-2:], self.network.hub.save()]
        self.trace.append("the hub is saved")

    def _go_back(self) -> None:
        if self._saves:
            self.trace.append("the hub goes back to an earlier state")
            before = self._standing()
            self.dice.choice(self._saves)()
            self.network.accepted.clear()
            self._excuse(before)

    def _wipe(self) -> None:
        self.trace.append("the hub is replaced by an empty one")
        before = self._standing()
        self.network.hub.wipe()
        self.network.accepted.clear()
        self._excuse(before)

    def _purge(self) -> None:
        """The hub purges without keeping anything, behind everybody's back or sparing them all."""
        hub, sparing = self.network.hub, self.dice.random() < 0.5
        for replica in self.replicas if sparing and hub.entries(PROJECT) else ():
            place = finished(replica.store.sync_place())
            if place.project_id is not None:
                asking = Asking(PROJECT, replica.store.replica_id, place.seen, place.cursor)
                hub.hello(asking)
        gone = hub.purge(PROJECT, sparing=sparing)
        self.done["rows purged"] += gone
        self.trace.append(
            f"the hub purges {gone} rows, {'sparing' if sparing else 'whoever has not read'}"
        )

    def _standing(self) -> dict[str, str]:
        """Every change that stands anywhere; for a conflict's, the row it is about."""
        hub = self.network.hub
        about = {
            row_id: str(held.row["entity_id"])
            for row_id, held in hub.tables(PROJECT)["conflict"].items()
        }
        standing = {
            str(entry["change_id"]): about.get(str(entry["id"]), "")
            for entry in hub.entries(PROJECT)
        }
        for replica in self.replicas:
            standing |= replica.standing_changes()
        return standing

    def _excuse(self, before: dict[str, str]) -> None:
        """Nobody can keep what stood only where it was taken away."""
        after = self._standing()
        gone = [row_id for change_id, row_id in before.items() if change_id not in after]
        self.ledger.excuse(set(after), gone)

    def _join_one(self) -> None:
        alone = [replica for replica in self.replicas if not replica.joined]
        if alone:
            self.join(self.dice.choice(alone))
