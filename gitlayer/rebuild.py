"""From the files back to rows and their history: what a store is rebuilt from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gitlayer import progress
from gitlayer.commits import CHANGE, ENTITY, PARENTS, REPLICA, RESTORED, ROW, trailers_of
from gitlayer.parse import BadFile, FileRow, parse
from gitlayer.past import Step, contents, steps, tree
from gitlayer.paths import row_at_path
from gitlayer.repository import Repository
from localstore.differences import changes_between
from localstore.entities import Entity
from localstore.errors import Unavailable
from localstore.values import Row, Value, number_of, text_of

_TOLD_EVERY = 500


@dataclass(slots=True)
class Rebuilt:
    """Rows as they stood, the changes that led there (oldest first), and files that say nothing."""

    rows: list[tuple[Entity, Row]] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)
    unread: list[BadFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Change:
    """One commit of one change: the row's path, the blob it left, and its trailers."""

    commit: str
    path: str
    blob: str
    trailers: dict[str, str]

    @property
    def change_id(self) -> str:
        """The change it is a commit of."""
        return self.trailers[CHANGE]

    @property
    def puts_back(self) -> bool:
        """Whether it is no commit of a change, but puts a file back as its row stands."""
        return ENTITY not in self.trailers

    @property
    def first_parent(self) -> str:
        """The change that what it changed is told against; empty for a row's first one."""
        return self.trailers.get(PARENTS, "").partition(" ")[0]


@dataclass(frozen=True, slots=True)
class _Told:
    """A change, and what was told before it: several ends may share one beginning."""

    change: _Change
    before: "_Told | None"


def rebuild_from_git(
    repository: Repository, commit: str, *, step: progress.Step = progress.unwatched
) -> Rebuilt:
    """Every row as `commit` left it, with its history: one entry for each commit of a change.

    A file that a person deleted, or committed in a form that cannot be read, stands as the last
    change left it. `step` is told how far it is.

    Raises:
        Unavailable: git refuses, or has lost an object.
    """
    rebuilt = Rebuilt()
    changes = _changes(steps(repository, commit))
    standing: dict[str, FileRow] = {}
    blobs: dict[str, str] = {}
    grown_from = _grown_from_earlier(changes)
    earlier: dict[str, Row] = {}
    texts = contents(repository, [change.blob for change in changes])
    for done, (change, held) in enumerate(zip(changes, texts, strict=True)):
        if done % _TOLD_EVERY == 0:
            step(done, len(changes))
        after = _read(change.path, _held(change.path, held), rebuilt)
        if after is None:
            continue
        if change.puts_back:
            standing[change.path], blobs[change.path] = after, change.blob
            continue
        before = standing.get(change.path)
        rebuilt.history.append(
            _entry(after, before.row if before else {}, change.trailers, earlier)
        )
        if change.change_id in grown_from:
            earlier[change.change_id] = after.row
        standing[change.path] = after
        blobs[change.path] = change.blob
    left = {path: blob for path, blob in tree(repository, commit).items() if row_at_path(path)}
    other = {path: blob for path, blob in left.items() if blobs.get(path) != blob}
    for path, held in zip(other, contents(repository, other.values()), strict=True):
        read = _read(path, _held(path, held), rebuilt)
        if read is not None and _is_edit(read, standing.get(path)):
            standing[path] = read
    rebuilt.rows = [(read.entity, read.row) for _, read in sorted(standing.items())]
    return rebuilt


def rebuild_from_folder(folder: Path) -> Rebuilt:
    """Every row that a folder of files tells of; files do not tell what happened before.

    Raises:
        OSError: the folder cannot be read.
    """
    rebuilt = Rebuilt()
    standing: dict[str, FileRow] = {}
    for file in sorted(folder.rglob("*.md")):
        path = file.relative_to(folder).as_posix()
        read = _read(path, file.read_bytes(), rebuilt) if row_at_path(path) else None
        if read is not None:
            standing[path] = read
    rebuilt.rows = [(read.entity, read.row) for _, read in sorted(standing.items())]
    return rebuilt


def without_edits(files: Rebuilt, committed: Rebuilt) -> Rebuilt:
    """What files tell of, but with the committed row for each that was edited since, readably or
    not: the next snapshot takes the edit as a change, which git and the store then agree about."""
    last = {(entity.name, text_of(row, "id")): row for entity, row in committed.rows}
    rows: dict[tuple[str, str], tuple[Entity, Row]] = {}
    for problem in files.unread:
        named = row_at_path(problem.path)
        if named is not None and (named[0].name, named[1]) in last:
            rows[named[0].name, named[1]] = named[0], last[named[0].name, named[1]]
    for entity, row in files.rows:
        known = last.get((entity.name, text_of(row, "id")), row)
        same = known["change_id"] == row["change_id"]
        rows[entity.name, text_of(row, "id")] = entity, known if same else row
    return Rebuilt([*rows.values()], files.history, files.unread)


def newest_change(rebuilt: Rebuilt) -> str:
    """The id of the last change that is told of; empty when there is none."""
    return text_of(rebuilt.history[-1], "change_id") if rebuilt.history else ""


def _read(path: str, held: bytes, rebuilt: Rebuilt) -> FileRow | None:
    try:
        return parse(path, held.decode("utf-8"))
    except UnicodeDecodeError:
        rebuilt.unread.append(BadFile(path, None, "it is not UTF-8"))
    except BadFile as failure:
        rebuilt.unread.append(failure)
    return None


def _held(path: str, held: bytes | None) -> bytes:
    if held is None:
        raise Unavailable(f"git has lost a version of {path}", hint="`git fsck` tells more")
    return held


def _is_edit(read: FileRow, last: FileRow | None) -> bool:
    """Whether a person's commit made something of the row as its last change left it, and did not
    just bring an earlier version of the file back."""
    return last is None or read.row["change_id"] == last.row["change_id"]


def _changes(every: Sequence[Step]) -> list[_Change]:
    """The commits that count: those of changes, without what a return to an earlier one undid, and
    with what a return to one of those brought back."""
    known: dict[str, _Told | None] = {}
    newest: _Told | None = None
    for step in every:
        trailers = trailers_of(step.message)
        if RESTORED in trailers:
            newest = known.get(trailers[RESTORED], newest)
        elif CHANGE in trailers:
            for change in _change(step, trailers):
                newest = _Told(change, newest)
        known[step.commit] = newest
    changes: list[_Change] = []
    while newest is not None:
        changes.append(newest.change)
        newest = newest.before
    return changes[::-1]


def _change(step: Step, trailers: dict[str, str]) -> Iterator[_Change]:
    for path, blob in step.blobs.items():
        named = row_at_path(path)
        if blob == "0" * len(blob):  # somebody amended the commit, and deleted the file
            continue
        told = (trailers.get(ENTITY), trailers.get(ROW))
        if named and (ENTITY not in trailers or (named[0].name, named[1]) == told):
            yield _Change(step.commit, path, blob, trailers)


def _grown_from_earlier(changes: Sequence[_Change]) -> set[str]:
    """The changes from which others grew that do not follow next in the commits of their row."""
    newest: dict[str, str] = {}
    found: set[str] = set()
    for change in changes:
        if change.puts_back:
            newest[change.path] = ""
            continue
        if change.first_parent and newest.get(change.path) != change.first_parent:
            found.add(change.first_parent)
        newest[change.path] = change.change_id
    return found


def _entry(
    after: FileRow, standing: Row, trailers: dict[str, str], earlier: Mapping[str, Row]
) -> Row:
    """The entry of a change: what differs from the row as the first of its parents left it.

    Against nothing, so that it tells the whole row, where that one is not told of.
    """
    parents: list[Value] = [*trailers.get(PARENTS, "").split()]
    first = str(parents[0]) if parents else ""
    before = standing if standing.get("change_id") == first else earlier.get(first, {})
    changes: Row = {
        name: list(pair) for name, pair in changes_between(after.entity, before, after.row).items()
    }
    return {
        "change_id": trailers[CHANGE],
        "entity": after.entity.name,
        "id": text_of(after.row, "id"),
        "version": number_of(after.row, "version"),
        "changed_at": text_of(after.row, "updated_at"),
        "changed_by": text_of(after.row, "updated_by"),
        "replica_id": trailers.get(REPLICA, ""),
        "parents": parents,
        "changes": changes,
    }
