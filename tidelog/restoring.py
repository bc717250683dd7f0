"""`tidelog restore`: a store anew from its snapshots; what was there before is set aside."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments, TidelogError, Unavailable
from localstore.replacing import copy_store
from localstore.store import Store
from localstore.values import Row, parse_moment, text_of
from tidelog.arguments import Arguments
from tidelog.discovery import Found, Place
from tidelog.folder import make_folder
from tidelog.keeping import existing_repository, person
from tidelog.opening import Setting, locate
from tidelog.progress import progress
from tidelog.screen import say, show_json
from tidelog.wiring import now, open_store

if TYPE_CHECKING:
    from gitlayer.rebuild import Rebuilt
    from gitlayer.repository import Repository

SET_ASIDE = "set-aside"
"""The folder, in the store's, where stores go that a restored one took the place of."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows are taken from: a commit, or (empty) the files as they stand."""

    commit: str
    rebuilt: "Rebuilt"


async def restore(arguments: Arguments) -> int:
    """`tidelog restore --from git|markdown [--at REV|DATE]`; `tidelog.backups` has the third."""
    setting = locate(arguments, Path.cwd())
    place = setting.place
    if arguments.source == "backup":
        from tidelog.backups import restore_backup

        return await restore_backup(arguments, setting)
    if arguments.list_only:
        raise InvalidArguments("--list", "is for --from backup", hint="`git log` lists commits")
    if arguments.source == "markdown" and arguments.at is not None:
        raise InvalidArguments("--at", "is for --from git; files have no past")
    repository = existing_repository(place, setting.settings.values)
    source = read_source(arguments, setting, repository)
    for problem in source.rebuilt.unread:
        say(f"{problem.path}: {problem.reason}; its row is as it was before that edit")
    aside = await put_in_place(lambda fresh: build_store(fresh, setting, source.rebuilt), setting)
    _return_to(source, setting, repository)
    _tell(arguments, source, place, aside)
    return 0


def read_source(arguments: Arguments, setting: Setting, repository: "Repository") -> Source:
    """The rows and the history that the arguments ask for.

    Raises:
        InvalidArguments: no such revision, or nothing was committed by that date.
        Unavailable: there is no snapshot, or git refuses.
    """
    from gitlayer.rebuild import rebuild_from_folder, rebuild_from_git, without_edits

    if arguments.source == "markdown":
        files = rebuild_from_folder(setting.place.snapshots)
        try:
            tip = repository.tip()
            committed = rebuild_from_git(repository, tip.commit) if tip else files
        except Unavailable:  # the files are what one falls back on when git is broken
            committed = files
        return Source("", without_edits(files, committed))
    commit = find_commit(repository, arguments.at)
    with progress("Reading commits") as step:
        return Source(commit, rebuild_from_git(repository, commit, step=step))


def find_commit(repository: "Repository", at: str | None) -> str:
    """The commit that a revision or a date means; without either, the newest.

    A date without a time means its end, in UTC.

    Raises:
        InvalidArguments: neither a revision nor a date, or before the first commit.
        Unavailable: nothing was ever committed.
    """
    from gitlayer.past import newest_before, resolve

    tip = repository.tip()
    if tip is None:
        raise Unavailable("there is no snapshot yet", hint="`tidelog snapshot` makes one")
    if at is None:
        return tip.commit
    commit = resolve(repository, at)
    if commit is not None:
        return commit
    try:
        moment = parse_moment(at)
    except (ValueError, OverflowError):
        raise InvalidArguments(
            "--at",
            f"{at!r} is neither a commit nor a date",
            hint="`git log` in the snapshots shows the commits; a date is like 2026-03-14 or "
            "2026-03-14T09:30:00Z",
        ) from None
    if len(at.strip()) == len("2026-03-14"):
        moment = moment.replace(hour=23, minute=59, second=59)
    found = newest_before(repository, int(moment.timestamp()))
    if found is None:
        raise InvalidArguments("--at", f"nothing was committed before {at}")
    return found


async def build_store(place: Place, setting: Setting, rebuilt: "Rebuilt") -> None:
    """Make a store at `place` of rebuilt rows, and check it whole.

    Raises:
        Unavailable: what was built does not pass the checks of `tidelog doctor`.
    """
    make_folder(place.home)
    async with await open_store(place, setting.settings.values) as store:
        await store.load(rebuilt.rows, rebuilt.history)
        await expect_whole(store, "the snapshot")


async def expect_whole(store: Store, source: str) -> None:
    """Make every check of `tidelog doctor` on a store that was built from `source`.

    Raises:
        Unavailable: one fails.
    """
    failed = [check for check in await store.check() if check["ok"] is not True]
    if failed:
        told = "; ".join(f"{check['check']}: {check['found']}" for check in failed)
        raise Unavailable(f"{source} does not make a whole store: {told}")


async def put_in_place(build: Callable[[Place], Awaitable[None]], setting: Setting) -> Path | None:
    """Let `build` make a whole store beside the old one, then give it that one's place in one step.

    Returns the folder the old one was set aside in; None when there was none. What `build` raises
    is raised again; the old store is as it was then.
    """
    place = setting.place
    make_folder(place.home)
    beside = Path(mkdtemp(prefix="restoring-", dir=place.home))
    try:
        fresh = Place(beside, Found.NAMED)
        await build(fresh)
        aside = await _exchange(fresh, setting)
    finally:
        shutil.rmtree(beside)
    return aside


async def _exchange(fresh: Place, setting: Setting) -> Path | None:
    place = setting.place
    if not place.store.exists():
        async with await open_store(place, setting.settings.values) as store:
            await store.replace_with(fresh.store)
            if not text_of(await store.status(), "project"):
                await store.set_project(place.project_folder.name or "project")
        return None
    aside = _aside(place, now())
    try:
        async with await open_store(place, setting.settings.values) as store:
            copy = aside / place.store.name
            copy.touch(mode=0o600)
            await asyncio.to_thread(copy_store, place.store, copy)
            await store.replace_with(fresh.store)
    except TidelogError as error:
        if error.code == "busy":
            raise
        for part in (place.store, *place.home.glob(place.store.name + "-*")):
            part.rename(aside / part.name)
        return await _exchange(fresh, setting) or aside
    return aside


def _aside(place: Place, moment: datetime) -> Path:
    folder = place.home / SET_ASIDE / f"{moment:%Y-%m-%dT%H-%M-%S}"
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    number = 1
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{moment:%Y-%m-%dT%H-%M-%S}-{number}")
    folder.mkdir(mode=0o700)
    return folder


def _return_to(source: Source, setting: Setting, repository: "Repository") -> None:
    """Let the snapshots go on from the commit that was restored."""
    from gitlayer.past import message_of
    from gitlayer.rebuild import newest_change
    from gitlayer.repository import Tip
    from gitlayer.returning import commit_return

    if not source.commit:
        return
    with repository.locked(wait=True):
        commit_return(
            repository,
            Tip(source.commit, message_of(repository, source.commit)),
            change_id=newest_change(source.rebuilt),
            who=person(setting.place, setting.settings.values),
            seconds=int(now().timestamp()),
        )


def _tell(arguments: Arguments, source: Source, place: Place, aside: Path | None) -> None:
    count, changes = len(source.rebuilt.rows), len(source.rebuilt.history)
    if arguments.json:
        told: Row = {"commit": source.commit} if source.commit else {}
        kept: Row = {"set_aside": str(aside)} if aside else {}
        restored: Row = {"from": arguments.source, **told, "rows": count, "changes": changes}
        show_json({"restored": restored, "store": str(place.store), **kept})
        return
    where = f"commit {source.commit[:10]}" if source.commit else "the files"
    say(f"Restored {count} rows and {changes} changes from {where} into {place.store}.")
    if aside is not None:
        say(f"The store that was there is kept in {aside}.")
