"""What `tidelog doctor` asks git and the files: is all whole, what waits, what is odd."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row, format_moment
from tidelog.keeping import open_repository
from tidelog.opening import Setting
from tidelog.views.lines import age, count
from tidelog.wiring import now

if TYPE_CHECKING:
    from gitlayer.repository import Repository, Tip

OLDEST_GIT = (2, 32)
"""`git repack --geometric` came with it."""

REPAIR = "`tidelog doctor --repair`"
"""The command that repairs what can be repaired without losing anything."""

_NAMED = 5
_NOTES_SHOWN = 20


def told(check: str, ok: bool, found: str, repair: str = "") -> Row:
    """One check as {check, ok, found}, with the `repair` that helps where it failed."""
    row: Row = {"check": check, "ok": ok, "found": found}
    return row if ok or not repair else row | {"repair": repair}


def git_check() -> Row:
    """Whether there is a git that can keep snapshots; a store works without one."""
    git = shutil.which("git")
    if git is None:
        return told(
            "git",
            True,
            "not found: nothing is committed, so no `git log` of the status, no report of an "
            "earlier day, and no way back when the store is lost; all else works",
        )
    try:
        asked = subprocess.run([git, "--version"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return told("git", False, f"{git} does not run: {failure}", "install git anew")
    version = re.search(rb"(\d+)\.(\d+)[.\d]*", asked.stdout)
    if version is None:
        return told("git", False, f"{git} tells no version", "install git anew")
    oldest = ".".join(map(str, OLDEST_GIT))
    ok = (int(version[1]), int(version[2])) >= OLDEST_GIT
    return told("git", ok, version[0].decode(), f"install git {oldest} or later")


async def snapshot_checks(store: Store, setting: Setting) -> list[Row]:
    """The repository, the edits that could not be taken, and files of somebody else's.

    Makes no repository and takes no snapshot.
    """
    folder = setting.place.snapshots
    wanted = setting.settings.values.snapshots
    off = "" if wanted else "; turned off (snapshots = false)"
    if not folder.is_dir():
        hint = "" if off else "; `tidelog snapshot` makes the first"
        return [told("snapshots", True, f"none yet{hint}{off}")]
    notes = _notes(folder)
    if shutil.which("git") is None:
        return [told("snapshots", True, f"files in {folder}; git would tell more{off}"), *notes]
    own = setting.settings.values.snapshot_repository is None
    if own and not (folder / ".git" / "HEAD").is_file():
        found = f"{folder} holds no repository; bring .git back from a copy, if there is one"
        return [told("snapshots", False, found, "`tidelog snapshot` begins a new one"), *notes]
    try:
        repository = open_repository(setting.place, setting.settings.values)
        kept = await _kept(store, repository, off)
        return [kept, *notes, *(_files(repository) if kept["ok"] else [])]
    except TidelogError as error:
        repair = _anew(folder) if "tidelog doctor" in error.hint else error.hint
        return [told("snapshots", False, error.message, repair), *notes]
    except (OSError, ValueError) as failure:
        return [told("snapshots", False, f"git is damaged: {failure}", _anew(folder)), *notes]


def _anew(folder: Path) -> str:
    """How snapshots begin anew, with what was there kept."""
    kept = folder.with_name(f"{folder.name}.damaged")
    moved = shlex.join(["mv", str(folder), str(kept)])
    return f"`{moved} && tidelog snapshot` commits all anew from the store"


async def _kept(store: Store, repository: "Repository", off: str) -> Row:
    from gitlayer.upkeep import left_locks, whole

    tip = repository.tip()
    if tip is None:
        return told("snapshots", True, f"nothing is committed yet{off}")
    locks = [str(lock) for lock in left_locks(repository)]
    if locks:
        aside = shlex.join(["mv", *locks, str(repository.work_tree.parent)])
        return told(
            "snapshots",
            False,
            "a git that works there, or that died, left a lock",
            f"`{aside}` once no git is at work there",
        )
    broken = whole(repository)
    if broken:
        return told("snapshots", False, broken, _anew(repository.work_tree))
    seq = await store.seq_of(_newest_change(repository, tip))
    if seq is None:
        return told(
            "snapshots",
            False,
            f"commit {tip.commit[:10]} tells of changes that this store never had",
            "`tidelog restore --from git` brings them back into the store",
        )
    waiting = await store.head() - seq
    behind = f"{count(waiting, 'change')} not committed yet" if waiting else "every change is there"
    return told("snapshots", True, f"whole, newest {_age(repository, tip)}, {behind}{off}")


def _newest_change(repository: "Repository", tip: "Tip") -> str:
    """The id of the newest change that is committed; people commit there too."""
    from gitlayer.commits import CHANGE, trailers_of

    if CHANGE not in trailers_of(tip.message):
        tip = repository.newest_with(CHANGE) or tip
    return trailers_of(tip.message).get(CHANGE, "")


def _age(repository: "Repository", tip: "Tip") -> str:
    told_seconds = repository.git.run("log", "-1", "--format=%at", tip.commit, "--")
    moment = datetime.fromtimestamp(int(told_seconds), UTC)
    return age(format_moment(moment), now())


def _notes(folder: Path) -> list[Row]:
    """Each edit that could not be taken, as a failed check; one row that says so if there is
    none."""
    from gitlayer.repository import PROBLEM_SUFFIX
    from gitlayer.worktree import WorkTree

    try:
        notes = list(WorkTree(folder, folder.parent).notes())
    except OSError as failure:
        found = f"{failure.filename} cannot be read"
        return [told("edits by hand", False, found, f"`ls -l {folder}` shows whose it is")]
    rows = [_note(path, text, PROBLEM_SUFFIX) for path, text in notes[:_NOTES_SHOWN]]
    rest = len(notes) - _NOTES_SHOWN
    if rest > 0:
        repair = f"look for *{PROBLEM_SUFFIX} in {folder}"
        rows.append(told("edit by hand", False, f"and {rest:,} more", repair))
    return rows or [told("edits by hand", True, "none that could not be taken")]


def _note(path: str, text: str, suffix: str) -> Row:
    """A note's first line of reasons, which is set in, or else its first line."""
    reasons = [line.strip() for line in text.splitlines() if line.startswith("  ") and line.strip()]
    if reasons:
        repair = "correct the file; the next snapshot takes it"
        return told("edit by hand", False, f"{path}: {reasons[0]}", repair)
    paragraph = " ".join(text.partition("\n\n")[0].split())
    first, stop, _ = paragraph.partition(". ")
    found = first + stop.strip()
    if not found.startswith(path):
        found = f"{path}: {found}"
    return told("edit by hand", False, found, f"read {path}{suffix}; it may go then")


def _files(repository: "Repository") -> list[Row]:
    """Whether the files are there as they were committed. Those that are not tidelog's are told,
    for somebody may have meant them, and left alone."""
    from gitlayer.edits import REPORT
    from gitlayer.paths import row_at_path
    from gitlayer.unseen import JOURNAL_NOTE

    ours = (REPORT, JOURNAL_NOTE)
    touched = repository.touched()
    new = [path for path, kind in touched.items() if kind == "new"]
    foreign = sorted(path for path in new if path not in ours and row_at_path(path) is None)
    edited = [path for path, kind in touched.items() if kind == "modified"]
    rows = [_in_step(repository, touched)]
    if edited:
        rows.append(
            told("edited files", True, f"{_named(sorted(edited))}; the next snapshot looks")
        )
    if foreign:
        rows.append(told("other files", True, f"{_named(foreign)}; tidelog leaves them alone"))
    return rows


def _in_step(repository: "Repository", touched: Mapping[str, str]) -> Row:
    """Whether each file is there, and as the newest commit has it, but for what people edited."""
    tip = repository.tip()
    gone = sorted(path for path, kind in touched.items() if kind == "deleted")
    if gone:
        found = f"{count(len(gone), 'file is', 'files are')} missing: {_named(gone)}"
        return told("files", False, found, "`tidelog snapshot` puts them back")
    behind = sorted(repository.unstaged(tip.commit)) if tip else []
    if behind:
        found = f"{count(len(behind), 'file is', 'files are')} behind: {_named(behind)}"
        return told("files", False, found, "`tidelog snapshot` brings them into step")
    return told("files", True, "each is there as it was committed")


def _named(paths: Sequence[str]) -> str:
    rest = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
