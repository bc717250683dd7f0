"""Lists of work items: filters, orders, and pages that neither lose nor repeat a row."""

from collections.abc import AsyncIterator

import pytest

from localstore.errors import InvalidArguments, NotFound
from localstore.models import Page
from localstore.values import Row, Value, rows_of, text_of
from tests.localstore.test_tree import chain
from tests.localstore.world import World, key, titles

pytestmark = pytest.mark.anyio


async def pages(world: World, limit: int, **filters: Value) -> AsyncIterator[Row]:
    """The pages of a list, each fetched when it is asked for."""
    told = await world.listed(Page(limit=limit), **filters)
    yield told
    cursor = ""
    while "next_cursor" in told:
        assert told["next_cursor"] != cursor, "the same page for ever"
        cursor = text_of(told, "next_cursor")
        told = await world.listed(Page(limit=limit, cursor=cursor), **filters)
        yield told


@pytest.fixture
async def shelf(world: World) -> World:
    """Four items that differ in everything that can be filtered."""
    project = await world.item("project", kind="project", priority="P0", status="planned")
    await world.item("task", under=project, assignee="ada", labels=["a", "b"])
    await world.item("research", kind="research", status="blocked", priority="P1", labels=["a"])
    await world.item("done", status="completed", assignee="bob", priority="P3", labels=["b"])
    return world


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["done", "research", "task", "project"]),
        ({"item_type": ["task"]}, ["done", "task"]),
        ({"item_type": ["task", "project"]}, ["done", "task", "project"]),
        ({"status": ["planned", "blocked"]}, ["research", "project"]),
        ({"priority": ["P1", "P3"]}, ["done", "research"]),
        ({"assignee": "ada"}, ["task"]),
        ({"assignee": "none"}, ["research", "project"]),
        ({"labels": ["a"]}, ["research", "task"]),
        ({"labels": ["a", "b"]}, ["task"]),
        ({"labels": ["c"]}, []),
        ({"item_type": ["task"], "status": ["completed"]}, ["done"]),
        ({"status": ["completed"], "assignee": "ada"}, []),
        ({"sort": "created"}, ["done", "research", "task", "project"]),
        ({"sort": "priority"}, ["project", "research", "task", "done"]),
    ],
)
async def test_filters(shelf: World, filters: dict[str, Value], expected: list[str]) -> None:
    """All given filters hold at once, lists mean any of their members, labels mean all of them."""
    told = await shelf.listed(**filters)
    assert titles(told) == expected
    assert told["total"] == len(expected)


async def test_updated_comes_first(shelf: World) -> None:
    """The item that changed last stands first."""
    oldest = rows_of(await shelf.listed(), "items")[-1]
    await shelf.change(oldest, assignee="eve")
    assert (await shelf.titles())[0] == "project"
    assert (await shelf.titles(sort="created"))[-1] == "project"


async def test_children_and_subtree(world: World) -> None:
    """`parent_id` lists direct children; `under` lists the whole subtree without its top."""
    rows = await chain(world, 4)
    await world.item("elsewhere")
    assert await world.titles(parent_id=key(rows[0])) == ["level 1"]
    assert await world.titles(under=text_of(rows[0], "ref")) == ["level 3", "level 2", "level 1"]
    assert await world.titles(under=key(rows[3])) == []


@pytest.mark.parametrize("name", ["parent_id", "under"])
async def test_unknown_parent(world: World, name: str) -> None:
    """A filter by a parent that does not exist is not found."""
    with pytest.raises(NotFound):
        await world.listed(**{name: "T-00000"})


async def test_summary_and_full(world: World) -> None:
    """A list shows summaries without ids unless everything is asked for."""
    parent = await world.item("parent")
    await world.item("child", under=parent, description="long", metadata={"a": 1})
    short, *_ = rows_of(await world.listed(), "items")
    assert short.keys() == {
        "ref",
        "item_type",
        "title",
        "status",
        "priority",
        "parent",
        "version",
        "updated_at",
    }
    assert short["parent"] == parent["ref"]
    whole, *_ = rows_of(await world.listed(Page(detail="full")), "items")
    assert whole["description"] == "long"
    assert whole["metadata"] == {"_schema_version": "1.0", "a": 1}
    assert whole["depth"] == 1


FILTERS: list[dict[str, Value]] = [
    {},
    {"sort": "created"},
    {"sort": "priority"},
    {"ready": True},
    {"status": ["active"]},
    {"query": "number"},
    {"labels": ["even"]},
]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_pages_meet(world: World, filters: dict[str, Value], limit: int) -> None:
    """The pages of a list hold each of its rows once, in the order of the whole list."""
    for number in range(8):
        await world.item(
            f"number {number}", priority=f"P{number % 3}", labels=["even"] if number % 2 else []
        )
    whole = await world.titles(**filters)
    seen: list[str] = []
    async for told in pages(world, limit, **filters):
        assert told["total"] == len(whole)
        assert ("next_cursor" in told) == ("truncated" in told)
        seen += titles(told)
    assert seen == whole


async def test_pages_while_rows_come_and_go(world: World) -> None:
    """Rows that stay come up once though others are added and deleted meanwhile."""
    for number in range(9):
        await world.item(f"stays {number}")
    fickle = [await world.item(f"fickle {number}") for number in range(6)]
    seen: list[str] = []
    async for told in pages(world, 2, sort="created"):
        seen += titles(told)
        await world.item("newcomer")
        if fickle:
            await world.change(fickle.pop(), deleted=True)
    assert sorted(each for each in seen if "stays" in each) == [f"stays {n}" for n in range(9)]
    assert len(seen) == len(set(seen))


async def test_rows_of_one_moment_page_well(world: World) -> None:
    """Rows that were changed in one transaction, at one moment, are told apart by id."""
    create: Row = {"op": "create", "item": {"item_type": "task", "title": "twin"}}
    await world.bulk(*[create] * 7)
    seen = [text_of(row, "ref") async for told in pages(world, 2) for row in rows_of(told, "items")]
    assert len(seen) == len(set(seen)) == 7


async def test_cursor_of_another_list(world: World) -> None:
    """A cursor shown with other filters, another order or the archive is refused."""
    for number in range(3):
        await world.item(str(number))
    cursor = text_of(await world.listed(Page(limit=1)), "next_cursor")
    page = Page(limit=1, cursor=cursor)
    others: list[dict[str, Value]] = [{"status": ["active"]}, {"sort": "created"}, {"ready": True}]
    for filters in others:
        with pytest.raises(InvalidArguments, match="other filters"):
            await world.listed(page, **filters)
    with pytest.raises(InvalidArguments, match="other filters"):
        await world.listed(page, archived=True)
    with pytest.raises(InvalidArguments, match="cursor"):
        await world.store.history(None, page)


async def test_page_size_may_change(world: World) -> None:
    """A cursor goes on with another limit and another detail."""
    for number in range(5):
        await world.item(str(number))
    cursor = text_of(await world.listed(Page(limit=2)), "next_cursor")
    rest = await world.listed(Page(limit=10, cursor=cursor, detail="full"))
    assert titles(rest) == ["2", "1", "0"]


async def test_nothing_found(world: World) -> None:
    """A list of nothing is empty, of total 0, and not cut."""
    assert await world.listed(status=["blocked"]) == {"items": [], "total": 0}
