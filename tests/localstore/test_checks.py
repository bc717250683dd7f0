"""The checks: each finds the damage it is there for, and a sound store passes all."""

import pytest

from localstore.looking import Look
from localstore.models import VendorCreate, VendorPatch
from localstore.rows import conflicts
from localstore.values import Row, text_of
from tests.localstore.world import World, key

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
    (
        "search index",
        "DELETE FROM work_items_fts_idx WHERE segid = (SELECT max(segid) FROM work_items_fts_idx)",
    ),
    ("schema", "DELETE FROM _sqlite_migrations"),
    ("rows", "UPDATE work_items SET priority = 'P0' WHERE title = 'child'"),
    ("rows", "UPDATE work_items SET metadata = '{\"note\":\"zebro\"}' WHERE title = 'parent'"),
    ("rows", "UPDATE archived_work_items SET updated_by = 'eve'"),
    ("rows", "UPDATE work_items SET ref = 'T-' || ref WHERE title = 'child'"),
    ("rows", "UPDATE vendors SET name_key = 'acne'"),
    ("rows", "UPDATE dependencies SET deleted_at = '2026-03-14T09:30:00.000000Z'"),
    ("rows", "UPDATE conflicts SET status = 'resolved'"),
    ("rows", "UPDATE history SET changes = replace(changes, 'active', 'antive')"),
    ("rows", "UPDATE history SET changes = replace(changes, '[null,\"broken\"]', '[null,\"b\"]')"),
    (
        "rows",
        """
        INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,
            replica_id, parents, changes)
        SELECT 'later', entity, entity_id, version + 1, changed_at, changed_by,
            replica_id, json_array(change_id), '{}'
        FROM history WHERE entity = 'vendor' AND version = 2
        """,
    ),
]


async def full_world(world: World) -> None:
    """Put something of everything into a store."""
    parent = await world.item("parent", metadata={"note": "zebra"})
    await world.item("child", under=parent)
    blocked = await world.item("blocked", kind="research")
    await world.blocks(parent, blocked)
    done = await world.item("done", status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await world.store.update_vendor("Acme", 1, VendorPatch(status="operational"), who="ada")
    disputed: Row = {"entity": "work_item", "entity_id": done["id"], "field": "title"}
    await world.store._write("sync", lambda c, stamp: conflicts.note(c, disputed, stamp))


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


async def test_a_rule_that_rows_break_together(world: World) -> None:
    """What only breaks a rule, as a merge may until the next round repairs it, is no damage of the
    file, though the doctor tells of it."""
    upper = await world.item("upper")
    lower = await world.item("lower", under=upper)
    world.sql("UPDATE work_items SET parent_id = ? WHERE id = ?", key(lower), key(upper))
    world.sql(
        "UPDATE history SET changes = json_set(changes, '$.parent_id', json_array(null, ?)) "
        "WHERE entity_id = ?",
        key(lower),
        key(upper),
    )
    assert Look(world.path).damage() == ""
    assert await world.failed_checks()


async def test_a_pull_under_way(world: World) -> None:
    """While pages of the hub's are known to be missing, a row that history has gone on from is no
    damage; with all of them here it is."""
    child = await world.item("child")
    world.sql("UPDATE sync SET cursor = 1, hub_head = 2")
    world.sql(
        "INSERT INTO history (change_id, entity, entity_id, version, changed_at, changed_by,"
        " replica_id, parents, changes) SELECT 'later', entity, entity_id, 2, changed_at,"
        " changed_by, replica_id, json_array(change_id), '{}' FROM history WHERE entity_id = ?",
        key(child),
    )
    assert Look(world.path).damage() == ""
    world.sql("UPDATE sync SET cursor = 2")
    assert "rows differ from what their history tells" in Look(world.path).damage()
