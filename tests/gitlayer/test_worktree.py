"""Writing the files: in one step, and never over something unseen."""

import os
from pathlib import Path

import pytest

from gitlayer.worktree import WorkTree
from localstore.errors import Unavailable


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    """A folder of files, and one for what is not finished."""
    for name in ("files", "scratch"):
        (tmp_path / name).mkdir()
    return WorkTree(tmp_path / "files", tmp_path / "scratch")


def test_write_and_read(tree: WorkTree, tmp_path: Path) -> None:
    """A new file, one over what was seen, and one that is as it should be already are written; no
    scraps are left."""
    assert tree.read("a/b.md") is None
    assert tree.write("a/b.md", b"one", over=None)
    assert tree.write("a/b.md", b"two", over=b"one")
    assert tree.write("a/b.md", b"two", over=b"something else")
    assert tree.read("a/b.md") == b"two"
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("over", [None, b"one", b""])
def test_nothing_unseen_is_written_over(tree: WorkTree, over: bytes | None) -> None:
    """A file that holds something else than what was seen stays."""
    tree.write("a.md", b"mine", over=None)
    assert not tree.write("a.md", b"two", over=over)
    assert tree.read("a.md") == b"mine"


def test_file_that_is_gone(tree: WorkTree) -> None:
    """A file that somebody took away is not written in place of what was seen."""
    assert not tree.write("a.md", b"two", over=b"one")
    assert tree.read("a.md") is None


class Racing(WorkTree):
    """Somebody writes right after each look at a file."""

    def __init__(self, folder: Path, scratch: Path, theirs: bytes | None) -> None:
        super().__init__(folder, scratch)
        self.theirs = theirs

    def read(self, path: str) -> bytes | None:
        """What was there before the other one wrote."""
        seen = super().read(path)
        fresh = self._scratch / "theirs"
        if self.theirs is None:
            (self._folder / path).unlink()
        else:
            fresh.write_bytes(self.theirs)
            fresh.replace(self._folder / path)
        return seen


@pytest.mark.parametrize("before", [None, b"one"])
@pytest.mark.parametrize("theirs", [b"theirs", b"", None])
def test_write_in_between(tmp_path: Path, before: bytes | None, theirs: bytes | None) -> None:
    """What somebody writes, or takes away, between our look and our write stays as they left it."""
    if before is None and theirs is None:
        return
    for name in ("files", "scratch"):
        (tmp_path / name).mkdir()
    file = tmp_path / "files" / "a.md"
    if before is not None:
        file.write_bytes(before)
    tree = Racing(tmp_path / "files", tmp_path / "scratch", theirs)
    assert not tree.write("a.md", b"two", over=before)
    assert (file.read_bytes() if file.exists() else None) == theirs


def test_no_file(tree: WorkTree, tmp_path: Path) -> None:
    """Links, pipes and folders hold nothing, are not written over, and are there."""
    files = tmp_path / "files"
    (tmp_path / "secret").write_bytes(b"secret")
    (files / "link").symlink_to(tmp_path / "secret")
    (files / "circle").symlink_to("circle")
    os.mkfifo(files / "pipe")
    (files / "folder").mkdir()
    for name in ("link", "circle", "pipe", "folder"):
        assert tree.read(name) is None
        assert tree.holds(name)
        assert not tree.write(name, b"two", over=None)
        tree.remove(name, over=b"secret")
        assert tree.holds(name)
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert tree.read("pipe/below") is None
    assert not tree.holds("nothing")


def test_link_in_the_way(tree: WorkTree, tmp_path: Path) -> None:
    """A folder that is a link out of ours is not written into; a link that stays inside is."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "files" / "out").symlink_to(tmp_path / "outside")
    with pytest.raises(Unavailable, match="leads out"):
        tree.write("out/a.md", b"one", over=None)
    with pytest.raises(Unavailable, match="leads out"):
        tree.note("out/a.md", "text")
    assert list((tmp_path / "outside").iterdir()) == []


def test_file_where_a_folder_should_be(tree: WorkTree) -> None:
    """Where a file stands in place of a folder nothing can be written, and that is said."""
    tree.write("a", b"mine", over=None)
    with pytest.raises(Unavailable, match="cannot be written"):
        tree.write("a/b.md", b"one", over=None)
    assert tree.read("a") == b"mine"


def test_remove(tree: WorkTree) -> None:
    """A file is taken away only while it holds what was seen."""
    tree.write("a.md", b"one", over=None)
    tree.remove("a.md", over=b"two")
    assert tree.read("a.md") == b"one"
    tree.remove("a.md", over=b"one")
    assert not tree.holds("a.md")
    tree.remove("a.md", over=b"one")


def test_notes(tree: WorkTree) -> None:
    """Notes are told of by the path of their file, and go away with it or without."""
    tree.note("b/x.md", "second")
    tree.note("a.md", "first")
    assert [*tree.notes()] == [("a.md", "first"), ("b/x.md", "second")]
    tree.forget_note("a.md")
    tree.forget_note("a.md")
    assert [*tree.notes()] == [("b/x.md", "second")]
