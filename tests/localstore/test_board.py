"""What a board shows, in one read."""

import pytest

from localstore.errors import InvalidArguments
from localstore.models import Page, VendorCreate, WorkItemFilter
from localstore.values import Row, mapping_of, number_of, rows_of, text_of
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


def columns(board: Row) -> dict[str, list[str]]:
    """The titles in each column."""
    return {
        text_of(column, "status"): [text_of(each, "title") for each in rows_of(column, "items")]
        for column in rows_of(board, "columns")
    }


async def test_columns_hold_each_status(world: World) -> None:
    """Each open or completed item is in the column of its status; cancelled and deleted ones are in
    none; planned work is in the order it is to be done in."""
    for title, priority in (("later", "P2"), ("first", "P0"), ("last", "P3")):
        await world.item(title, status="planned", priority=priority)
    await world.item("at work")
    await world.item("stopped", status="blocked")
    await world.item("done", status="completed")
    await world.item("never", status="cancelled")
    gone = await world.item("gone")
    await world.change(await world.full(gone), deleted=True)
    board = await world.store.board(WorkItemFilter(), shown=25)
    assert columns(board) == {
        "planned": ["first", "later", "last"],
        "active": ["at work"],
        "blocked": ["stopped"],
        "completed": ["done"],
    }
    assert board["ready"] == 4


async def first_planned(world: World) -> Row:
    """The first card of the first column."""
    board = await world.store.board(WorkItemFilter(), shown=5)
    return rows_of(rows_of(board, "columns")[0], "items")[0]


async def test_cards_say_what_holds_them(world: World) -> None:
    """A card says what it waits for, or that it is ready; a finished blocker holds nothing."""
    blocker = await world.item("blocker")
    waiting = await world.item("waiting", status="planned")
    ref = text_of(blocker, "ref")
    await world.store.set_dependency(ref, text_of(waiting, "ref"), "blocks", who="ada")
    card = await first_planned(world)
    assert mapping_of(card, "blocked_by") == {
        "total": 1,
        "items": [{"ref": ref, "title": "blocker"}],
    }
    assert "ready" not in card
    await world.change(await world.full(blocker), status="completed")
    card = await first_planned(world)
    assert card["ready"] is True
    assert "blocked_by" not in card


async def test_filters_and_cuts(world: World) -> None:
    """The filters hold for every column and for what is ready, the totals count what is cut, and a
    column goes on by page."""
    for number in range(7):
        await world.item(f"parser {number}", labels=["ocr"])
        await world.item(f"other {number}")
    board = await world.store.board(WorkItemFilter(labels=["ocr"], status=["blocked"]), shown=3)
    active = rows_of(board, "columns")[1]
    assert (len(rows_of(active, "items")), active["total"], board["ready"]) == (3, 7, 7)
    page = Page(limit=4)
    titles: list[str] = []
    while True:
        found = await world.store.board_column(WorkItemFilter(query="parser"), "active", page)
        titles += [text_of(each, "title") for each in rows_of(found, "items")]
        if not text_of(found, "next_cursor"):
            break
        page = Page(limit=4, cursor=text_of(found, "next_cursor"))
    assert sorted(titles) == [f"parser {number}" for number in range(7)]
    with pytest.raises(InvalidArguments, match="query"):
        await world.store.board(WorkItemFilter(query="!"), shown=3)


async def test_what_stands_around(world: World) -> None:
    """Vendors with how many are broken, the latest changes and the open conflicts are of the whole
    project, whatever the filters."""
    await world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await world.item("anything")
    board = await world.store.board(WorkItemFilter(query="nothing"), shown=3)
    assert (number_of(mapping_of(board, "vendors"), "total"), board["broken_vendors"]) == (1, 1)
    assert mapping_of(board, "health")["status"] == "attention"
    assert text_of(rows_of(mapping_of(board, "changes"), "items")[0], "title") == "anything"
    assert mapping_of(board, "conflicts")["total"] == 0
