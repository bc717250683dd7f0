"""Files of rows, and a person who edits them."""

from localstore.entities import WORK_ITEM, Entity
from localstore.models import Page
from localstore.values import Row, Value, rows_of, text_of
from tests.localstore.world import World


async def row_of(world: World, entity: Entity, row_id: Value = None) -> Row:
    """A row as its file holds it: the one with that id, or the only one."""
    rows = await world.store.rows_of(entity)
    (found,) = [row for row in rows if row_id in (None, row["id"])]
    return found


async def edit(world: World, entity: Entity, base: Row, /, **changes: Value) -> Row:
    """Edit the file of a row; None takes a field out of it."""
    edited: Row = {name: value for name, value in (base | changes).items() if value is not None}
    return await world.store.apply_edit(entity, text_of(base, "id"), edited, base=base, who="eve")


async def item(world: World, **fields: Value) -> Row:
    """A new task as its file holds it."""
    return await row_of(world, WORK_ITEM, (await world.item(**fields))["id"])


async def open_conflicts(world: World) -> list[Row]:
    """The conflicts that wait."""
    return rows_of(await world.store.conflicts("open", Page()), "items")


def list_in(row: Row, name: str) -> list[Value]:
    """The list in a field."""
    value = row[name]
    return value if isinstance(value, list) else []
