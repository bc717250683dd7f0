"""Deployments: events that link vendors and work items."""

import pytest

from localstore.errors import Duplicate, InvalidArguments, NotFound
from localstore.metadata import EXAMPLES
from localstore.models import DeploymentCreate, Page, VendorCreate, VendorPatch
from localstore.validation import validate
from localstore.values import Row, Value, mapping_of, rows_of, text_of, texts_of
from tests.localstore.world import COMMIT, World, key

pytestmark = pytest.mark.anyio


async def deploy(world: World, /, **fields: Value) -> Row:
    """Record a deployment; takes `client_ref` beside its fields."""
    client_ref = text_of(fields, "client_ref") or None
    fields.pop("client_ref", None)
    command = validate(DeploymentCreate, {"commit_hash": COMMIT, **fields})
    return await world.store.record_deployment(command, who="ada", client_ref=client_ref)


async def vendor(world: World, name: str) -> Row:
    """Create a vendor."""
    return await world.store.create_vendor(VendorCreate(name=name), who="ada")


async def listed(world: World, name: str | None = None) -> list[Row]:
    """The deployments there are, newest first."""
    return rows_of(await world.store.list_deployments(name, Page()), "items")


async def test_everything_comes_back(world: World) -> None:
    """A deployment names its vendors and shows its items' refs, titles and status."""
    acme, item = await vendor(world, "Acme"), await world.item("Shipped", status="completed")
    metadata = EXAMPLES["deployment"] | {"region": "eu"}
    row = await deploy(
        world,
        deployed_at="2026-03-01T10:00:00+01:00",
        affected_vendors=["ACME"],
        related_work_item_ids=[text_of(item, "ref").lower()],
        metadata=metadata,
    )
    assert row["deployed_at"] == "2026-03-01T09:00:00.000000Z"
    assert row["commit_hash"] == COMMIT
    assert row["affected_vendors"] == [acme["name"]]
    assert row["related_work_items"] == [
        {"ref": item["ref"], "title": "Shipped", "status": "completed"}
    ]
    assert mapping_of(row, "metadata") == metadata | {"_schema_version": "1.0"}
    assert await listed(world) == [row]


async def test_it_happened_now(world: World) -> None:
    """A deployment without a time happened when it was recorded."""
    row = await deploy(world)
    assert row["deployed_at"] == row["created_at"]


@pytest.mark.parametrize("name", ["affected_vendors", "related_work_item_ids"])
async def test_unknown_links_are_refused(world: World, name: str) -> None:
    """A deployment that names a vendor or item that does not exist is refused whole."""
    await vendor(world, "Acme")
    fields: Row = {"affected_vendors": ["Acme"]}
    with pytest.raises(NotFound) as caught:
        await deploy(world, **fields | {name: ["T-00000"]})
    assert caught.value.hint
    assert world.sizes()["deployments"] == 0


async def test_links_are_named_once(world: World) -> None:
    """A vendor or item that is named twice is linked once."""
    item = await world.item()
    await vendor(world, "Acme")
    row = await deploy(
        world, affected_vendors=["Acme", "ACME"], related_work_item_ids=[key(item), item["ref"]]
    )
    assert len(texts_of(row, "affected_vendors")) == 1
    assert len(rows_of(row, "related_work_items")) == 1


async def test_links_follow_the_rows(world: World) -> None:
    """A deployment shows its vendors' and items' present names, archived items among them."""
    acme, item = await vendor(world, "Acme"), await world.item("Old")
    await deploy(world, affected_vendors=["Acme"], related_work_item_ids=[key(item)])
    await world.store.update_vendor(key(acme), 1, VendorPatch(new_name="Zenith"), who="ada")
    await world.change(item, title="New", status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    (row,) = await listed(world)
    assert row["affected_vendors"] == ["Zenith"]
    assert rows_of(row, "related_work_items")[0]["title"] == "New"


async def test_newest_first(world: World) -> None:
    """Deployments are listed by the time they happened, not by when they were recorded."""
    for day in ("2026-01-02", "2026-01-03", "2026-01-01"):
        await deploy(world, deployed_at=day)
    assert [text_of(row, "deployed_at")[:10] for row in await listed(world)] == [
        "2026-01-03",
        "2026-01-02",
        "2026-01-01",
    ]


async def test_pages_meet(world: World) -> None:
    """Pages of deployments, some of one moment, hold each once."""
    for _ in range(5):
        await deploy(world, deployed_at="2026-01-01")
    first = await world.store.list_deployments(None, Page(limit=2))
    rest = await world.store.list_deployments(None, Page(cursor=text_of(first, "next_cursor")))
    found = [key(row) for told in (first, rest) for row in rows_of(told, "items")]
    assert len(found) == len(set(found)) == 5
    assert first["total"] == 5


async def test_of_one_vendor(world: World) -> None:
    """The deployments that affected one vendor can be asked for by its name."""
    await vendor(world, "Acme")
    await deploy(world)
    row = await deploy(world, affected_vendors=["Acme"])
    assert [key(each) for each in await listed(world, "acme")] == [key(row)]
    with pytest.raises(NotFound):
        await listed(world, "Nobody")


async def test_wrong_metadata(world: World) -> None:
    """Metadata that breaks a rule is refused with an example, and nothing is written."""
    with pytest.raises(InvalidArguments) as caught:
        await deploy(world, metadata={"test_summary": {"unit": "many"}})
    assert caught.value.field == "metadata.test_summary.unit"
    assert caught.value.details["example"] == EXAMPLES["deployment"]
    assert world.sizes()["deployments"] == 0


async def test_broken_metadata_is_still_answered(world: World) -> None:
    """A deployment whose stored metadata breaks a rule is answered, with what is wrong."""
    await deploy(world)
    world.sql("""UPDATE deployments SET metadata = '{"pr_number": 0}'""")
    (row,) = await listed(world)
    assert "metadata.pr_number" in text_of(row, "metadata_problem")


async def test_client_ref(world: World) -> None:
    """The same deployment sent again is recorded once; another one under its ref is refused."""
    first = await deploy(world, client_ref="r1")
    assert (await deploy(world, client_ref="r1"))["id"] == first["id"]
    with pytest.raises(Duplicate):
        await deploy(world, client_ref="r1", deployed_at="2026-01-01")
    assert world.sizes()["deployments"] == 1
