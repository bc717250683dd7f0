"""What tests of purging do: greet the hub, delete an item, look whether the hub has its row."""

from collections.abc import Awaitable, Callable, Sequence

from localstore.exchange import PushedRow, Receipt
from localstore.values import Row, text_of
from syncd.hub import Asking
from tests.simulation.network import SimulatedHub
from tests.syncd.apart import PROJECT, CutLine, Laptop, named, settle


class BusyLine(CutLine):
    """A line on which others are quicker: before the push of that number they do something."""

    meanwhile: tuple[int, Callable[[], Awaitable[None]]] | None = None

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """As `Hub.push`."""
        if self.meanwhile is not None and self.pushes + 1 == self.meanwhile[0]:
            await self.meanwhile[1]()
        return await super().push(asking, rows)


async def greet(*found: Laptop) -> None:
    """Say hello from each, as a daemon does when it connects."""
    for laptop in found:
        place = await laptop.store.sync_place()
        asking = Asking(PROJECT, laptop.store.replica_id, place.seen, place.cursor)
        laptop.line.hub.hello(asking)


async def shared_item(ann: Laptop, ben: Laptop) -> Row:
    """An item that both have."""
    item = await ann.item("Fix the parser")
    await settle(ann, ben)
    return item


async def delete(laptop: Laptop, item: Row) -> None:
    """Delete an item and tell the hub."""
    await laptop.change(await laptop.full(named(item)), deleted=True)
    await laptop.sync()


def is_there(hub: SimulatedHub, item: Row) -> bool:
    """Whether the hub has the item's row."""
    return text_of(item, "id") in hub.tables(PROJECT)["work_item"]
