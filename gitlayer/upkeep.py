"""Looking after the snapshot repository: is it whole, is it packed."""

from pathlib import Path

from gitlayer.repository import Repository
from localstore.errors import Unavailable

_MANY_LOOSE = 400
"""So many loose objects are worth packing; a change leaves six or seven."""


def left_locks(repository: Repository) -> list[Path]:
    """The locks of git's own in a repository of ours: left over, if no git is at work there."""
    if not repository.git_dir.is_relative_to(repository.work_tree):
        return []
    found = [*repository.git_dir.glob("*.lock"), *(repository.git_dir / "refs").rglob("*.lock")]
    return sorted(found)


def whole(repository: Repository) -> str:
    """What `git fsck` finds wrong; empty when all is well."""
    try:
        repository.git.run("fsck", "--no-dangling", "--no-progress", "--connectivity-only")
    except Unavailable as failure:
        return failure.message
    return ""


def wants_maintenance(repository: Repository) -> bool:
    """Whether many loose objects lie about; looks at one folder in 256, as `git gc` does.

    A repository that is somebody else's is packed by its owner's git.
    """
    if not repository.git_dir.is_relative_to(repository.work_tree):
        return False
    folder = repository.git_dir / "objects" / "17"
    return folder.is_dir() and len(list(folder.iterdir())) * 256 > _MANY_LOOSE


def maintain(repository: Repository) -> None:
    """Pack what is loose, and let `git log -- FILE` answer at once.

    Commits may be made meanwhile. Packs are rolled up in a geometric series (git-repack(1)), so
    that an object is packed again only when its pack doubles. Snapshots go first.
    """
    repack = ("-c", "pack.threads=1", "repack", "--geometric=2", "-d", "-l", "-q")
    repository.git.run(*repack, yielding=True)
    options = ("--reachable", "--changed-paths", "--split", "--no-progress")
    repository.git.run("commit-graph", "write", *options, yielding=True)
