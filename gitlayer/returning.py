"""Going back: a commit that leaves an earlier state behind, and the files that follow it."""

from gitlayer.commits import CHANGE, RESTORED, Commit, encode_return
from gitlayer.past import contents, tree, tree_id
from gitlayer.repository import Repository, Tip
from gitlayer.subject import SUBJECT_LENGTH
from gitlayer.wording import one_line
from gitlayer.worktree import WorkTree


def commit_return(
    repository: Repository, to: Tip, *, change_id: str, who: str, seconds: int
) -> None:
    """Commit the tree of an earlier commit once more, on top of all that came after it.

    `change_id` is the newest change that the earlier commit knew. Nothing is rewritten: what came
    between stays in the history. The working tree follows.

    Raises:
        Unavailable: git refuses; the branch is as it was.
    """
    before = repository.tip()
    if before is None or before.commit == to.commit:
        return
    subject = one_line(to.message.partition("\n")[0], SUBJECT_LENGTH)
    trailers = f"{RESTORED}: {to.commit}\n{CHANGE}: {change_id}\n"
    message = f"restored to {to.commit[:10]}: {subject}\n\n{trailers}"
    made = Commit(who, seconds, message, {})
    with repository.importing() as stream:
        told = tree_id(repository, to.commit)
        stream.write(encode_return(made, branch=repository.branch, parent=before.commit, tree=told))
    bring_files(repository, before.commit, stream.commit)


def bring_files(repository: Repository, before: str, now: str) -> None:
    """Bring the working tree from one commit to another; what people wrote meanwhile stays."""
    old, new = tree(repository, before), tree(repository, now)
    differing = [path for path in old.keys() | new.keys() if old.get(path) != new.get(path)]
    seen = _contents(repository, before, differing)
    wanted = _contents(repository, now, differing)
    files = WorkTree(repository.work_tree, repository.work_tree.parent)
    for path in differing:
        content, over = wanted[path], seen[path]
        if content is not None:
            files.write(path, content, over=over)
        elif over is not None:
            files.remove(path, over=over)
    repository.stage_all()
    repository.note_staged(now)


def _contents(repository: Repository, commit: str, paths: list[str]) -> dict[str, bytes | None]:
    found = contents(repository, [f"{commit}:{path}" for path in paths])
    return dict(zip(paths, found, strict=True))
