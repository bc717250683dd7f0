"""`tidelog restore`: a store anew from its snapshots."""

from pathlib import Path

import pytest

from localstore.errors import InvalidArguments, Unavailable
from localstore.values import text_of
from tests.tidelog.keepers import Kept, begun, listing, store_files, written
from tests.tidelog.running import tidelog

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Kept:
    """A project with a store."""
    return await begun(tmp_path / "project")


def set_aside(kept: Kept) -> list[Path]:
    """The folders of stores that were set aside, in order."""
    folder = kept.home / "set-aside"
    return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("source", ["git", "markdown"])
async def test_missing_store(kept: Kept, source: str) -> None:
    """A store that is gone comes back, from git with its history; snapshots go on with nothing new
    to commit."""
    item, _ = await written(kept)
    before = kept.git("rev-parse", "HEAD")
    async with kept.store() as store:
        history = [state.entry for state in await store.states_after(0, 100)]
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    await kept.do("restore", "--from", source)
    assert await kept.titles() == ["Two", "Uno"]
    async with kept.store() as store:
        restored = [state.entry for state in await store.states_after(0, 100)]
    assert source == "markdown" or restored == history
    assert (await kept.row(item))["version"] == 2
    await kept.do("snapshot")
    assert kept.git("rev-parse", "HEAD") == before
    assert kept.is_clean()
    assert set_aside(kept) == []
    await kept.do("doctor")


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"", b"SQLite format 3\0" + b"x" * 5000])
async def test_garbage_store(
    kept: Kept, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that cannot be read is set aside as it is, never deleted."""
    await written(kept)
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    kept.database.write_bytes(content)
    kept.database.chmod(0o600)
    await kept.do("restore")
    assert await kept.titles() == ["Two", "Uno"]
    if content:  # an empty file is a store that holds nothing yet
        (aside,) = set_aside(kept)
        assert (aside / "store.db").read_bytes() == content
        assert str(aside) in capsys.readouterr().out
    await kept.do("doctor")


async def test_healthy_store_that_others_have_open(kept: Kept) -> None:
    """Over a healthy store that another process has open: that one sees the restored rows and goes
    on writing; what no snapshot knew is brought in, and what was there is kept aside."""
    item, _ = await written(kept)
    async with kept.store() as other:
        await kept.create("Unknown to git")
        assert (await other.status())["total"] == 3
        await kept.do("restore")
        assert (await other.status())["total"] == 3
        row = await other.work_item(text_of(item, "id"))
        assert row["title"] == "Uno"
        assert await other.check() != []
    await kept.create("Three")
    assert await kept.titles() == ["Three", "Two", "Unknown to git", "Uno"]
    (aside,) = set_aside(kept)
    old = Kept(kept.folder)
    old.database = aside / "store.db"
    assert await old.titles() == ["Two", "Unknown to git", "Uno"]
    await kept.do("snapshot")
    assert kept.subjects()[0] == 'task "Three": created, active'
    await kept.do("doctor")


async def test_at_a_commit_and_on(kept: Kept) -> None:
    """Restored at a commit the store is as it was then; snapshots go on from there with a commit
    that says so, and the newest commit later gives that state and what came after it."""
    item, first = await written(kept)
    before = len(kept.subjects())
    await kept.do("restore", "--at", first)
    assert await kept.titles() == ["One"]
    assert kept.subjects()[0] == f'restored to {first[:10]}: task "One": created, active'
    assert len(kept.subjects()) == before + 1
    assert kept.is_clean()
    await kept.do("snapshot")
    assert len(kept.subjects()) == before + 1
    await kept.change(item, title="Eins")
    await kept.create("Three")
    await kept.do("snapshot")
    assert kept.is_clean()
    kept.git("fsck", "--strict")
    async with kept.store() as store:
        history = [state.entry for state in await store.states_after(0, 100)]
    await kept.do("restore")
    assert await kept.titles() == ["Eins", "Three"]
    async with kept.store() as store:
        assert [state.entry for state in await store.states_after(0, 100)] == history
    assert kept.is_clean()
    await kept.do("doctor")


async def test_back_and_forth(kept: Kept) -> None:
    """What a restore left behind can be restored as well, by its commit, and that again undone."""
    _, first = await written(kept)
    last = kept.git("rev-parse", "HEAD").strip()
    for commit, titles in ((first, ["One"]), (last, ["Two", "Uno"]), (first, ["One"])):
        await kept.do("restore", "--at", commit)
        assert await kept.titles() == titles
        await kept.do("restore")
        assert await kept.titles() == titles
        await kept.do("snapshot")
        assert kept.is_clean()
    await kept.do("restore", "--at", "HEAD~1")
    assert await kept.titles() == ["Two", "Uno"]
    assert len(set_aside(kept)) == 7
    await kept.do("doctor")


async def test_twice_is_once(kept: Kept) -> None:
    """Restoring the newest commit twice commits nothing and leaves the same store."""
    await written(kept)
    before = kept.git("rev-parse", "HEAD")
    for _ in range(2):
        await kept.do("restore")
        assert kept.git("rev-parse", "HEAD") == before
        assert await kept.titles() == ["Two", "Uno"]
    assert [name for name in listing(kept.home) if "restoring" in name or "tidelog-" in name] == []


@pytest.mark.parametrize("at", ["2026-01-01", "20260101", "2026-01-01T23:00:00Z"])
async def test_at_a_date(kept: Kept, at: str) -> None:
    """A date means its end: on the day of a store's first commit that commit counts."""
    await written(kept)
    await kept.do("restore", "--at", at)
    assert await kept.titles() == []
    assert kept.subjects()[0].startswith("restored to ")
    assert kept.is_clean()


async def test_at_a_late_date(kept: Kept) -> None:
    """A date to come gives the newest commit."""
    await written(kept)
    await kept.do("restore", "--at", "9999-12-31")
    assert await kept.titles() == ["Two", "Uno"]


BAD = ["--at=--all", "--at=-n1", "--at=nothing", "--at=", "--at=1900-01-01", "--at=2025-12-31"]
BAD += ["--at=2026-13-01", "--at=HEAD:configuration.md", "--at=HEAD~99", "--at=\x01"]


async def test_no_such_moment(kept: Kept) -> None:
    """What is neither a commit nor a date, or lies before the first commit, is refused in one line,
    and nothing is changed."""
    await written(kept)
    before = listing(kept.home)
    for word in BAD:
        with pytest.raises(InvalidArguments, match="--at"):
            await kept.do("restore", word)
    done = tidelog("restore", BAD[0], cwd=kept.folder)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith("tidelog: ")
    assert await kept.titles() == ["Two", "Uno"]
    assert listing(kept.home) == before
    assert kept.is_clean()


async def test_nothing_to_restore_from(kept: Kept) -> None:
    """Without snapshots, or before the first, restore says so; files have no past."""
    with pytest.raises(Unavailable, match="no snapshots"):
        await kept.do("restore")
    kept.status.mkdir()
    with pytest.raises(Unavailable, match="no snapshot yet"):
        await kept.do("restore")
    with pytest.raises(InvalidArguments, match="--at"):
        await kept.do("restore", "--from", "markdown", "--at", "HEAD")
    assert set_aside(kept) == []
