"""The facts of the report: of one moment, in the order of the tree, and never more than so many."""

import pytest

from localstore.models import DeploymentCreate, EnhancementCreate, VendorCreate
from localstore.rows import report, report_work
from localstore.rows.report_tree import in_tree_order
from localstore.validation import validate
from localstore.values import Row, mapping_of, rows_of, text_of
from tests.localstore.world import COMMIT, World, titles

pytestmark = pytest.mark.anyio


async def vendor(world: World, name: str, **fields: object) -> Row:
    """Create a vendor."""
    values = {"name": name, "status": "operational", **fields}
    return await world.store.create_vendor(VendorCreate.model_validate(values), who="ada")


async def work(world: World) -> Row:
    """The open work of the report."""
    return mapping_of(await world.store.report_facts(), "work_items")


async def test_a_new_store(world: World) -> None:
    """A store nobody wrote to has whole facts, and no layout."""
    facts = await world.store.report_facts()
    assert facts["as_of"] == "2026-01-01T00:00:00.000000Z"
    assert "layout" not in facts
    assert [mapping_of(facts, name)["total"] for name in list(facts)[1:]] == [0, 0, 0, 0]


async def test_facts_do_not_follow_the_clock(world: World) -> None:
    """The same store has the same facts a month later, under the time of its newest change."""
    item = await world.item()
    facts = await world.store.report_facts()
    world.clock.pass_days(30)
    assert await world.store.report_facts() == facts
    assert text_of(facts, "as_of")[:19] == text_of(item, "updated_at")[:19]


async def test_open_work_is_in_tree_order(world: World) -> None:
    """Each open item comes before what is below it, the oldest first; closed ones are left out."""
    first = await world.item("first")
    second = await world.item("second")
    await world.item("second, below", under=second)
    below = await world.item("first, below", under=first)
    await world.item("deepest", under=below, status="planned")
    await world.item("done", under=first, status="completed")
    found = await work(world)
    assert titles(found) == ["first", "first, below", "deepest", "second", "second, below"]
    assert found["total"] == 5


async def test_below_a_closed_parent(world: World) -> None:
    """An item whose parent is closed stands below the nearest open one, and names its parent."""
    top = await world.item("top")
    await world.item("other")
    middle = await world.item("middle", under=top)
    await world.item("bottom", under=middle)
    await world.change(middle, status="completed")
    found = await work(world)
    assert titles(found) == ["top", "bottom", "other"]
    assert rows_of(found, "items")[1]["parent"] == "middle"


async def test_what_holds_an_item_back(world: World) -> None:
    """A blocked item tells its open blockers and its reason, and no longer those that are done."""
    blocker, blocked = await world.item("blocker"), await world.item("blocked")
    await world.blocks(blocker, blocked)
    stopped = await world.change(blocked, status="blocked", metadata={"blocked_reason": "rain"})
    row = rows_of(await work(world), "items")[1]
    assert (row["ref"], row["blocked_reason"]) == (stopped["ref"], "rain")
    expected: Row = {"total": 1, "items": [{"ref": blocker["ref"], "title": "blocker"}]}
    assert row["blocked_by"] == expected
    await world.change(blocker, status="completed")
    assert "blocked_by" not in rows_of(await work(world), "items")[0]


async def test_the_latest_of_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more open work than is shown, the latest changed is; the total counts all of it."""
    monkeypatch.setattr(report_work, "ITEMS_SHOWN", 3)
    items = [await world.item(f"item {place}") for place in range(5)]
    await world.change(items[0], status="planned")
    await world.item("deleted")
    (gone,) = rows_of(await world.listed(query="deleted"), "items")
    await world.change(gone, deleted=True)
    found = await work(world)
    assert titles(found) == ["item 0", "item 3", "item 4"]
    assert found["total"] == 5


async def test_vendors(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vendors come by name with what is known of them; of too many the first, all counted."""
    metadata = {
        "format_support": {"csv": True, "excel": True, "pdf": False, "fax": True},
        "test_results": {"passing": 3, "total": 4, "skipped": 1},
    }
    await vendor(world, "Opal", status="broken")
    await vendor(world, "ALDER", extractor_version="2.7.9", metadata=metadata)
    found = mapping_of(await world.store.report_facts(), "vendors")
    first, second = rows_of(found, "items")
    assert (found["operational"], found["total"]) == (1, 2)
    assert second == {"name": "Opal", "status": "broken"}
    assert (first["formats"], first["extractor_version"]) == (["excel", "csv", "fax"], "2.7.9")
    assert first["tests"] == {"passing": 3, "total": 4, "skipped": 1}
    monkeypatch.setattr(report, "VENDORS_SHOWN", 1)
    cut = mapping_of(await world.store.report_facts(), "vendors")
    assert (cut["total"], [row["name"] for row in rows_of(cut, "items")]) == (2, ["ALDER"])


async def test_deployments(world: World) -> None:
    """Deployments come newest first, with the names of what they touched and their tests."""
    await vendor(world, "Opal")
    item = await world.item("Dates")
    values: Row = {
        "commit_hash": COMMIT,
        "deployed_at": "2026-01-02T10:00:00Z",
        "affected_vendors": ["opal"],
        "related_work_item_ids": [item["ref"]],
        "metadata": {"pr_number": 7, "test_summary": {"passed": 3}},
    }
    await world.store.record_deployment(validate(DeploymentCreate, values), who="ada")
    later: Row = {"commit_hash": COMMIT, "metadata": {"constitutional_compliance": False}}
    await world.store.record_deployment(validate(DeploymentCreate, later), who="ada")
    found = mapping_of(await world.store.report_facts(), "deployments")
    newest, oldest = rows_of(found, "items")
    assert (found["total"], newest["compliant"], "pr_number" in newest) == (2, False, False)
    assert oldest["vendors"] == {"total": 1, "items": ["Opal"]}
    assert oldest["work_items"] == {
        "total": 1,
        "items": [{"ref": item["ref"], "title": "Dates"}],
    }
    assert (oldest["pr_number"], oldest["tests"]) == (7, {"passed": 3})


async def test_enhancements(world: World) -> None:
    """Enhancements come the most urgent first, without those that are completed."""
    for title, priority, status in (
        ("b", 3, "approved"),
        ("a", 1, "planned"),
        ("c", 1, "completed"),
    ):
        values: Row = {"title": title, "priority": priority, "status": status}
        await world.store.create_enhancement(validate(EnhancementCreate, values), who="ada")
    found = mapping_of(await world.store.report_facts(), "enhancements")
    assert (titles(found), found["total"]) == (["a", "b"], 2)


async def test_the_layout_comes_with_the_facts(world: World) -> None:
    """The layout of the report is read in the same moment as what fills it."""
    world.sql("UPDATE configuration SET report_layout = '## Mine'")
    assert (await world.store.report_facts())["layout"] == "## Mine"


def test_parents_in_a_circle_lose_nothing() -> None:
    """Rows of a damaged tree come once each, whatever their parents say."""
    parents = {"a": "b", "b": "a", "c": "c", "d": "gone", "e": "x"}
    rows: dict[str, Row] = {name: {"id": name, "parent_id": up} for name, up in parents.items()}
    above: dict[str, Row] = {"x": {"parent_id": "y"}, "y": {"parent_id": "x"}}
    assert sorted(text_of(row, "id") for row in in_tree_order(rows, above)) == list("abcde")
