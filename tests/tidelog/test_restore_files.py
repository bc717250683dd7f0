"""`tidelog restore` from files, and where files were edited or git is damaged."""

import shutil
from pathlib import Path

import pytest

from localstore.errors import Unavailable
from tests.tidelog.keepers import Kept, begun, store_files, written

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kept(anyio_backend: str, tmp_path: Path) -> Kept:
    """A project with a store."""
    return await begun(tmp_path / "project")


async def test_files_with_an_edit(kept: Kept) -> None:
    """From the files as they stand an edit by hand is restored, and the next snapshot commits it as
    a change of the person's: git and the store agree afterwards."""
    item, _ = await written(kept)
    kept.edit(item, "status: active", "status: blocked")
    await kept.do("restore", "--from", "markdown")
    await kept.do("snapshot")
    assert (await kept.row(item))["status"] == "blocked"
    assert "status: blocked" in kept.file(item).read_text()
    assert kept.is_clean()
    await kept.do("restore")
    assert (await kept.row(item))["status"] == "blocked"
    await kept.do("doctor")


async def test_files_without_git(kept: Kept) -> None:
    """The files alone, without any repository, make a store; a new log begins with it."""
    item, _ = await written(kept)
    kept.edit(item, "status: active", "status: blocked")
    shutil.rmtree(kept.status / ".git")
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    await kept.do("restore", "--from", "markdown")
    assert (await kept.row(item))["status"] == "blocked"
    await kept.do("snapshot")
    assert kept.is_clean()
    await kept.do("restore")
    assert (await kept.row(item))["status"] == "blocked"
    assert await kept.titles() == ["Two", "Uno"]
    await kept.do("doctor")


async def test_broken_file(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be read is told of; from git its row is as its last change left it."""
    item, _ = await written(kept)
    kept.edit(item, "status: active", "status: [")
    kept.git("commit", "-q", "-a", "-m", "Mine")
    await kept.do("restore")
    assert kept.file(item).name in capsys.readouterr().out
    assert (await kept.row(item))["title"] == "Uno"
    assert "status: [" in kept.file(item).read_text()


async def test_edit_that_waits(kept: Kept) -> None:
    """An edit that no snapshot has seen yet stays in its file, and is taken after the restore."""
    item, _ = await written(kept)
    kept.edit(item, "status: active", "status: blocked")
    await kept.do("restore")
    assert "status: blocked" in kept.file(item).read_text()
    await kept.do("snapshot")
    assert (await kept.row(item))["status"] == "blocked"
    assert kept.is_clean()


async def test_lost_object(kept: Kept) -> None:
    """When git has lost a file, restore says so and leaves the store as it was."""
    item, _ = await written(kept)
    await kept.change(item, description="kept by one object only")
    await kept.do("snapshot")
    for pack in (kept.status / ".git" / "objects").glob("pack/*.pack"):
        pack.unlink()
    path = kept.file(item).relative_to(kept.status)
    blob = kept.git("rev-parse", f"HEAD:{path}").strip()
    (kept.status / ".git" / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)
    with pytest.raises(Unavailable):
        await kept.do("restore")
    assert await kept.titles() == ["Two", "Uno"]
    for name in store_files(kept.home):
        (kept.home / name).unlink()
    await kept.do("restore", "--from", "markdown")
    assert await kept.titles() == ["Two", "Uno"]
