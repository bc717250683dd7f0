"""The log: one commit for each change, by whoever made it, that git and people can read."""

import pytest

from gitlayer.commits import trailers_of
from gitlayer.edits import REPORT
from localstore.entities import VENDOR
from localstore.models import VendorCreate, VendorPatch
from localstore.values import parse_moment, text_of, texts_of
from tests.gitlayer.kept import Kept, stood
from tests.localstore.lived_in import Worker

pytestmark = pytest.mark.anyio


async def test_one_commit_a_change(kept: Kept) -> None:
    """Each change is one commit, in the order of history, by its author at its date, and its
    trailers name it."""
    await Worker(kept.world, 1).work(60)
    taken = await kept.snapshot()
    history = await kept.history()
    assert taken.commits == len(history) > 30
    told = kept.git("log", "--reverse", "--format=%an%x00%at%x00%cn%x00%ct%x00%B%x01").split("\x01")
    for entry, one in zip(history, told[:-1], strict=True):
        author, written, keeper, committed, message = one.lstrip("\n").split("\0")
        moment = int(parse_moment(text_of(entry, "changed_at")).timestamp())
        assert author == entry["changed_by"]
        assert (int(written), int(committed), keeper) == (moment, moment, "tidelog")
        trailers = trailers_of(message)
        assert trailers["Tidelog-Change"] == entry["change_id"]
        assert trailers["Tidelog-Id"] == entry["id"]
        assert trailers["Tidelog-Entity"] == entry["entity"]
        assert trailers["Tidelog-Version"] == str(entry["version"])
        assert trailers["Tidelog-Ref"] == entry["ref"]
        assert trailers["Tidelog-Replica"] == entry["replica_id"]
        assert trailers.get("Tidelog-Parents", "").split() == texts_of(entry, "parents")


async def test_files_touched(kept: Kept) -> None:
    """A commit touches the file of its row, and the last one of a snapshot the report as well."""
    item = await kept.world.item()
    await kept.world.change(item, title="Other")
    await kept.snapshot()
    touched = [sorted(step.blobs) for step in kept.steps()]
    assert touched == [
        ["configuration.md"],
        [kept.path(item)],
        sorted([REPORT, kept.path(item)]),
    ]


async def test_story_of_a_file(kept: Kept) -> None:
    """`git log -- FILE` tells one row's story, whatever else happened, and survives a new title."""
    item = await kept.world.item("Fix the parser")
    await kept.world.item("Something else")
    await kept.world.change(item, status="completed", who="bob")
    shown = await kept.world.full(item)
    await kept.world.change(shown, title="Fix the other parser", who="carol")
    await kept.snapshot()
    told = kept.git("log", "--reverse", "--format=%an: %s", "--", kept.path(item))
    assert told.splitlines() == [
        'ada: task "Fix the parser": created, active',
        'bob: task "Fix the parser": active → completed',
        'carol: task "Fix the other parser": was "Fix the parser"',
    ]


async def test_blame(kept: Kept) -> None:
    """`git blame` names for each line of a description whoever wrote it."""
    item = await kept.world.item("Fix", description="one\ntwo\n", who="ada")
    await kept.snapshot()
    await kept.world.change(item, description="one\nzwei\n", who="bob")
    await kept.snapshot()
    told = kept.git("blame", "--line-porcelain", kept.path(item)).splitlines()
    authors = [line.removeprefix("author ") for line in told if line.startswith("author ")]
    assert authors[-2:] == ["ada", "bob"]


async def test_clean_after_each(kept: Kept) -> None:
    """After each snapshot git finds nothing to say about files and index, fsck is content, and all
    changes are there once."""
    worker = Worker(kept.world, 2)
    for _ in range(12):
        await worker.work(4)
        await kept.snapshot()
        assert kept.is_clean()
    await kept.expect_whole()


async def test_nothing_new_nothing_done(kept: Kept) -> None:
    """A second snapshot adds no commit, finds no edit and writes no file."""
    await Worker(kept.world, 3).work(30)
    first = await kept.snapshot()
    times = {path: (kept.folder / path).stat().st_mtime_ns for path in stood(kept.folder)}
    second = await kept.snapshot()
    assert (second.commits, second.edits, second.commit) == (0, [], first.commit)
    after = {path: (kept.folder / path).stat().st_mtime_ns for path in stood(kept.folder)}
    assert after == times


async def test_renamed_vendor_keeps_its_file(kept: Kept) -> None:
    """A vendor with a new name has the file it had."""
    await kept.world.store.create_vendor(VendorCreate(name="Acme"), who="ada")
    await kept.snapshot()
    patch = VendorPatch(new_name="Zenith")
    await kept.world.store.update_vendor("Acme", 1, patch, who="ada")
    await kept.snapshot()
    (vendor,) = await kept.world.store.rows_of(VENDOR)
    log = kept.git("log", "--format=%s", "--", kept.path(vendor, VENDOR))
    assert log.splitlines() == ['vendor "Zenith": was "Acme"', 'vendor "Acme": created, broken']


async def test_many_pages_are_one_run(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes that are read from the store in several pages are committed like those of one; only
    the very last commit carries the report."""
    monkeypatch.setattr("gitlayer.snapshot.BATCH", 7)
    await Worker(kept.world, 4).work(50)
    await kept.snapshot()
    assert [number for number, step in enumerate(kept.steps()[::-1]) if REPORT in step.blobs] == [0]
    await kept.expect_whole()


async def test_files_are_private(kept: Kept) -> None:
    """Files and folders of the snapshots are their owner's alone."""
    item = await kept.world.item()
    await kept.snapshot()
    assert kept.file(item).stat().st_mode & 0o777 == 0o600
    assert kept.file(item).parent.stat().st_mode & 0o777 == 0o700
    assert kept.folder.stat().st_mode & 0o777 == 0o700
