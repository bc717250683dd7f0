"""What git alone takes for a snapshot: the same streams and questions, on a twin repository."""

import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns

from gitlayer.importing import Import
from gitlayer.past import steps
from gitlayer.repository import Repository

_STANDING = ("ls-files", "-z", "-t", "--modified", "--deleted", "--others")


class _Kept(Import):
    """An import of which every command is kept, and passed on."""

    def __init__(self, onward: Import) -> None:
        self._onward = onward
        self.commands: list[bytes] = []
        self.commit = ""

    def write(self, commands: bytes) -> None:
        """Keep and send."""
        self.commands.append(commands)
        self._onward.write(commands)

    def flush(self) -> None:
        """Let git begin."""
        self._onward.flush()


class Recording(Repository):
    """A repository that keeps the streams it is fed, oldest first."""

    def __init__(self, folder: Path) -> None:
        """The repository in `folder`, which is made when it is missing."""
        own = Repository.own(folder)
        super().__init__(own.git_dir, folder, own.git_dir / "index", own.branch)
        self.streams: deque[list[bytes]] = deque()

    @contextmanager
    def importing(self) -> Iterator[Import]:
        """As any repository does."""
        with super().importing() as commits:
            kept = _Kept(commits)
            yield kept
        kept.commit = commits.commit
        self.streams.append(kept.commands)


class Twin:
    """A copy of a repository, as it was, that git alone keeps abreast of it."""

    def __init__(self, original: Recording) -> None:
        self._original = original
        original.streams.clear()
        folder = original.work_tree.with_name("twin")
        shutil.copytree(original.work_tree, folder)
        self._repository = Repository(
            folder / ".git", folder, folder / ".git" / "index", original.branch
        )

    async def import_next(self) -> int:
        """Feed `git fast-import` the next stream that the original was fed; nanoseconds taken."""
        commands = self._original.streams.popleft()
        start = perf_counter_ns()
        with self._repository.importing() as commits:
            for each in commands:
                commits.write(each)
        return perf_counter_ns() - start

    async def list_files(self) -> int:
        """Let `git ls-files` look at every file of the original; nanoseconds taken.

        To the twin's index all its files look new, so that each would be read.
        """
        start = perf_counter_ns()
        self._original.git.run(*_STANDING)
        return perf_counter_ns() - start


def print_blobs(repository: Repository, commit: str) -> int:
    """Let `git cat-file` print what every commit left behind; nanoseconds taken."""
    blobs = [blob for step in steps(repository, commit) for blob in step.blobs.values()]
    named = "".join(f"{blob}\n" for blob in blobs).encode()
    start = perf_counter_ns()
    repository.git.fed(named, "cat-file", "--batch", "--buffer")
    return perf_counter_ns() - start
