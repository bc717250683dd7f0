"""`tidelog archive`: put old, closed work away, or bring it back."""

import asyncio
import sys
import time
from contextlib import suppress
from pathlib import Path

from rich.text import Text

from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row, Value, number_of, rows_of
from tidelog.arguments import Arguments
from tidelog.opening import Setting, locate, opened
from tidelog.screen import Screen, show_json
from tidelog.views.lines import STATUS_STYLES, age, count, grid, more, of, said
from tidelog.wiring import now

DAILY_MARK = "archived"
"""A file in the store's folder: when it was last touched the archive was last looked after."""
_SHOWN = 25
_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600


async def archive(arguments: Arguments) -> int:
    """`tidelog archive`: whole old, closed subtrees; with --restore, items by ref or id."""
    setting = locate(arguments, Path.cwd())
    async with opened(setting) as store:
        if arguments.restore:
            row = await store.restore_archived(arguments.restore, who=setting.who)
            done, field = "brought back", "restored"
        else:
            row = await _archive_all(store, arguments.older_than, setting.who)
            done, field = "archived", "archived"
        days = store.options.archive_after_days
    if arguments.json:
        show_json(row)
        return 0
    number = number_of(row, field)
    if not number:
        older = days if arguments.older_than is None else arguments.older_than
        nothing = f"Nothing to archive: no closed work is older than {count(older, 'day')}."
        Screen().show([said(nothing)])
        return 0
    screen = Screen()
    screen.show([said(f"{count(number, 'item')} {done}."), *_lines(row, number, screen.width)])
    return 0


async def archive_daily(store: Store, setting: Setting) -> None:
    """Put away what is old enough, once a day however often a daemon begins; until cancelled."""
    mark = setting.place.home / DAILY_MARK
    while True:
        last = mark.stat().st_mtime if mark.exists() else 0.0
        if not 0 <= time.time() - last < _DAY_SECONDS:
            with suppress(TidelogError):  # a store that is busy now is less so in an hour
                await _archive_all(store, None, setting.who)
                mark.touch(mode=0o600)
        await asyncio.sleep(_HOUR_SECONDS)


async def _archive_all(store: Store, older_than: int | None, who: str) -> Row:
    """Batch after batch, each its own transaction, until nothing is left."""
    items: list[Value] = []
    total, again = 0, True
    while again:
        row = await store.archive(who=who, older_than_days=older_than)
        total += number_of(row, "archived")
        items += rows_of(row, "items")
        again = row.get("more") is True
        _tell_progress(total, again)
    return {"archived": total, "items": items[:_SHOWN]}


def _tell_progress(total: int, again: bool) -> None:
    """How far it is, on a terminal, where it takes more than one batch."""
    if sys.stderr.isatty() and (again or total > _SHOWN):
        sys.stderr.write(f"\r{total:,} items archived …" if again else "\r\x1b[K")
        sys.stderr.flush()


def _lines(row: Row, number: int, width: int) -> list[Text]:
    items = rows_of(row, "items")
    rows = [
        [
            of(item, "ref", "cyan"),
            of(item, "title"),
            of(item, "status", STATUS_STYLES.get(str(item.get("status")), "")),
            said(age(str(item.get("updated_at", "")), now()), "dim"),
        ]
        for item in items
    ]
    return [*grid(rows, width=width, flexible=1), *more(number - len(items))]
