"""`tidelog restore --from backup`: the backups there are, and the store as one of them has it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from rich.text import Text

from localstore.backups import Backup, backups_of, outline
from localstore.errors import InvalidArguments, TidelogError, Unavailable
from localstore.replacing import copy_store
from localstore.store import Store
from localstore.values import Row, Value, number_of, parse_moment, text_of
from tidelog.discovery import Place
from tidelog.folder import make_folder
from tidelog.in_place import expect_whole
from tidelog.keeping import open_repository, person
from tidelog.opening import Setting
from tidelog.restore_plans import Plan
from tidelog.screen import Screen, note, show_json
from tidelog.views.lines import clock, grid, heading, said
from tidelog.wiring import now, open_store

_KILO = 1000
_REASONS = {"daily": "a day's", "migration": "before a migration"}


async def plan_from_backup(setting: Setting, at: str | None = None) -> Plan:
    """A store as a backup has it; without `at` the newest.

    Raises:
        InvalidArguments: there is no such backup, or none was made by that date. Unavailable: there
            is none at all.
    """
    found = await asyncio.to_thread(backups_of, setting.place.store)
    backup = find_backup(found, at)

    async def build(fresh: Place) -> None:
        make_folder(fresh.home)
        fresh.store.touch(mode=0o600)
        await asyncio.to_thread(copy_store, backup.path, fresh.store)
        async with await open_store(fresh, setting.settings.values) as store:
            await expect_whole(store, f"the backup {backup.name}")

    return Plan(
        "backup",
        f"the backup {backup.name}",
        build,
        lambda store: _return_snapshots(store, setting),
        await asyncio.to_thread(outline, backup),
        goes_back=at is not None,
    )


async def show_backups(setting: Setting, *, as_json: bool) -> None:
    """Print the backups there are, the newest first."""
    found = await asyncio.to_thread(backups_of, setting.place.store)
    _show(await asyncio.to_thread(lambda: [outline(each) for each in found]), as_json)


def find_backup(found: Sequence[Backup], at: str | None) -> Backup:
    """The backup of that name, or the newest by that date, in UTC; without either, the newest.

    A date without a time means its end.

    Raises:
        InvalidArguments: neither a name nor a date, or before the first backup.
        Unavailable: there is no backup.
    """
    if not found:
        raise Unavailable(
            "there is no backup of this store",
            hint="the daemon (`tidelog sync`, or the one beside `tidelog serve`) makes one a day; "
            "`tidelog restore` builds the store from its snapshots",
        )
    if at is None:
        return found[0]
    for backup in found:
        if at in (backup.name, backup.path.name):
            return backup
    try:
        moment = parse_moment(at)
        if len(at.strip()) <= len("2026-03-14"):
            moment += timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        raise InvalidArguments(
            "--at",
            f"{at!r} is neither a backup nor a date",
            hint="`tidelog restore --from backup --list` shows them; a date is like 2026-03-14 or "
            "2026-03-14T09:30:00Z",
        ) from None
    made = [backup for backup in found if backup.made_at <= moment]
    if not made:
        raise InvalidArguments(
            "--at", f"no backup was made before {at}; the oldest is {found[-1].name}"
        )
    return made[0]


async def _return_snapshots(store: Store, setting: Setting) -> None:
    """Let the snapshots go on from the newest commit whose change the backup knew.

    The store is restored already: what git has against it is told, and stops nothing.
    """
    if not setting.place.snapshots.is_dir():
        return
    try:
        repository = open_repository(setting.place, setting.settings.values)
        from gitlayer.past import changes_committed, message_of
        from gitlayer.repository import Tip
        from gitlayer.returning import commit_return

        with repository.locked(wait=True):
            for commit, change_id in changes_committed(repository):
                if await store.seq_of(change_id) is not None:
                    commit_return(
                        repository,
                        Tip(commit, message_of(repository, commit)),
                        change_id=change_id,
                        who=person(setting.place, setting.settings.values),
                        seconds=int(now().timestamp()),
                    )
                    return
    except TidelogError as error:
        hint = f"; {error.hint}" if error.hint else ""
        note(f"the snapshots do not follow: {error.message}{hint}")


def _show(outlines: Sequence[Row], as_json: bool) -> None:
    if as_json:
        rows: list[Value] = [*outlines]
        show_json({"backups": rows, "total": len(rows)})
        return
    screen = Screen()
    if not outlines:
        screen.show([said("There is no backup yet; the daemon makes one a day.")])
        return
    table = [[*map(said, ("name for --at", "made (UTC)", "rows", "size", "why"))]]
    for piece in table[0]:
        piece.stylize("dim")
    table += [_line(row) for row in outlines]
    screen.show(
        [
            heading("Backups", len(outlines)),
            *grid(table, width=screen.width, flexible=4, right=(2, 3)),
        ]
    )


def _line(row: Row) -> list[Text]:
    damaged = text_of(row, "damaged")
    return [
        said(text_of(row, "name"), "cyan"),
        said(clock(text_of(row, "made_at"))),
        said("" if damaged else f"{number_of(row, 'rows'):,}"),
        said(_size(number_of(row, "bytes"))),
        said("damaged", "red") if damaged else said(_REASONS[text_of(row, "reason")]),
    ]


def _size(number: int) -> str:
    """Bytes as people read them."""
    size, unit = float(number), "B"
    for larger in ("kB", "MB", "GB"):
        if size < _KILO:
            break
        size, unit = size / _KILO, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
