"""Once everything is quiet: two rounds everywhere, and then everything is held to the promise."""

from tests.simulation.contents import Contents, differences, misderived, of_hub, of_replica
from tests.simulation.inline import finished
from tests.simulation.promise import broken_promises
from tests.simulation.replica import TABLES, Replica
from tests.simulation.world import PROJECT, Violation, World

ROUNDS = 2
TRIES = 4
"""A round that finds that the hub went back ends there; so many in a row are too many."""
_ENDLESS = 100_000
_DIRTY = " UNION ALL ".join(
    f"SELECT id FROM {table} WHERE change_id IS NOT base_change_id" for table in TABLES
)


def settle(world: World) -> None:
    """Let everything come to rest, and hold it to the promise. Raises Violation."""
    world.trace.append("all is quiet")
    world.network.weights = (1, 0, 0, 0, 0)
    _end_what_is_under_way(world)
    for number in range(ROUNDS):
        world.trace.append(f"round {number + 1} everywhere")
        _rounds_everywhere(world)
    contents = expect_agreement(world)
    found = list(broken_promises(contents, world.ledger))
    if found:
        raise Violation("\n".join(found[:5]))
    expect_rest(world)


def expect_agreement(world: World) -> Contents:
    """All replicas and the hub hold the same, and each is sound in itself. Raises Violation."""
    hub = of_hub(world.network.hub, PROJECT)
    for replica in world.replicas:
        found = differences(hub, of_replica(replica))
        if found:
            raise Violation(f"the hub against {replica.name}: " + "\n".join(found[:5]))
        dirty = replica.ids(_DIRTY)
        if dirty:
            raise Violation(f"still dirty on {replica.name}: {dirty}")
        untold = replica.ids("SELECT change_id FROM history WHERE NOT at_hub")
        if untold:
            raise Violation(f"entries that {replica.name} takes for unsent: {untold}")
        checks = finished(replica.store.check())
        wrong = [f"{each['check']}: {each['found']}" for each in checks if not each["ok"]]
        wrong += misderived(replica)
        if wrong:
            raise Violation(f"{replica.name} is not sound: {wrong}")
    return hub


def expect_rest(world: World) -> None:
    """One more round everywhere sends nothing and changes nothing. Raises Violation."""
    before = world.network.pushed_rows, _heads(world)
    _rounds_everywhere(world)
    after = world.network.pushed_rows, _heads(world)
    if before != after:
        raise Violation(f"one more round moved something: {before} became {after}")


def _heads(world: World) -> list[str]:
    return [found for each in world.replicas for found in each.ids("SELECT max(seq) FROM history")]


def _end_what_is_under_way(world: World) -> None:
    while world.network.late:
        world.trace.append("a late call arrives")
        world.network.arrive_late()
    for replica in world.replicas:
        if replica.round is not None:
            world.advance(replica, _ENDLESS)
        if not replica.joined:
            world.join(replica)


def _rounds_everywhere(world: World) -> None:
    for replica in world.dice.sample(world.replicas, len(world.replicas)):
        _whole_round(world, replica)
    world.expect_sound_hub()


def _whole_round(world: World, replica: Replica) -> None:
    for _ in range(TRIES):
        if not world.advance(replica, _ENDLESS):
            raise Violation(f"a round on {replica.name} does not end")
        if replica.completed:
            return
    raise Violation(f"no round on {replica.name} is completed")
