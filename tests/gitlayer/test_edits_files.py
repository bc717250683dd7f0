"""Files that are deleted, renamed, copied, replaced or written in odd ways."""

import os
import shutil
from pathlib import Path

import pytest

from gitlayer.edits import Fate
from gitlayer.repository import PROBLEM_SUFFIX
from localstore.models import Page
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


async def test_deleted_file(kept: Kept, item: Row) -> None:
    """A file that is deleted comes back, with a note; the row is not deleted without a word."""
    before = kept.file(item).read_bytes()
    kept.file(item).unlink()
    edit = await kept.edit()
    assert (edit.fate, edit.path) == (Fate.GONE, kept.path(item))
    assert kept.file(item).read_bytes() == before
    assert "deleted by hand" in kept.note(item)
    assert await version(kept, item) == 1
    await kept.expect_whole()
    assert await kept.edits() == []
    assert kept.note(item)


async def test_deleted_while_the_store_changed_it(kept: Kept, item: Row) -> None:
    """A file that is deleted before the next snapshot writes it is written in its new form."""
    kept.file(item).unlink()
    await kept.world.change(item, title="Mend")
    assert fates(await kept.edits()) == [Fate.GONE]
    assert "title: Mend" in kept.file(item).read_text()
    await kept.expect_whole()


async def test_deleted_folder(kept: Kept, item: Row) -> None:
    """A whole folder of files that is deleted comes back."""
    await kept.world.item("Other")
    await kept.snapshot()
    shutil.rmtree(kept.folder / "work-items")
    assert set(fates(await kept.edits())) == {Fate.GONE}
    await kept.expect_whole()


@pytest.mark.parametrize("name", ["Fix the parser.md", "A.md", "z.md", "Ünïcode 日本.md", "-n.md"])
@pytest.mark.parametrize("second", ["two", "zwei"])
async def test_renamed_file(kept: Kept, item: Row, name: str, second: str) -> None:
    """A file that a person renamed, edited or not, is taken and has its old name again; one word is
    said of it, and it is not told of as deleted."""
    file = kept.file(item)
    kept.replace(item, "two\n", f"{second}\n")
    file.rename(file.with_name(name))
    edit = await kept.edit()
    assert edit.fate is (Fate.STALE if second == "two" else Fate.TAKEN)
    assert (await kept.row(item))["description"] == f"one\n\n{second}\n"
    assert file.exists()
    assert not file.with_name(name).exists()
    assert kept.note(item) == ""
    await kept.expect_whole()


async def test_renamed_and_broken(kept: Kept, item: Row) -> None:
    """A renamed file that cannot be read is kept with a note, and the file it was comes back."""
    file = kept.file(item)
    kept.replace(item, "status: active", "status: [")
    renamed = file.rename(file.with_name("Mine.md"))
    assert sorted(fate.name for fate in fates(await kept.edits())) == ["GONE", "REFUSED"]
    assert "status: [" in renamed.read_text()
    assert Path(f"{renamed}{PROBLEM_SUFFIX}").exists()
    assert "status: active" in file.read_text()


async def test_moved_to_another_folder(kept: Kept, item: Row) -> None:
    """A file that is moved into another folder of the snapshots comes back; what was moved stays
    where it was put, or is taken from there."""
    for folder in ("work-items/Z", "vendors", "somewhere"):
        (kept.folder / folder).mkdir(exist_ok=True, parents=True)
        moved = kept.file(item).rename(kept.folder / folder / kept.file(item).name)
        await kept.edits()
        assert "title: Fix" in kept.file(item).read_text()
        assert await version(kept, item) == 1
        moved.unlink(missing_ok=True)
        Path(f"{moved}{PROBLEM_SUFFIX}").unlink(missing_ok=True)
        Path(f"{kept.file(item)}{PROBLEM_SUFFIX}").unlink(missing_ok=True)
        await kept.expect_whole()


async def test_copied_file(kept: Kept, item: Row) -> None:
    """A copy beside its original is not taken, even when edited: the note says which one to edit.
    It stays, and so does the row."""
    copy = kept.file(item).with_name("Copy.md")
    copy.write_text(kept.file(item).read_text().replace("title: Fix", "title: Copy"))
    edit = await kept.edit()
    assert (edit.fate, edit.path) == (Fate.REFUSED, "work-items/1/Copy.md")
    assert kept.path(item) in Path(f"{copy}{PROBLEM_SUFFIX}").read_text()
    assert copy.exists()
    assert await version(kept, item) == 1


async def test_read_only_file(kept: Kept, item: Row) -> None:
    """A file that is made read-only is written all the same, for its folder is writable."""
    kept.file(item).chmod(0o400)
    await kept.world.change(item, title="Mend")
    await kept.snapshot()
    assert "title: Mend" in kept.file(item).read_text()
    await kept.expect_whole()


KEPT_AS_IT_IS = {
    "emptied": b"",
    "blank": b"\n\n",
    "UTF-16": None,
    "UTF-16 with a mark": None,
    "Latin-1": None,
    "zero bytes": b"\0" * 500,
    "only a fence": b"---\n",
}


@pytest.mark.parametrize("case", KEPT_AS_IT_IS)
async def test_unreadable_file(kept: Kept, item: Row, case: str) -> None:
    """A file that was emptied or saved in an encoding other than UTF-8 is kept with a note that
    says so, and the row stays as it is; corrected, it is taken."""
    text = kept.file(item).read_text().replace("two\n", "zwei ü\n")
    encodings = {"UTF-16": "utf-16-le", "UTF-16 with a mark": "utf-16", "Latin-1": "latin-1"}
    fixed = KEPT_AS_IT_IS[case]
    content = text.encode(encodings[case]) if fixed is None else fixed
    kept.file(item).write_bytes(content)
    for _ in range(2):
        edit = await kept.edit()
        assert edit.fate is Fate.REFUSED
        assert ("UTF-8" in edit.reason) == (fixed is None)
    assert kept.file(item).read_bytes() == content
    kept.file(item).write_text(text)
    assert (await kept.edit()).fate is Fate.TAKEN
    assert kept.note(item) == ""
    assert (await kept.row(item))["description"] == "one\n\nzwei ü\n"
    await kept.expect_whole()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_editor_with_its_own_line_ends(kept: Kept, item: Row, mark: str) -> None:
    """An editor that changes all line ends, or begins the file with a mark, has edited nothing but
    what the person did."""
    text = kept.file(item).read_text().replace("two", "zwei").replace("\n", "\r\n")
    kept.file(item).write_bytes(f"{mark}{text}".encode())
    edit = await kept.edit()
    assert edit.changed == ["description"]
    assert (await kept.row(item))["description"] == "one\n\nzwei\n"
    kept.file(item).write_bytes(kept.file(item).read_bytes().replace(b"\n", b"\r\n"))
    await kept.edit()
    assert await version(kept, item) == 2
    assert b"\r" not in kept.file(item).read_bytes()
    await kept.expect_whole()


async def test_files_of_editors(kept: Kept, item: Row) -> None:
    """Backups, swap files, links and folders of people's tools are left alone without a word, even
    when git is told to list them."""
    folder = kept.file(item).parent
    name = kept.file(item).name
    (folder / f".{name}.swp").write_bytes(b"b0VIM\xff\xfe\0")
    (folder / f"{name}~").write_bytes(kept.file(item).read_bytes())
    (folder / f".#{name}").symlink_to("grace@host.1234:5")
    (folder / "4913").write_bytes(b"")
    (kept.folder / ".DS_Store").write_bytes(b"\0\xff")
    (kept.folder / "README.md").write_text("Mine\n")
    (kept.folder / ".gitattributes").write_text("* text eol=crlf ident filter=x\n")
    (kept.folder / ".gitignore").write_text("*.md\n")
    (kept.folder / os.fsdecode(b"\xff\xfe.bin")).write_bytes(b"\xff")
    before = sorted(kept.folder.rglob("*"))
    kept.replace(item, "two", "zwei")
    edits = await kept.edits()
    assert [edit.path for edit in edits if edit.fate is not Fate.FOREIGN] == [kept.path(item)]
    assert [p for p in sorted(kept.folder.rglob("*")) if ".git/" not in str(p)] == [
        p for p in before if ".git/" not in str(p)
    ]
    assert (await kept.row(item))["description"] == "one\n\nzwei\n"
    assert kept.git("status", "--porcelain", "--untracked-files=no") == ""


async def test_name_that_is_no_text(kept: Kept, item: Row) -> None:
    """A file whose name is no UTF-8 is kept with its note when it cannot be taken."""
    odd = kept.file(item).with_name(os.fsdecode(b"\xff.md"))
    odd.write_bytes(b"\xff\xfe")
    for _ in range(2):
        assert (await kept.edit()).fate is Fate.REFUSED
    assert odd.read_bytes() == b"\xff\xfe"
    assert Path(f"{odd}{PROBLEM_SUFFIX}").exists()


async def test_refused_file_wakes_nobody(kept: Kept, item: Row) -> None:
    """A note that says already what is wrong is not written again: a watcher would never rest."""
    kept.replace(item, "status: active", "status: [")
    await kept.edit()
    note = Path(f"{kept.file(item)}{PROBLEM_SUFFIX}")
    before = note.stat().st_mtime_ns
    await kept.edit()
    assert note.stat().st_mtime_ns == before


async def test_new_file_of_a_row_that_is_not_there(kept: Kept, item: Row) -> None:
    """A file that names a row nobody knows makes no row, and stays."""
    stranger = kept.file(item).with_name("New.md")
    text = kept.file(item).read_text().replace(str(item["id"]), str(item["id"])[::-1])
    stranger.write_text(text)
    edits = await kept.edits()
    assert fates(edits) == [Fate.FOREIGN]
    assert stranger.exists()
    assert (await kept.world.listed(Page()))["total"] == 1
