"""What the pages show, asked of a store: nothing here knows of HTML or HTTP."""

from collections.abc import Awaitable, Callable

from localstore.errors import NotFound
from localstore.fields import ItemStatus
from localstore.models import Page
from localstore.rows.board import COLUMNS
from localstore.store import Store
from localstore.values import Row, mapping_of, rows_of, text_of
from tidelog.board.choices import Choice

CARDS_SHOWN = 25
"""How many cards stand in a column before it says how many more there are."""
PAGE = 100
"""How many cards stand on a page that shows one column alone."""
HISTORY_SHOWN = 50

Question = Callable[[Store], Awaitable[Row]]


def board_of(choice: Choice, *, shown: int = CARDS_SHOWN) -> Question:
    """Asks for the whole board under a choice, which stands in the answer as `filters`, and for the
    assignees and labels there are, the usual ones first, as `choices`."""

    async def ask(store: Store) -> Row:
        board = await store.board(choice.filters(), shown=shown)
        return board | {"filters": choice.given(), "choices": await _choices(store)}

    return ask


async def _choices(store: Store) -> Row:
    return {
        "assignees": [*await store.suggestions("assignee", "")],
        "labels": [*await store.suggestions("label", "")],
    }


def column_of(choice: Choice, status: ItemStatus, cursor: str | None) -> Question:
    """Asks for one column alone, a page at a time."""

    async def ask(store: Store) -> Row:
        page = Page(limit=PAGE, cursor=cursor)
        found = await store.board_column(choice.filters(), status, page)
        told: Row = {"status": status, "project": await store.project()}
        return found | told | {"filters": choice.given(), "choices": await _choices(store)}

    return ask


def item_of(key: str) -> Question:
    """Asks for everything about one item: `item` in its tree, its whole text, its `history`."""

    async def ask(store: Store) -> Row:
        item = await store.work_item(key, max_depth=2)
        whole = await store.work_item(text_of(item, "id"), detail="full", max_depth=0)
        history = await store.history(text_of(item, "id"), Page(limit=HISTORY_SHOWN))
        await _name_parents(store, rows_of(history, "items"))
        return {
            "item": item | {"description": text_of(whole, "description")},
            "history": history,
            "project": await store.project(),
        }

    return ask


async def _name_parents(store: Store, entries: list[Row]) -> None:
    """Say where an item hung by ref and title, where its history has ids."""
    for entry in entries:
        pair = mapping_of(entry, "changes").get("parent_id")
        if isinstance(pair, list):
            pair[:] = [await _name(store, each) if isinstance(each, str) else each for each in pair]


async def _name(store: Store, row_id: str) -> str:
    try:
        row = await store.work_item(row_id, max_depth=0)
    except NotFound:
        return row_id
    return f"{text_of(row, 'ref')} {text_of(row, 'title')}"


def conflict_of(key: str) -> Question:
    """Asks for everything about one conflict."""

    async def ask(store: Store) -> Row:
        return {"conflict": await store.conflict(key), "project": await store.project()}

    return ask


def is_column(status: str) -> ItemStatus | None:
    """The column of that name, if there is one."""
    return next((each for each in COLUMNS if each == status), None)
