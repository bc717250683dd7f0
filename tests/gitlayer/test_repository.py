"""The repository of the snapshots: its own, or a branch in somebody's, which is left alone."""

from pathlib import Path

import pytest

from gitlayer.past import contents, newest_before, resolve, tree
from gitlayer.repository import Repository
from gitlayer.running import GitRunner
from gitlayer.upkeep import maintain, wants_maintenance, whole
from localstore.errors import Unavailable
from localstore.values import parse_moment, text_of
from tests.gitlayer.kept import Kept
from tests.localstore.lived_in import Worker

pytestmark = pytest.mark.anyio


async def test_lock_is_one_at_a_time(kept: Kept) -> None:
    """While one process writes, another does not; the lock is free again afterwards."""
    with kept.repository.locked(wait=False) as first:
        assert first
        with kept.repository.locked(wait=False) as second:
            assert not second
    with kept.repository.locked(wait=True) as third:
        assert third


async def test_stream_that_breaks_off(kept: Kept) -> None:
    """When writing fails, or what is written is no commit, nothing is on the branch."""
    await kept.snapshot()
    before = kept.repository.tip()
    with pytest.raises(ZeroDivisionError), kept.repository.importing() as stream:
        stream.write(b"%d" % (len(before.commit if before else "") // 0))
    with pytest.raises(Unavailable, match="fast-import"), kept.repository.importing() as stream:
        stream.write(b"nonsense\n")
    with pytest.raises(Unavailable, match="fast-import"), kept.repository.importing() as stream:
        stream.write(b"nonsense\n" + b"x" * 1_000_000)
    assert kept.repository.tip() == before
    await kept.world.item()
    await kept.snapshot()
    await kept.expect_whole()


async def test_git_is_missing(kept: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without git everything that needs it says so, and the store is as it was."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="git was not found"):
        await kept.snapshot()
    with pytest.raises(Unavailable, match="git was not found"), kept.repository.importing():
        pass
    with pytest.raises(Unavailable, match="git was not found"):
        Repository.own(tmp_path / "other")


async def test_lost_object(kept: Kept) -> None:
    """A repository that lost an object is told of by fsck, and reading says what git says."""
    item = await kept.world.item()
    taken = await kept.snapshot()
    assert whole(kept.repository) == ""
    blob = tree(kept.repository, taken.commit)[kept.path(item)]
    (kept.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert whole(kept.repository) != ""
    assert [*contents(kept.repository, [blob])] == [None]


async def test_moments_and_revisions(kept: Kept) -> None:
    """The newest commit before a moment, and the commit of a revision, are the ones that git log
    shows; before the first there is none, however long before."""
    await kept.world.item()
    await kept.world.item()
    await kept.snapshot()
    steps = kept.steps()
    for entry, step in zip(await kept.history(), steps, strict=True):
        seconds = int(parse_moment(text_of(entry, "changed_at")).timestamp())
        assert newest_before(kept.repository, seconds) == step.commit
        assert resolve(kept.repository, step.commit[:10]) == step.commit
    assert newest_before(kept.repository, 253_402_300_799) == steps[-1].commit
    assert newest_before(kept.repository, 0) is None
    assert newest_before(kept.repository, -(10**10)) is None
    assert resolve(kept.repository, "HEAD") == steps[-1].commit
    assert resolve(kept.repository, "HEAD~1") == resolve(kept.repository, "main^")


async def test_maintenance(kept: Kept) -> None:
    """Maintenance packs what is loose, loses nothing, and snapshots go on after it; it is wanted
    only once there is much to pack."""
    assert not wants_maintenance(kept.repository)
    for _ in range(3):
        await Worker(kept.world, 5).work(10)
        await kept.snapshot()
        maintain(kept.repository)
    loose = [
        path for path in (kept.folder / ".git/objects").rglob("*") if len(path.parent.name) == 2
    ]
    assert loose == []
    await kept.expect_whole()
    folder = kept.folder / ".git" / "objects" / "17"
    folder.mkdir(exist_ok=True)
    for number in range(7):
        (folder / f"{number:038x}").write_bytes(b"")
    assert wants_maintenance(kept.repository)


def test_git_says_why(tmp_path: Path) -> None:
    """What git refuses is said in its own last line."""
    with pytest.raises(Unavailable, match=r"git rev-parse failed: .*not a git repository"):
        GitRunner(tmp_path, {"GIT_DIR": str(tmp_path)}).run("rev-parse", "HEAD")
    with pytest.raises(Unavailable, match="git hash-object failed"):
        GitRunner(tmp_path, {}).fed(b"", "hash-object", "-t", "nothing", "--stdin")


@pytest.mark.parametrize("lock", ["index.lock", "refs/heads/main.lock"])
async def test_lock_left_in_our_own(kept: Kept, lock: str) -> None:
    """A lock file that a killed git left in our own repository is named, and when it is removed all
    goes on, with each change committed once."""
    await kept.world.item("One")
    await kept.snapshot()
    file = kept.folder / ".git" / lock
    file.write_bytes(b"")
    await kept.world.item("Two")
    for _ in range(2):
        with pytest.raises(Unavailable, match=file.name):
            await kept.snapshot()
    file.unlink()
    await kept.snapshot()
    await kept.expect_whole()
