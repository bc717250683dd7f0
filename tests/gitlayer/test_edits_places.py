"""Something else stands where a file of a row should be."""

import os
import shutil
from pathlib import Path

import pytest

from gitlayer.edits import Fate
from gitlayer.repository import PROBLEM_SUFFIX
from localstore.values import Row, number_of
from tests.gitlayer.kept import Kept, fates

pytestmark = pytest.mark.anyio


@pytest.fixture
async def item(kept: Kept) -> Row:
    """An item whose file was committed."""
    item = await kept.world.item("Fix", description="one\n\ntwo\n")
    await kept.snapshot()
    return item


async def version(kept: Kept, item: Row) -> int:
    """How often the row was changed."""
    return number_of(await kept.row(item), "version")


@pytest.mark.parametrize("target", ["itself", "nothing", "same", "outside", "pipe"])
async def test_no_file_in_its_place(kept: Kept, item: Row, target: str) -> None:
    """A symbolic link or a pipe in a file's place is left alone with a note: what it leads to is
    neither read nor written. The rest goes on, and all is well when it is gone."""
    file = kept.file(item)
    elsewhere = kept.folder.parent / "elsewhere.md"
    elsewhere.write_text(file.read_text().replace("title: Fix", "title: Elsewhere"))
    before = elsewhere.read_bytes()
    file.unlink()
    if target == "pipe":
        os.mkfifo(file)
    else:
        places = {"itself": file.name, "nothing": "../nowhere", "same": "../../same.md"}
        (kept.folder / "same.md").write_bytes(before)
        file.symlink_to(places.get(target, str(elsewhere)))
    other = await kept.world.item("Other")
    for _ in range(2):
        assert Fate.REFUSED in fates(await kept.edits())
        assert "no file" in kept.note(item)
        await kept.world.change(await kept.row(item), title=f"Mend {await version(kept, item)}")
    assert kept.file(other).exists()
    assert elsewhere.read_bytes() == before
    file.unlink()
    (kept.folder / "same.md").unlink(missing_ok=True)
    await kept.snapshot()
    Path(f"{file}{PROBLEM_SUFFIX}").unlink()
    assert "title: Mend 2" in file.read_text()
    await kept.expect_whole()


async def test_folder_in_its_place(kept: Kept, item: Row) -> None:
    """A folder in a file's place stays with what is in it, and a note says so."""
    file = kept.file(item)
    file.unlink()
    file.mkdir()
    (file / "mine.txt").write_text("mine")
    await kept.world.change(item, title="Mend")
    assert Fate.REFUSED in fates(await kept.edits())
    assert (file / "mine.txt").read_text() == "mine"
    assert "no file" in kept.note(item)
    shutil.rmtree(file)
    await kept.snapshot()
    assert "title: Mend" in file.read_text()


async def test_folder_that_leads_elsewhere(kept: Kept, item: Row) -> None:
    """Where a folder was replaced by a link to another, nothing is written through it."""
    outside = kept.folder.parent / "outside"
    folder = kept.file(item).parent
    folder.rename(outside)
    folder.symlink_to(outside)
    before = {file.name: file.read_bytes() for file in outside.iterdir()}
    await kept.world.change(item, title="Mend")
    with pytest.raises(Exception, match="leads out") as caught:
        await kept.snapshot()
    assert type(caught.value).__name__ == "Unavailable"
    assert {file.name: file.read_bytes() for file in outside.iterdir()} == before
    folder.unlink()
    await kept.snapshot()
    assert "title: Mend" in kept.file(item).read_text()
