"""What two laptops do to one item apart from each other."""

from localstore.fields import Keep
from localstore.values import Row, text_of
from tests.laptops import Laptops
from tests.localstore.world import World

TEXT = "One\nTwo\nThree\nFour\n"


async def apart(both: Laptops, here: Row, there: Row) -> Row:
    """An item that Ann changed one way and Ben another, after both had it."""
    item = await both.ann.item("Fix parser", description=TEXT)
    await both.sync()
    await both.ann.change(await both.ann.full(item), **here)
    await both.ben.change(await both.ben.full(item), **there)
    await both.sync()
    return item


async def settle(world: World, conflict: Row, keep: Keep) -> Row:
    """Decide a conflict as Grace."""
    return await world.store.resolve_conflict(text_of(conflict, "ref"), keep, None, who="grace")
