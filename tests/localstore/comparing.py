"""Looking at the real store from every side and comparing what is seen with the model."""

from localstore.models import Page
from localstore.values import Row, Value, mapping_of, rows_of, text_of, texts_of
from tests.localstore.model import CLOSED, Board, Item
from tests.localstore.replaying import replayed
from tests.localstore.world import World

WORDS = ("zebra", "quagga", "okapi")
_WHOLE = Page(limit=200, detail="full")


async def compare(world: World, model: Board) -> None:
    """Compare every view of the store with the model; raise AssertionError where they differ."""
    rows = rows_of(await world.listed(_WHOLE, deleted=True), "items")
    archived = rows_of(await world.listed(_WHOLE, archived=True), "items")
    seen = {text_of(row, "id"): row for row in [*rows, *archived]}
    assert {item.id for item in model.active()} == {text_of(row, "id") for row in rows}
    assert seen.keys() == model.items.keys()
    for item in model.items.values():
        _compare_row(model, item, seen[item.id])
    await _compare_lists(world, model)
    await _compare_trees(world, model)
    await _compare_status(world, model)
    await _compare_history(world, model, seen)


def _compare_row(model: Board, item: Item, row: Row) -> None:
    path = [each.id for each in model.path(item)]
    expected: Row = {
        "title": item.title,
        "item_type": item.kind,
        "status": item.status,
        "priority": item.priority,
        "version": item.version,
        "path": "/" + "/".join(path),
        "depth": len(path) - 1,
    }
    assert {name: row[name] for name in expected} == expected
    assert row.get("parent_id", "") == item.parent
    assert row.get("assignee", "") == item.assignee
    assert row.get("labels", []) == [*item.labels]
    assert ("deleted_at" in row, "archived_at" in row) == (bool(item.deleted), item.archived)
    assert len(path) - 1 <= 5
    if not item.deleted and not item.archived and item.parent:
        above = model.items[item.parent]
        assert not above.deleted
        assert not above.archived


async def _ids(world: World, filters: Row) -> list[str]:
    told = await world.listed(_WHOLE, **filters)
    rows = rows_of(told, "items")
    assert told["total"] == len(rows)
    return [text_of(row, "id") for row in rows]


async def compare_filter(world: World, model: Board, filters: Row) -> None:
    """Compare one filtered list, its order and its total."""
    statuses, kinds = filters.get("status"), filters.get("item_type")
    expected = []
    for item in model.ready() if filters.get("ready") else model.live():
        words = item.title.split()
        wanted = [
            not isinstance(statuses, list) or item.status in statuses,
            not isinstance(kinds, list) or item.kind in kinds,
            "assignee" not in filters or (item.assignee or "none") == filters["assignee"],
            "query" not in filters or filters["query"] in words,
            set(texts_of(filters, "labels")) <= set(item.labels),
            "under" not in filters or filters["under"] in [up.id for up in model.path(item)[:-1]],
            "parent_id" not in filters or filters["parent_id"] == item.parent,
        ]
        if all(wanted):
            expected.append(item.id)
    found = await _ids(world, filters)
    if "query" in filters:  # ranked: only what is found can be foreseen
        assert sorted(found) == sorted(expected)
    else:
        assert found == expected


async def _compare_lists(world: World, model: Board) -> None:
    await compare_filter(world, model, {})
    await compare_filter(world, model, {"ready": True})
    for word in WORDS:
        await compare_filter(world, model, {"query": word})


async def _compare_trees(world: World, model: Board) -> None:
    for item in model.active():
        if not item.parent:
            told = await world.store.work_item(item.id, detail="full")
            assert _nest(rows_of(told, "children")) == _expected_nest(model, item)


def _nest(rows: list[Row]) -> list[Value]:
    return [[row["id"], _nest(rows_of(row, "children"))] for row in rows]


def _expected_nest(model: Board, item: Item) -> list[Value]:
    shown = [each for each in model.children(item) if not each.deleted and not each.archived]
    return [[each.id, _expected_nest(model, each)] for each in shown]


async def _compare_status(world: World, model: Board) -> None:
    status = await world.store.status()
    counts: dict[str, dict[str, Value]] = {}
    for item in model.live():
        of_kind = counts.setdefault(item.kind, {})
        of_kind[item.status] = int(str(of_kind.get(item.status, 0))) + 1
    assert status["counts"] == counts
    assert status["total"] == len(model.live())
    for name, items in [
        ("ready", model.ready()),
        ("in_progress", [item for item in model.live() if item.status == "active"]),
        ("blocked", [item for item in model.live() if item.status == "blocked"]),
    ]:
        section = mapping_of(status, name)
        assert section["total"] == len(items)
        titles = [row["title"] for row in rows_of(section, "items")]
        assert titles == [item.title for item in items[:10]]
    roots = [item for item in model.live() if not item.parent and item.status not in CLOSED]
    titles = [row["title"] for row in rows_of(status, "tree")]
    assert titles == [item.title for item in roots[:10]]


async def _compare_history(world: World, model: Board, seen: dict[str, Row]) -> None:
    entries: list[Row] = []
    page = Page(limit=200)
    while True:
        told = await world.store.history(None, page)
        entries += rows_of(told, "items")
        if "next_cursor" not in told:
            break
        page = Page(limit=200, cursor=text_of(told, "next_cursor"))
    entries.reverse()
    assert len(entries) == told["total"] == model.changes + 1  # and the first configuration
    rows = replayed(entries, "work_item")
    assert rows.keys() == seen.keys()
    for row_id, row in rows.items():
        whole = seen[row_id]
        assert {name: whole.get(name) for name in row} == row
        own = {"id", "ref", "path", "depth", "created_at", "created_by"}
        assert whole.keys() - own <= row.keys()
    edges = replayed(entries, "dependency").values()
    assert {
        (row["source_id"], row["target_id"]): (row["version"], "deleted_at" not in row)
        for row in edges
    } == {ends: (edge.version, edge.live) for ends, edge in model.edges.items()}
