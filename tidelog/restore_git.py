"""Plans of a restore from the snapshots: from the commits, or from the files as they stand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments, Unavailable
from localstore.store import Store
from localstore.values import parse_moment
from tidelog.discovery import Place
from tidelog.folder import make_folder
from tidelog.in_place import expect_whole
from tidelog.keeping import existing_repository, person
from tidelog.opening import Setting
from tidelog.progress import progress
from tidelog.restore_plans import Plan
from tidelog.wiring import now, open_store

if TYPE_CHECKING:
    from gitlayer.rebuild import Rebuilt
    from gitlayer.repository import Repository


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows are taken from: a commit, or (empty) the files as they stand."""

    commit: str
    rebuilt: "Rebuilt"


def plan_from_git(setting: Setting, at: str | None = None) -> Plan:
    """A store as a commit has it, with all history; without `at` as the newest has it.

    Raises:
        InvalidArguments: no such revision, or nothing was committed by that date.
        Unavailable: there is no snapshot, or git refuses.
    """
    from gitlayer.rebuild import rebuild_from_git

    repository = existing_repository(setting.place, setting.settings.values)
    commit = find_commit(repository, at)
    with progress("Reading commits") as step:
        source = Source(commit, rebuild_from_git(repository, commit, step=step))

    async def follow(_store: Store) -> None:
        _return_to(source, setting, repository)

    return Plan(
        "git",
        f"commit {commit[:10]}",
        lambda fresh: build_store(fresh, setting, source.rebuilt),
        follow,
        {"commit": commit},
        _unread(source.rebuilt),
        goes_back=at is not None,
    )


def plan_from_files(setting: Setting) -> Plan:
    """A store as the files have it, without history.

    Raises:
        Unavailable: there are none.
    """
    from gitlayer.rebuild import rebuild_from_folder, rebuild_from_git, without_edits

    repository = existing_repository(setting.place, setting.settings.values)
    files = rebuild_from_folder(setting.place.snapshots)
    try:
        tip = repository.tip()
        committed = rebuild_from_git(repository, tip.commit) if tip else files
    except Unavailable:  # the files are what one falls back on when git is broken
        committed = files
    rebuilt = without_edits(files, committed)
    return Plan(
        "markdown",
        "the files",
        lambda fresh: build_store(fresh, setting, rebuilt),
        unread=_unread(rebuilt),
    )


def _unread(rebuilt: "Rebuilt") -> tuple[str, ...]:
    return tuple(
        f"{problem.path}: {problem.reason}; its row is as it was before that edit"
        for problem in rebuilt.unread
    )


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


def _return_to(source: Source, setting: Setting, repository: "Repository") -> None:
    """Let the snapshots go on from the commit that was restored."""
    from gitlayer.past import message_of
    from gitlayer.rebuild import newest_change
    from gitlayer.repository import Tip
    from gitlayer.returning import commit_return

    with repository.locked(wait=True):
        commit_return(
            repository,
            Tip(source.commit, message_of(repository, source.commit)),
            change_id=newest_change(source.rebuilt),
            who=person(setting.place, setting.settings.values),
            seconds=int(now().timestamp()),
        )
