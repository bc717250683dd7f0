"""The commands that only read: status, ready, show, log."""

from pathlib import Path

from localstore.errors import NotFound
from localstore.fields import ItemStatus
from localstore.models import Page, WorkItemFilter
from localstore.store import Store
from localstore.values import Row, Value, mapping_of, number_of, rows_of, text_of, texts_of
from tidelog.arguments import Arguments
from tidelog.layers.composing import read
from tidelog.opening import locate
from tidelog.screen import Screen, show_json, warn
from tidelog.turns import is_kept
from tidelog.views.history import log_lines
from tidelog.views.item import item_lines, vendor_lines
from tidelog.views.ready import ready_lines
from tidelog.views.status import Surroundings, status_lines, with_progress
from tidelog.views.sync import sync_lines
from tidelog.wiring import now

_PAGE = 200
_SHOWN = 10
# Projects and sessions are left out: they are seen in the tree, with how far they are.
_ACTIVE = WorkItemFilter(status=["active"], item_type=["task", "research"])
_UNCLAIMED = WorkItemFilter(status=["active"], item_type=["task", "research"], assignee="none")
_STARTABLE = WorkItemFilter(ready=True, item_type=["task", "research"], assignee="none")


async def status(arguments: Arguments) -> int:
    """`tidelog status`."""
    setting = locate(arguments, Path.cwd())

    async def asked(store: Store) -> tuple[Row, Row, Surroundings]:
        row, sync = await store.status(), await store.sync_status()
        return row, sync, Surroundings() if arguments.json else await surroundings(store, row)

    (row, sync, around), told = await read(setting, asked)
    warn(row | told)
    if arguments.json:
        show_json(row | {"sync": sync} | told)
        return 0
    screen = Screen()
    screen.show(status_lines(row, around, now=now(), width=screen.width))
    if not told:  # a copy knows nothing of how the store and its hub stand
        attended = is_kept(setting.place.home)
        screen.show(sync_lines(sync, now=now(), width=screen.width, attended=attended))
    return 0


async def ready(arguments: Arguments) -> int:
    """`tidelog ready`."""
    page = Page(limit=min(arguments.limit, _PAGE))
    row, told = await read(
        locate(arguments, Path.cwd()),
        lambda store: store.list_work_items(WorkItemFilter(ready=True), page),
    )
    warn(told)
    if arguments.json:
        show_json(row | told)
        return 0
    screen = Screen()
    screen.show(ready_lines(row, now=now(), width=screen.width))
    return 0


async def show(arguments: Arguments) -> int:
    """`tidelog show KEY`: a work item, or else the vendor of that name."""
    key = arguments.key or ""

    async def asked(store: Store) -> tuple[Row, bool]:
        try:
            return await store.work_item(key), True
        except NotFound:
            return await _vendor(store, key), False

    (row, is_item), told = await read(locate(arguments, Path.cwd()), asked)
    warn(told)
    if arguments.json:
        show_json(row | told)
        return 0
    screen = Screen()
    lines_of = item_lines if is_item else vendor_lines
    screen.show(lines_of(row, now=now(), width=screen.width))
    return 0


async def log(arguments: Arguments) -> int:
    """`tidelog log [KEY]`."""
    row, told = await read(
        locate(arguments, Path.cwd()),
        lambda store: _history(store, arguments.key, arguments.limit),
    )
    warn(told)
    if arguments.json:
        show_json(row | told)
        return 0
    screen = Screen()
    screen.show(log_lines(row, width=screen.width, of_one=arguments.key is not None))
    return 0


async def surroundings(store: Store, status: Row) -> Surroundings:
    """Read what the status view shows beside the status row."""
    blocked = rows_of(mapping_of(status, "blocked"), "items")
    reasons = {text_of(item, "ref"): await _reason(store, text_of(item, "ref")) for item in blocked}
    trees = [await _tree(store, text_of(root, "ref")) for root in rows_of(status, "tree")]
    latest = rows_of(await store.history(None, Page(limit=1)), "items")
    return Surroundings(
        in_progress=await _in_progress(store),
        ready=await store.list_work_items(_STARTABLE, Page(limit=_SHOWN)),
        reasons=reasons,
        trees=trees,
        last_change={} if _is_beginning(latest) else latest[0],
    )


async def _in_progress(store: Store) -> Row:
    """The active tasks and research that somebody has claimed, latest change first."""
    active = await store.list_work_items(_ACTIVE, Page(limit=_PAGE))
    unclaimed = await store.list_work_items(_UNCLAIMED, Page(limit=1))
    claimed: list[Value] = [item for item in rows_of(active, "items") if "assignee" in item]
    total = number_of(active, "total") - number_of(unclaimed, "total")
    return {"items": claimed[:_SHOWN], "total": total}


def _is_beginning(latest: list[Row]) -> bool:
    """Whether nothing has happened yet but that the store was made."""
    return all(
        entry.get("entity") == "configuration" and entry.get("version") == 1 for entry in latest
    )


async def _reason(store: Store, ref: str) -> str:
    item = await store.work_item(ref, max_depth=0)
    told = text_of(mapping_of(item, "metadata"), "blocked_reason")
    waits = [
        f"{text_of(each, 'ref')} {text_of(each, 'title')}"
        for each in rows_of(item, "dependencies")
        if each.get("dependency_type") == "depends_on" and each.get("status") != "completed"
    ]
    return "; ".join([*([told] if told else []), *(f"waits for {each}" for each in waits)])


async def _tree(store: Store, ref: str) -> Row:
    """A root with how much of all below it is done, and its branches with the same."""
    root = await store.work_item(ref)
    if "children" in texts_of(root, "truncated"):
        done = await _count_below(store, ref, ["completed"])
        rest = await _count_below(store, ref, ["planned", "active", "blocked"])
        return root | {"children": [], "progress": {"completed": done, "total": done + rest}}
    return with_progress(root)


async def _count_below(store: Store, ref: str, statuses: list[ItemStatus]) -> int:
    filters = WorkItemFilter(under=ref, status=statuses, item_type=["task", "research"])
    return number_of(await store.list_work_items(filters, Page(limit=1)), "total")


async def _vendor(store: Store, key: str) -> Row:
    try:
        return await store.vendor(key)
    except NotFound:
        hint = "`tidelog ready` and `tidelog log` show refs, `tidelog status` names vendors"
        raise NotFound("work item or vendor", key, hint=hint) from None


async def _history(store: Store, key: str | None, limit: int) -> Row:
    """The newest `limit` changes, however many pages that takes."""
    try:
        row = await store.history(key, Page(limit=min(limit, _PAGE)))
    except NotFound:
        hint = "`tidelog status`, `tidelog ready` and `tidelog log` show refs"
        raise NotFound("row", key or "", hint=hint) from None
    items: list[Value] = [*rows_of(row, "items")]
    while len(items) < limit and text_of(row, "next_cursor"):
        page = Page(limit=min(limit - len(items), _PAGE), cursor=text_of(row, "next_cursor"))
        row = await store.history(key, page)
        items += rows_of(row, "items")
    return row | {"items": items, "total": number_of(row, "total")}
