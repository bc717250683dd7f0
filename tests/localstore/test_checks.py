"""The checks: each finds the damage it is there for, and a sound store passes all."""

import pytest

from localstore.values import text_of
from tests.localstore.world import World

pytestmark = pytest.mark.anyio
DAMAGE = [
    ("kept counts", "UPDATE item_counts SET n = n + 1"),
    ("kept counts", "DELETE FROM item_counts"),
    ("open blockers", "UPDATE work_items SET waits_on = 7 WHERE title = 'blocked'"),
    ("history", "DELETE FROM history WHERE entity = 'work_item'"),
    ("history", "UPDATE work_items SET version = version + 1"),
    ("history", "UPDATE vendors SET change_id = 'x'"),
    ("history", "UPDATE conflicts SET change_id = 'x'"),
    ("history", "DELETE FROM vendors"),
    ("tree", "UPDATE work_items SET parent_id = 'nobody' WHERE title = 'child'"),
    ("tree", "UPDATE work_items SET parent_id = id WHERE title = 'child'"),
    ("search index", "UPDATE work_items SET rowid = rowid + 1000"),
    ("search index", "DELETE FROM work_items_fts"),
    ("schema", "DELETE FROM _sqlite_migrations"),
]


async def full_world(world: World) -> None:
    """Put something of everything into a store."""
    parent = await world.item("parent", metadata={"note": "zebra"})
    await world.item("child", under=parent)
    blocked = await world.item("blocked", kind="research")
    await world.blocks(parent, blocked)
    done = await world.item("done", status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    world.sql(
        "INSERT INTO vendors (id, ref, name, name_key, status, version, change_id, created_at,"
        " created_by, updated_at, updated_by) VALUES ('v', 'V-1', 'A', 'a', 'broken', 1, 'vc',"
        " '', '', '', '')"
    )
    world.sql(
        "INSERT INTO conflicts (id, ref, entity, entity_id, field, noticed_at, status, version,"
        " change_id, created_at, created_by, updated_at, updated_by) VALUES ('c', 'C-1',"
        " 'work_item', ?, 'title', '', 'open', 1, 'cc', '', '', '', '')",
        text_of(done, "id"),
    )
    for row, change in (("v", "vc"), ("c", "cc")):
        world.sql(
            "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
            " replica_id, changes) VALUES (?, ?, ?, 1, '', '', '', '{}')",
            change,
            "vendor" if row == "v" else "conflict",
            row,
        )


async def test_sound_store_passes(world: World) -> None:
    """A store with something of everything passes every check, and each says what it found."""
    await full_world(world)
    checks = await world.store.check()
    assert [check["check"] for check in checks if not check["ok"]] == []
    assert all(check["found"] for check in checks)


@pytest.mark.parametrize(("check", "damage"), DAMAGE)
async def test_damage_is_found(world: World, check: str, damage: str) -> None:
    """Damage of each kind is found by the check that is there for it."""
    await full_world(world)
    world.sql(damage)
    assert check in [text_of(failed, "check") for failed in await world.failed_checks()]


async def test_checking_changes_nothing(world: World) -> None:
    """Checking leaves every table as it was, damaged or not."""
    await full_world(world)
    world.sql("UPDATE item_counts SET n = n + 1")
    before = world.sizes(), world.sql("SELECT * FROM item_counts")
    await world.store.check()
    assert (world.sizes(), world.sql("SELECT * FROM item_counts")) == before
