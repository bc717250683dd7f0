"""What the snapshot repository remembers: commits, their trees and the contents of files."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import fsdecode

from gitlayer.commits import CHANGE
from gitlayer.repository import Repository
from gitlayer.running import refused
from localstore.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Step:
    """One commit: its id, what it says, and the blobs it left behind, by path."""

    commit: str
    message: str
    blobs: dict[str, str]


def content(repository: Repository, commit: str, path: str) -> bytes | None:
    """A file as a commit left it; None when it had no such file."""
    return next(contents(repository, [f"{commit}:{path}"]))


def contents(repository: Repository, names: Iterable[str]) -> Iterator[bytes | None]:
    """The contents of many blobs, each by its id or as COMMIT:PATH, in their order; None for one
    that is not there.

    Raises:
        Unavailable: git gave up on one of them.
    """
    wanted = [f"{name}\n".encode() for name in names]
    with tempfile.TemporaryFile() as asked:
        asked.writelines(wanted)
        asked.seek(0)
        process = repository.git.started(["cat-file", "--batch", "--buffer"], asked)
        answer = process.stdout
        if answer is None:
            raise RuntimeError("git was started without a standard output")
        try:
            for _ in wanted:
                header = answer.readline()
                if not header:
                    raise refused("cat-file", process.communicate()[1])
                if header.endswith(b" missing\n"):
                    yield None
                    continue
                yield answer.read(int(header.split()[2]))
                answer.read(1)
        finally:
            process.kill()
            process.communicate()


def seconds_of(repository: Repository, commit: str) -> int:
    """When a commit was made, in seconds since 1970."""
    return int(repository.git.run("log", "-1", "--format=%ct", commit, "--"))


def message_of(repository: Repository, commit: str) -> str:
    """What a commit says."""
    return repository.git.run("log", "-1", "--format=%B", commit, "--").decode(errors="replace")


def tree(repository: Repository, commit: str) -> dict[str, str]:
    """The blobs of a commit, by path."""
    return _listed(repository.git.run("ls-tree", "-r", "-z", "--full-tree", commit))


def tree_id(repository: Repository, commit: str) -> str:
    """The id of a commit's whole tree."""
    return repository.git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode()


def steps(repository: Repository, until: str) -> list[Step]:
    """Every commit from the first up to the commit `until`, oldest first."""
    listed = repository.git.run(
        *("log", "--reverse", "--first-parent", "--raw", "--no-abbrev", "-z", "--root"),
        *("--no-renames", "--format=%H%x00%B%x00", until, "--"),
    )
    return list(_steps(listed))


def resolve(repository: Repository, revision: str) -> str | None:
    """The commit of the branch that a person calls `revision`; HEAD is the branch's own.

    None when git knows no such commit, or when it is none of this branch.
    """
    own = revision == "HEAD" or revision.startswith(("HEAD~", "HEAD^"))
    name = repository.reference + revision[len("HEAD") :] if own else revision
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    try:
        commit = repository.git.run(*asked).decode()
        repository.git.run("merge-base", "--is-ancestor", commit, repository.reference)
    except Unavailable:
        return None
    return commit


def newest_before(repository: Repository, seconds: int) -> str | None:
    """The newest commit of the branch that is not later than a moment in seconds since 1970."""
    # `--before` would take a date that git does not know, one before 1970, for the present.
    until = f"--min-age={max(seconds, 0)}"
    found = repository.git.run("rev-list", "-1", "--first-parent", until, repository.reference)
    return found.decode() or None


def changes_committed(repository: Repository) -> Iterator[tuple[str, str]]:
    """The commits of the branch that tell of a change, the newest first, each with the change's
    id."""
    told = f"--format=%H %(trailers:key={CHANGE},valueonly,separator=%x20)"
    listed = repository.git.run("log", "--first-parent", told, repository.reference, "--")
    for line in listed.decode(errors="replace").splitlines():
        commit, _, change_id = line.partition(" ")
        if change_id:
            yield commit, change_id


def _listed(listed: bytes) -> dict[str, str]:
    entries = [line.partition(b"\t") for line in listed.split(b"\0") if line]
    return {fsdecode(path): head.split()[2].decode() for head, _, path in entries}


def _steps(listed: bytes) -> Iterator[Step]:
    """Read `git log --raw -z`: a commit's id, its message, and a line and a path for each file."""
    parts = iter(fsdecode(part).lstrip("\n") for part in listed.split(b"\0"))
    part = next(parts, None)
    while part is not None:
        if not part:
            part = next(parts, None)
            continue
        step = Step(part, next(parts), {})
        while (part := next(parts, None)) is not None and (not part or part.startswith(":")):
            if part:
                step.blobs[next(parts)] = part.split()[3]
        yield step
