"""The snapshot repository: one branch, with an index and a working tree that are ours alone."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gitlayer.importing import Import, importing
from gitlayer.running import GitRunner
from gitlayer.unseen import JOURNAL_NOTE, hide
from localstore.errors import Unavailable

PROBLEM_SUFFIX = ".problem.txt"
"""A note beside a file whose edit could not be taken ends so; git does not see it."""

_CONFIGURATION = {
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "core.fileMode": "false",
    "core.quotePath": "false",
    "core.logAllRefUpdates": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}


@dataclass(frozen=True, slots=True)
class Tip:
    """A commit by its id, and what it says."""

    commit: str
    message: str


class Repository:
    """Where snapshots are kept. Methods raise Unavailable when git is missing or refuses; what was
    committed before stays."""

    def __init__(self, git_dir: Path, work_tree: Path, index: Path, branch: str) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self.branch = branch
        self._index = index
        self.git = GitRunner(
            work_tree,
            {
                "GIT_DIR": str(git_dir),
                "GIT_WORK_TREE": str(work_tree),
                "GIT_INDEX_FILE": str(index),
            },
        )

    @classmethod
    def own(cls, folder: Path, branch: str = "main") -> "Repository":
        """The repository in `folder`, which is made, private, when it is missing."""
        if not (folder / ".git" / "HEAD").exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = f"--initial-branch={branch}"
            GitRunner(folder, {}).run("init", "--quiet", "--template=", name, str(folder))
        repository = cls(folder / ".git", folder, folder / ".git" / "index", branch)
        repository._settle()
        return repository

    @classmethod
    def orphan(cls, git_dir: Path, branch: str, work_tree: Path) -> "Repository":
        """A branch of its own in somebody's repository, whose files stand in `work_tree`.

        Raises:
            Unavailable: the branch is checked out there.
        """
        work_tree.mkdir(mode=0o700, parents=True, exist_ok=True)
        repository = cls(git_dir, work_tree, work_tree.with_suffix(".index"), branch)
        worktrees = repository.git.run("worktree", "list", "--porcelain").splitlines()
        if f"branch {repository.reference}".encode() in worktrees:
            raise Unavailable(
                f"the branch {branch} of {git_dir} is checked out",
                hint="choose another name for snapshot_branch",
            )
        return repository

    @property
    def _stage_file(self) -> Path:
        return self.work_tree.with_suffix(".staged")

    @property
    def reference(self) -> str:
        """The branch, by its whole name."""
        return f"refs/heads/{self.branch}"

    @contextmanager
    def locked(self, *, wait: bool) -> Iterator[bool]:
        """Keep other processes of ours from writing here; yields whether the lock was had.

        The lock ends with the process that holds it.
        """
        file = os.open(self.work_tree.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(file)

    def tip(self) -> Tip | None:
        """The newest commit of the branch; None before the first."""
        return _tip(
            self.git.run("for-each-ref", "--format=%(objectname)%00%(contents)", self.reference)
        )

    def newest_with(self, trailer: str) -> Tip | None:
        """The newest commit of the branch whose message has a line that begins with `trailer`."""
        wanted = f"--grep=^{trailer}: "
        return _tip(
            self.git.run(
                *("log", "-1", "--first-parent", "--format=%H%x00%B", wanted, self.reference, "--")
            )
        )

    @contextmanager
    def importing(self) -> Iterator[Import]:
        """A stream for `git fast-import`: when the block ends its commits are on the branch; when
        it raises none is."""
        with importing(self.git) as commits:
            yield commits

    def touched(self) -> dict[str, str]:
        """The files that stand differently than the index says, by path: "modified", "deleted" or
        "new"."""
        found = self.touched_and_notes()
        return {path: kind for path, kind in found.items() if not path.endswith(PROBLEM_SUFFIX)}

    def touched_and_notes(self) -> dict[str, str]:
        """As `touched`, with the notes among them."""
        kinds = {b"C": "modified", b"R": "deleted", b"?": "new"}
        listed = self.git.run("ls-files", "-z", "-t", "--modified", "--deleted", "--others")
        told = [line.partition(b" ") for line in listed.split(b"\0") if line]
        found = {os.fsdecode(path): kinds[tag] for tag, _, path in told if tag != b"R"}
        return found | {os.fsdecode(path): kinds[tag] for tag, _, path in told if tag == b"R"}

    def unstaged(self, commit: str) -> list[str]:
        """The files of which the index holds something else than `commit`."""
        listed = self.git.run("diff-index", "--cached", "--name-only", "-z", commit, "--")
        return [os.fsdecode(path) for path in listed.split(b"\0") if path]

    def stage(self, paths: Sequence[str]) -> None:
        """Let the index say that these files stand as they were committed."""
        named = b"".join(os.fsencode(path) + b"\0" for path in paths)
        self.git.fed(named, "update-index", "--add", "--remove", "-z", "--stdin")

    def stage_as_committed(self, paths: Sequence[str]) -> None:
        """Let the index hold what was committed of these files, whatever stands in their place."""
        if paths:
            listed = self.git.run("ls-tree", "-z", self.reference, "--", *paths)
            self.git.fed(listed, "update-index", "-z", "--index-info")

    def stage_all(self) -> None:
        """Read the newest commit into the index, whatever that held, and look at every file."""
        self.git.run("read-tree", "--reset", self.reference)
        self.git.run("update-index", "-q", "--refresh", "--unmerged")

    def is_undisturbed(self, commit: str) -> bool:
        """Whether working tree and index were brought to `commit`, and nobody, with `git add` or a
        commit of their own, has written to the index since."""
        try:
            return self._stage_file.read_text(encoding="utf-8") == self._staged(commit)
        except FileNotFoundError:
            return False

    def differing_from_staged(self, commit: str) -> list[str]:
        """The files that `commit` holds otherwise than the commit working tree and index were last
        brought to; none when that one is not known any more."""
        return self._of_staged("diff-tree", "-r", "-z", "--name-only", "STAGED", commit, "--")

    def not_in_staged(self, paths: Sequence[str]) -> set[str]:
        """Those of the files that were not there when working tree and index were last brought to a
        commit; all when that one is not known any more."""
        if not paths:
            return set()
        listed = self._of_staged("ls-tree", "-r", "-z", "--name-only", "--full-tree", "STAGED")
        return {*paths} - {*listed}

    def _of_staged(self, *words: str) -> list[str]:
        """The paths that git prints about the commit which was staged last."""
        staged = self.staged or "unknown"
        try:
            listed = self.git.run(*[staged if word == "STAGED" else word for word in words])
        except Unavailable:
            return []
        return [os.fsdecode(path) for path in listed.split(b"\0") if path]

    @property
    def staged(self) -> str:
        """The commit that working tree and index were last brought to; empty when none is known."""
        try:
            return self._stage_file.read_text(encoding="utf-8").partition(" ")[0]
        except FileNotFoundError:
            return ""

    def made_from(self, commit: str) -> str:
        """The commit that the working tree shows, where our newest is `commit`: that one, or an
        earlier one, which a snapshot that died did not get beyond."""
        staged = self.staged
        if staged in ("", commit):
            return commit
        try:
            self.git.run("merge-base", "--is-ancestor", staged, commit)
        except Unavailable:
            return commit
        return staged

    def note_staged(self, commit: str) -> None:
        """Remember, in one step, that working tree and index show `commit`."""
        fresh = self._stage_file.with_suffix(".staging")
        fresh.touch(mode=0o600)
        fresh.write_text(self._staged(commit), encoding="utf-8")
        fresh.replace(self._stage_file)

    def _staged(self, commit: str) -> str:
        try:
            index = self._index.stat()
        except FileNotFoundError:
            return commit
        return f"{commit} {index.st_ino} {index.st_size} {index.st_mtime_ns}"

    def _settle(self) -> None:
        """Say in the repository what git needs to know of it, if it has not been said."""
        notes = self.git_dir / "info"
        if (notes / "attributes").exists():
            hide(notes / "exclude", f"/{JOURNAL_NOTE}")
            return
        for key, value in _CONFIGURATION.items():
            self.git.run("config", key, value)
        notes.mkdir(exist_ok=True)
        (notes / "exclude").write_text(f"*{PROBLEM_SUFFIX}\n/{JOURNAL_NOTE}\n", encoding="utf-8")
        (notes / "attributes").write_text(
            "* -text -ident -filter !working-tree-encoding\n", encoding="utf-8"
        )


def _tip(found: bytes) -> Tip | None:
    commit, _, message = found.decode(errors="replace").partition("\0")
    return Tip(commit, message) if commit else None
