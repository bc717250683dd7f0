"""Snapshots: every change a commit of its own, the files beside it, and edits taken in first."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from gitlayer.commits import CHANGE, commit_of, commit_put_back, encode_commit, trailers_of
from gitlayer.edits import GONE_NOTE, REPORT, Edit, EditReader, Fate
from gitlayer.past import contents, seconds_of, tree
from gitlayer.paths import path_of
from gitlayer.progress import Step, unwatched
from gitlayer.render import render
from gitlayer.report import render_report
from gitlayer.repository import PROBLEM_SUFFIX, Repository, Tip
from gitlayer.worktree import WorkTree
from localstore.entities import Entity
from localstore.errors import Unavailable
from localstore.rows.states import State
from localstore.store import Store
from localstore.values import Row, text_of

BATCH = 2_000
"""How many changes are read from the store at a time."""


@dataclass(slots=True)
class Taken:
    """What a snapshot did: how many commits, which edits it found, and where the branch is now."""

    commits: int = 0
    edits: list[Edit] = field(default_factory=list)
    commit: str = ""


class Snapshots:
    """Keeps one repository true to one store, and the store true to what people edit in the files.

    A snapshot that dies at any point is repeated from the top and does no harm: what was committed
    is known by the newest commit's own change id, and a file that is behind is told from one that
    was edited by the change it names.
    """

    def __init__(
        self,
        store: Store,
        repository: Repository,
        *,
        who: Callable[[], str],
        step: Step = unwatched,
    ) -> None:
        """`who` tells who signs what somebody edited; `step` is told how far the commits are."""
        self._store = store
        self._step = step
        self._repository = repository
        self._tree = WorkTree(repository.work_tree, repository.work_tree.parent)
        self._edits = EditReader(store, repository, self._tree, who)

    async def take(self, *, wait: bool = True, at_most: int | None = None) -> Taken | None:
        """Take in what people edited, then commit each change since the last snapshot.

        Returns None, having done nothing, when another process is at it and `wait` is false.

        Raises:
            Unavailable: git refuses, the repository tells of changes the store never had, or more
                than `at_most` changes wait; nothing was committed then. Busy: the store.
        """
        with self._repository.locked(wait=wait) as had:
            if not had:
                return None
            return await self._take(at_most)

    async def _take(self, at_most: int | None) -> Taken:
        tip, touched = await asyncio.gather(
            asyncio.to_thread(self._repository.tip),
            asyncio.to_thread(self._repository.touched_and_notes),
        )
        own = self._own(tip)
        begin = await self._seen(own)
        if at_most is not None and (waiting := await self._store.head() - begin) > at_most:
            raise Unavailable(
                f"{waiting:,} changes wait to be committed", hint="`tidelog snapshot` does it once"
            )
        behind = self._behind(tip, own)
        edits = await self._read_edits(own, {*touched}, behind)
        taken = Taken(edits=edits, commit=tip.commit if tip else "")
        written, before = await self._commit(begin, tip, taken)
        if tip is not None and own is not None and own != tip:
            self._put_back(own, written, taken)
        if taken.commit:
            self._put_files(written, edits, before=before, now=taken.commit)
            self._stage(behind, taken.commit)
        return taken

    def _own(self, tip: Tip | None) -> Tip | None:
        """The newest commit of ours: people may have committed on top of it."""
        if tip is None or CHANGE in trailers_of(tip.message):
            return tip
        return self._repository.newest_with(CHANGE) or tip

    async def _seen(self, own: Tip | None) -> int:
        """The sequence number of the newest change that is committed."""
        if own is None:
            return 0
        change_id = trailers_of(own.message).get(CHANGE, "")
        seq = await self._store.seq_of(change_id)
        if seq is None:
            raise Unavailable(
                f"the snapshots in {self._repository.work_tree} tell of changes that this store "
                f"never had (commit {own.commit[:10]})",
                hint="`tidelog restore --from git` brings them back into the store",
            )
        return seq

    def _behind(self, tip: Tip | None, own: Tip | None) -> list[str]:
        """The files with which somebody else's git had to do: of which the index holds something
        else than our newest commit, or that commit something else than we made of it."""
        if own is None or (own == tip and self._repository.is_undisturbed(own.commit)):
            return []
        amended = self._repository.differing_from_staged(own.commit)
        return [*{*amended, *self._repository.unstaged(own.commit)}]

    async def _read_edits(
        self, own: Tip | None, touched: set[str], behind: list[str]
    ) -> list[Edit]:
        touched = touched.union(behind)
        notes = {path for path in touched if path.endswith(PROBLEM_SUFFIX)}
        commit = own.commit if own else None
        unwritten = self._repository.not_in_staged(behind)
        unfinished = self._repository.differing_from_staged(commit) if commit and behind else []
        edits = []
        for path in sorted(touched - notes):
            edit = await self._edits.read(path, commit)
            missing = edit.fate is Fate.GONE and path in unwritten
            left = edit.fate is Fate.STALE and (path in unfinished or path in unwritten)
            if missing or left:  # by a snapshot that died
                edit = replace(edit, fate=Fate.STALE, reason="")
            edits.append(edit)
        for note in notes:
            path = note.removesuffix(PROBLEM_SUFFIX)
            if path not in touched:
                self._edits.forget_refusal(path)
        moved = {edit.home for edit in edits if edit.home != edit.path}
        return [edit for edit in edits if edit.fate is not Fate.GONE or edit.path not in moved]

    async def _commit(
        self, seq: int, tip: Tip | None, taken: Taken
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """Commit what came after `seq`, the report with the last; return what these files hold now,
        and what they held before."""
        written: dict[str, bytes] = {}
        before: dict[str, bytes] = {}
        states = await self._store.states_after(seq, BATCH)
        if not states:
            return written, before
        total = await self._store.head() - seq
        with self._repository.importing() as stream:
            parent = tip.commit if tip else None
            while states:
                self._step(taken.commits, total)
                following = await self._store.states_after(states[-1].seq, BATCH)
                last = None if following else states[-1]
                for state in states:
                    files = _files_of(state)
                    if state is last:
                        files[REPORT] = (await self._report()).encode()
                    written |= files
                    made = commit_of(state.entry, files)
                    stream.write(encode_commit(made, branch=self._repository.branch, parent=parent))
                    parent = None
                taken.commits += len(states)
                newest, states = states[-1], following
            standing = _files_standing(await self._store.left_behind(seq))
            if standing:
                at = commit_of(newest.entry, {}).seconds
                change_id = text_of(newest.entry, "change_id")
                again = commit_put_back(change_id, at, standing)
                stream.write(encode_commit(again, branch=self._repository.branch, parent=None))
                written |= standing
            if tip is not None:
                stream.flush()
                before = self._committed(tip.commit, [*written])
        taken.commit = stream.commit
        return written, before

    async def _report(self) -> str:
        facts = await self._store.report_facts()
        return render_report(facts, text_of(facts, "layout") or None)

    def _put_back(self, own: Tip, written: dict[str, bytes], taken: Taken) -> None:
        """Commit the files that somebody committed otherwise, and that the store has as they were.

        What a person committed and what could be taken is in `written`; what could not stays.
        """
        kept = {edit.path for edit in taken.edits if edit.fate in (Fate.REFUSED, Fate.FOREIGN)}
        ours, theirs = tree(self._repository, own.commit), tree(self._repository, taken.commit)
        paths = [
            path
            for path, blob in ours.items()
            if theirs.get(path) != blob and path not in written and path not in kept
        ]
        if paths:
            change_id = trailers_of(own.message)[CHANGE]
            seconds = seconds_of(self._repository, taken.commit)
            commit = commit_put_back(change_id, seconds, self._committed(own.commit, paths))
            with self._repository.importing() as stream:
                branch = self._repository.branch
                stream.write(encode_commit(commit, branch=branch, parent=taken.commit))
            taken.commit = stream.commit

    def _stage(self, behind: list[str], now: str) -> None:
        """Let the index hold what is committed where somebody else wrote to it."""
        if behind or not self._repository.is_undisturbed(now):
            self._repository.stage_all()
            self._repository.note_staged(now)

    def _put_files(
        self, written: dict[str, bytes], edits: list[Edit], *, before: dict[str, bytes], now: str
    ) -> None:
        """Let the working tree and the index show what is committed, but for what people wrote."""
        kept = {edit.path for edit in edits if edit.fate in (Fate.REFUSED, Fate.FOREIGN)}
        returned = {edit.home: edit for edit in edits if edit.path not in kept}
        fresh = written | self._committed(now, [path for path in returned if path not in written])
        plain = [path for path in written if path not in returned and path not in kept]
        seen = {path: before.get(path) for path in plain}
        for path, edit in returned.items():
            seen[path] = edit.seen if edit.path == path else None
        put = [
            path for path, over in seen.items() if self._tree.write(path, fresh[path], over=over)
        ]
        for edit in returned.values():
            if edit.path != edit.home and edit.seen is not None:
                self._tree.remove(edit.path, over=edit.seen)
            if edit.fate is Fate.GONE:
                self._tree.note(edit.path, GONE_NOTE.format(path=edit.path))
        if put or written:
            self._repository.stage(put)
            self._repository.stage_as_committed([path for path in written if path not in put])
            self._repository.note_staged(now)

    def _committed(self, commit: str, paths: list[str]) -> dict[str, bytes]:
        found = contents(self._repository, [f"{commit}:{path}" for path in paths])
        return {path: held for path, held in zip(paths, found, strict=True) if held is not None}


def _files_of(state: State) -> dict[str, bytes]:
    return _files_standing([(state.entity, state.row)])


def _files_standing(rows: Iterable[tuple[Entity, Row]]) -> dict[str, bytes]:
    return {path_of(entity, row): render(entity, row).encode() for entity, row in rows}
